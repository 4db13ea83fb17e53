"""Takes updates from Telegram, writes each down, confirms it, and only then has it handled."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Engine
from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter
from telegram.ext import Application, BaseUpdateProcessor

from bot.delivery import updates
from index.errors import TokenRefused

POLL_S = 25  # seconds that Telegram holds an empty poll open
ALLOWED_UPDATES = (
    "message",
    "channel_post",
    "callback_query",
    "my_chat_member",
    "inline_query",
    "guest_message",
)
MARGIN_S = 10.0  # a poll's answer may take so much longer
AT_ONCE = 256  # updates handled at the same time
BACKOFF_S = (1.0, 30.0)
KEPT = timedelta(days=2)  # Telegram keeps an unconfirmed update for a day

AnyApplication = Application[Any, Any, Any, Any, Any, Any]

_log = structlog.get_logger(__name__)


class InOrderPerChat(BaseUpdateProcessor):
    """Handles many updates at once, but those of one chat one after another."""

    def __init__(self) -> None:
        super().__init__(AT_ONCE)
        self._last: dict[int, asyncio.Future[None]] = {}

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Wait for the chat's earlier update, then handle this one."""
        chat_id = _chat_of(update)
        before, mine = self._last.get(chat_id), asyncio.get_running_loop().create_future()
        self._last[chat_id] = mine
        try:
            if before:
                await before
            await coroutine
        finally:
            mine.set_result(None)
            if self._last.get(chat_id) is mine:
                del self._last[chat_id]

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""


def _chat_of(update: object) -> int:
    """The chat of an update; a person's own where there is none, so that inline questions wait for nobody else's."""
    if not isinstance(update, Update):
        return 0
    place = update.effective_chat or update.effective_user
    return place.id if place else 0


class Poller:
    """Long polling, at least once: a kill between taking and handling an update loses nothing."""

    def __init__(
        self, application: "Application[Any, Any, Any, Any, Any, Any]", engine: Engine, now: Callable[[], datetime]
    ) -> None:
        self._application, self._engine, self._now = application, engine, now
        self._offset = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Poll until cancelled.

        Raises:
            TokenRefused: Telegram does not know the token, or another poller uses it.
        """
        for left in updates.unhandled(self._engine):
            self._handle(json.loads(left.payload))
        updates.prune(self._engine, self._now() - KEPT)
        wait_s = BACKOFF_S[0]
        while True:
            try:
                await self._poll()
                wait_s = BACKOFF_S[0]
            except (InvalidToken, Conflict) as error:
                raise TokenRefused(error.message) from error
            except RetryAfter as error:
                await asyncio.sleep(_seconds(error.retry_after))
            except NetworkError as error:
                _log.warning("poll_failed", error=type(error).__name__, again_in_s=wait_s)
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, BACKOFF_S[1])

    async def finish(self) -> None:
        """Wait for the updates in hand."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _poll(self) -> None:
        bot: Bot = self._application.bot
        found = await bot.get_updates(
            self._offset, timeout=POLL_S, allowed_updates=ALLOWED_UPDATES, read_timeout=POLL_S + 10
        )
        for update in found:
            payload = update.to_json()
            if updates.record(self._engine, update.update_id, payload, self._now()):
                self._handle(json.loads(payload))
            self._offset = update.update_id + 1

    def _handle(self, payload: dict[str, Any]) -> None:
        task = asyncio.create_task(self._handled(payload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handled(self, payload: dict[str, Any]) -> None:
        update = Update.de_json(payload, self._application.bot)
        processor = self._application.update_processor
        await processor.process_update(update, self._application.process_update(update))
        updates.done(self._engine, update.update_id)


def _seconds(wait: float | timedelta) -> float:
    return wait.total_seconds() if isinstance(wait, timedelta) else wait
