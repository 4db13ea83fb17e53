"""The bot in the test's own process: its real application and desk on the bundled figures, and a fake Telegram."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr
from telegram import Bot

from bot import handlers
from bot.app import _application
from bot.chat.understanding import prepare
from bot.clock import Clock
from bot.delivery import tables
from bot.delivery.pacing import Pacer
from bot.desk import Desk
from bot.polling import Poller
from bot.settings import Settings
from index.sessions import BEIJING
from index.store import Store
from tests.botapi import Chat, FakeTelegram, Message, Topic

MONDAY = datetime(2024, 9, 30, 16, 0, tzinfo=BEIJING)
PATIENCE_S = 20.0
SILENCE_S = 0.3


def wall() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - what bot/cli.py hands in


def hasty() -> Pacer:
    """A pace at which nobody waits a second between two answers in one chat."""
    return Pacer(monotonic=lambda: 100 * time.monotonic(), sleep=lambda seconds: asyncio.sleep(seconds / 100))


@dataclass
class Talking:
    """A running bot and the world around it."""

    telegram: FakeTelegram
    desk: Desk
    bot: Bot

    async def asks(self, person: Chat, text: str, chat: Chat | None = None, topic: Topic | None = None) -> Message:
        """Write a text and read the answer."""
        await self.telegram.says(person, text, chat, topic=topic)
        return await self.telegram.next_message(chat or person, PATIENCE_S)

    async def presses(self, person: Chat, message: Message, button: str) -> Message:
        """Press a button and read what the message has become."""
        await self.telegram.presses(person, message, button)
        return await self.telegram.next_edit(message, PATIENCE_S)

    async def hears_nothing(self, chat: Chat) -> bool:
        """Whether the bot stays silent."""
        with suppress(LookupError):
            await self.telegram.next_message(chat, SILENCE_S)
            return False
        return True


@asynccontextmanager
async def talking(database: Path, telegram: FakeTelegram, at: datetime = MONDAY) -> AsyncIterator[Talking]:
    """The bot polling the fake, as bot/app.py builds it, at a moment of its own."""
    settings = Settings(
        telegram_token=SecretStr(telegram.token),
        telegram_api_url=telegram.base_url,
        database_url=f"sqlite:///{database}",
    )
    store = Store(settings.store_url)
    tables.create(store.engine)
    prepare()
    desk = Desk(store, settings, Clock.set_to(at, wall))
    async with _application(settings, hasty()) as application:
        handlers.register(application, desk)
        poller = Poller(application, store.engine, desk.clock.now)
        polling = asyncio.create_task(poller.run())
        yield Talking(telegram, desk, application.bot)
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        await poller.finish()
    store.engine.dispose()
