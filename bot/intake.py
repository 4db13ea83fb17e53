"""Updates on their way in: each written down, then confirmed, and only then handled, whichever way it came."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from sqlalchemy import Engine
from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter
from telegram.ext import Application

from bot.delivery import updates
from bot.delivery.errors import TokenShared
from index.errors import StoreUnreachable, TokenRefused

ALLOWED_UPDATES = (
    "message",
    "channel_post",
    "callback_query",
    "my_chat_member",
    "inline_query",
    "guest_message",
)
BACKOFF_S = (1.0, 30.0)
KEPT = timedelta(days=2)  # Telegram keeps an unconfirmed update for a day

AnyApplication = Application[Any, Any, Any, Any, Any, Any]
Began = Callable[[str], None]
T = TypeVar("T")

_log = structlog.get_logger(__name__)


class Intake:
    """Takes updates at least once and handles each once: a kill between taking and handling loses nothing.

    Attributes:
        silence: after so long without a word from Telegram something is wrong.
        heard_at: the last moment at which Telegram answered; None before the first.
    """

    silence = timedelta(minutes=2)

    def __init__(
        self,
        application: AnyApplication,
        engine: Engine,
        now: Callable[[], datetime],
        began: Began = lambda _kind: None,
    ) -> None:
        """Prepare.

        Args:
            application: handles the updates.
            engine: where they are written down.
            now: the moment.
            began: is told the kind of each update, in the task that handles it.
        """
        self._application, self._engine, self._now, self._began = application, engine, now, began
        self._tasks: set[asyncio.Task[None]] = set()
        self.heard_at: datetime | None = None

    async def run(self) -> None:
        """Take updates until cancelled.

        Raises:
            TokenRefused: Telegram does not know the token, or another process takes the bot's updates.
            StoreUnreachable: an update could not be written down; Telegram keeps it.
        """
        raise NotImplementedError

    def is_alive(self, at: datetime) -> bool:
        """Whether updates would come in at a moment."""
        return self.heard_at is not None and at - self.heard_at <= self.silence

    async def finish(self) -> None:
        """Wait for the updates in hand."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def _bot(self) -> Bot:
        bot: Bot = self._application.bot
        return bot

    def _take_up(self) -> None:
        """Go on with what an earlier process left; called before new updates are taken."""
        for left in updates.unhandled(self._engine):
            self._handle(json.loads(left.payload))
        updates.prune(self._engine, self._now() - KEPT)

    async def _take(self, update_id: int, payload: str) -> None:
        """Write an update down and begin to handle it, unless it came before; the disk holds up nobody else."""
        if await asyncio.to_thread(updates.record, self._engine, update_id, payload, self._now()):
            self._handle(json.loads(payload))

    def _handle(self, payload: dict[str, Any]) -> None:
        task = asyncio.create_task(self._handled(payload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handled(self, payload: dict[str, Any]) -> None:
        self._began(_kind(payload))
        update = Update.de_json(payload, self._bot)
        processor = self._application.update_processor
        await processor.process_update(update, self._application.process_update(update))
        try:
            await asyncio.to_thread(updates.done, self._engine, update.update_id)
        except StoreUnreachable as error:  # it is handled again by the next process: better twice than never
            _log.error("update_not_marked", reason=error.reason)

    async def _insist(self, call: Callable[[], Awaitable[T]]) -> T:
        """Call Telegram until it answers.

        Raises:
            TokenRefused: it does not know the token, or another process takes the bot's updates.
        """
        wait_s = BACKOFF_S[0]
        while True:
            try:
                answer = await call()
            except NetworkError as error:
                _log.warning("telegram_unreachable", error=type(error).__name__, again_in_s=wait_s)
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, BACKOFF_S[1])
            except RetryAfter as error:
                await asyncio.sleep(_seconds(error.retry_after))
            except InvalidToken as error:
                raise TokenRefused(type(error).__name__) from error
            except Conflict as error:
                raise TokenShared(error.message) from error
            else:
                self.heard_at = self._now()
                return answer


def _kind(payload: dict[str, Any]) -> str:
    """What an update is; not what it says."""
    return next((name for name in ALLOWED_UPDATES if name in payload), "other")


def _seconds(wait: float | timedelta) -> float:
    return wait.total_seconds() if isinstance(wait, timedelta) else wait
