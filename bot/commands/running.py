"""``run``: the bot itself."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime

from bot.app import serve
from bot.clock import Clock
from bot.logs import set_up_logging
from bot.settings import NOT_SET, Settings
from index.errors import TokenRefused
from index.store import Store


def run(settings: Settings, store: Store, wall: Callable[[], datetime], at: datetime | date | None) -> None:
    """Serve until told to stop.

    Args:
        settings: token, Bot API and paces.
        store: figures and chats.
        wall: the machine's clock.
        at: a moment to rehearse from; None for the real one.

    Raises:
        TokenRefused: no token is set, or Telegram does not accept it.
    """
    if not settings.telegram_token.get_secret_value():
        raise TokenRefused(NOT_SET)
    set_up_logging()
    clock = Clock.set_to(at, wall) if isinstance(at, datetime) else Clock(wall)
    asyncio.run(serve(settings, store, clock))
