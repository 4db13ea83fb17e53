"""Takes updates from Telegram by long polling, and keeps those of one chat in their order."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.intake import ALLOWED_UPDATES, Intake

POLL_S = 25  # seconds that Telegram holds an empty poll open
MARGIN_S = 10  # a poll's answer may take so much longer
AT_ONCE = 256  # updates handled at the same time


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
                await asyncio.wait({before})  # awaited itself it would be cancelled along with this update
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


class Poller(Intake):
    """Long polling: an update is confirmed by the poll after the one that brought it."""

    silence = timedelta(seconds=2 * (POLL_S + MARGIN_S))
    _offset = 0

    async def run(self) -> None:
        """Poll until cancelled; a webhook that an earlier run had set is taken away first."""
        self._take_up()
        await self._insist(self._bot.delete_webhook)
        while True:
            await self._insist(self._poll)

    async def _poll(self) -> None:
        found = await self._bot.get_updates(
            self._offset, timeout=POLL_S, allowed_updates=ALLOWED_UPDATES, read_timeout=POLL_S + MARGIN_S
        )
        for update in found:
            await self._take(update.update_id, update.to_json())
            self._offset = update.update_id + 1
