"""/time, /moves, /mute: a chat says when it wants the close, which closes, and from when on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from telegram import Message

from bot.figures import Figure, sourced
from bot.handlers.talk import Talk
from bot.handlers.wishes import MOST_PCT, WISHES
from index.sessions import BEIJING, CLOSE

Handle = Callable[[Message, str], Awaitable[None]]
WEEK = timedelta(days=7)  # ahead is the day that a chat is shown as an example


class Wishing:
    """What these commands bring about."""

    def __init__(self, talk: Talk) -> None:
        self._talk, self._clock = talk, talk.desk.clock
        self.by_name: Mapping[str, Handle] = {name: self._wishing(name) for name in WISHES}

    def _wishing(self, name: str) -> Handle:
        async def handle(message: Message, rest: str) -> None:
            if await self._talk.may_change(message):
                await self._wish(message, name, rest)

        return handle

    async def _wish(self, message: Message, name: str, rest: str) -> None:
        """Keep what is wished and say what holds now; what cannot be read gets one line that can."""
        now = self._clock.now()
        wished = WISHES[name](rest, now)
        if wished is None:
            await self._talk.say(message, "wish_unread", name=name, **_bounds(now))
        else:
            await asyncio.to_thread(self._talk.keep, message, **wished)
            await self._talk.say(message, "wished", wishes=self._talk.wishes(message))


def _bounds(now: datetime) -> dict[str, Any]:
    """What can be wished: the limits that `bot.handlers.wishes` keeps, and a day to come."""
    return {
        "next_week": sourced((now + WEEK).astimezone(BEIJING).date(), "next_week", "example", None),
        "most_pct": sourced(MOST_PCT, "most_pct", "whyup", None),
        "earliest": Figure("earliest", f"{CLOSE:%H:%M}", "text", "Shanghai Stock Exchange", None),
    }
