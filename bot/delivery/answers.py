"""Answers at the bot's pace: python-telegram-bot's rate limiter, on the bucket that broadcasts share.

Its own AIORateLimiter bursts, loses what was refused, and lets go of a pause too early (python-telegram-bot#5338).
"""

from collections.abc import Callable, Coroutine
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.delivery import verdict
from bot.delivery.pacing import Pacer

_TRIES = 3
_PATIENCE_S = 60.0  # who asked an hour ago has gone


class Answers(BaseRateLimiter[int]):
    """Waits for the pacer before anything is written into a chat, and writes again what was refused for its pace."""

    def __init__(self, pacer: Pacer) -> None:
        """Share the bot's pacer."""
        self._pacer = pacer

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(  # noqa: PLR0913, PLR0917 - the interface is python-telegram-bot's
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,  # noqa: ANN401 - what python-telegram-bot hands over
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:  # noqa: ANN401 - what the method returns
        """Make a request when it may be made.

        Args:
            callback: makes it.
            args: of `callback`.
            kwargs: of `callback`.
            endpoint: the Bot API's method.
            data: its parameters.
            rate_limit_args: how often to try; None for the usual.

        Raises:
            RetryAfter: it was refused each time, or for longer than anybody waits for an answer.
        """
        chat_id = _written_to(endpoint, data)
        for _ in range((rate_limit_args or _TRIES) - 1):
            await self._wait(chat_id)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                if not self._heeds(error, chat_id):
                    raise
        await self._wait(chat_id)
        return await callback(*args, **kwargs)

    async def _wait(self, chat_id: int | None) -> None:
        if chat_id is not None:
            await self._pacer.answer(chat_id)

    def _heeds(self, error: RetryAfter, chat_id: int | None) -> bool:
        wait_s = verdict.of_error(error).retry_after_s
        if chat_id is not None:
            self._pacer.refused(chat_id, wait_s)
        return chat_id is not None and wait_s <= _PATIENCE_S


def _written_to(endpoint: str, data: dict[str, Any]) -> int | None:
    """The chat that a request writes into: only messages count against the limits."""
    chat_id = data.get("chat_id")
    writes = endpoint.startswith(("send", "copy", "forward")) and endpoint != "sendChatAction"
    return chat_id if writes and isinstance(chat_id, int) else None
