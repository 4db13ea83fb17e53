"""How fast the bot may write: to all chats together, to one chat, to one group; and who goes first.

One bucket serves the whole bot (Telegram counts per token). A broadcast is spaced evenly; an answer goes at once
and puts the bucket in debt, which the broadcast then waits off: answers are always first, and the sum stays the same.
Only the monotonic clock is read: setting the wall clock changes nothing.

Limits: core.telegram.org/bots/faq, "My bot is hitting limits": about 30 messages a second to all chats, one a second
to a chat, 20 a minute to a group; paid broadcasts up to 1,000 a second at 0.1 Star for each above the free 30.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

FREE_PER_SECOND = 30.0
STARS_A_MESSAGE = 0.1
# Of the limit that Telegram names: 29.5 of 30. The rest is for clocks and networks that do not keep time.
_OF_THE_LIMIT = 29.5 / 30.0
# A timer or a busy loop that comes late may catch up this much, or the lost time would lower the rate: less than one
# message on the free rate, and half of what a paid bucket bears at once.
_FREE_CATCH_UP_S, _PAID_CATCH_UP_S = 0.02, 0.05
_CHAT_INTERVAL_S = 1.0
_CHAT_BURST = 2  # answers in one chat that may come at once; "short bursts" are tolerated
_GROUP_MESSAGES, _GROUP_WINDOW_S = 20, 60.0
# Refusals in other chats within this time mean that the bot is too fast, not that one chat is too full.
_SAME_FLOOD_S = 5.0
_FREE_ANSWER_BURST = 2.0  # a free bucket tolerates about three at once, and one of them is the broadcast's
_ANSWER_BURST_S = 0.2  # a paid bucket is refilled faster than people ask: a fifth of a second's worth
_FORGET_AFTER = 10_000  # chats remembered before those that may be written to again are dropped


@dataclass(frozen=True, slots=True)
class Plan:
    """What a broadcast will take: its time, and its price in Telegram Stars."""

    recipients: int
    seconds: float
    stars: float


def plan(recipients: int, per_second: float, stars_budget: float) -> Plan:
    """What a broadcast to so many takes at a rate, when no more than a budget may be spent.

    A budget that is too small is spent at full speed; the rest goes at the free rate.

    >>> plan(1_000_000, 1000, 100_000)
    Plan(recipients=1000000, seconds=1000.0, stars=97000.0)
    """
    price = _price(per_second)
    fast = min(recipients, stars_budget / price) if price else 0.0
    free = min(per_second, FREE_PER_SECOND)
    seconds = fast / per_second + (recipients - fast) / free
    return Plan(recipients, seconds, round(fast * price, 1))


def _price(per_second: float) -> float:
    """Stars for a message, on average: those of a second that are above the free rate cost, the others do not."""
    return STARS_A_MESSAGE * max(0.0, 1.0 - FREE_PER_SECOND / per_second)


@dataclass(slots=True)
class _Chat:
    """When a chat may be written to next; `recent` are the last messages to a group."""

    free_at: float = 0.0
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=_GROUP_MESSAGES))

    def opens_at(self, burst: int) -> float:
        """The moment at which a message may go, when so many may go at once."""
        full = len(self.recent) == _GROUP_MESSAGES
        window = self.recent[0] + _GROUP_WINDOW_S if full else 0.0
        return max(self.free_at - (burst - 1) * _CHAT_INTERVAL_S, window)

    def note(self, at: float, *, is_group: bool) -> None:
        self.free_at = max(self.free_at, at) + _CHAT_INTERVAL_S
        if is_group:
            self.recent.append(at)


class Pacer:
    """Says when the next message may go. One for each bot token, shared by answers and broadcasts."""

    def __init__(
        self,
        per_second: float = FREE_PER_SECOND,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Start with an empty past.

        Args:
            per_second: Telegram's limit for the bot; a little less of it is used.
            monotonic: seconds of a clock that never jumps.
            sleep: waits so many seconds of that clock.
        """
        self._now = monotonic
        self._sleep = sleep
        self._chats: dict[int, _Chat] = {}
        self._forget_after = _FORGET_AFTER
        self._refusals: deque[tuple[float, int]] = deque(maxlen=64)
        self._held_until = self._next = monotonic()
        self.set_limit(per_second)

    @property
    def per_second(self) -> float:
        """How many messages a second are sent."""
        return 1.0 / self._interval

    def set_limit(self, per_second: float) -> None:
        """Change the bot's limit, as when the Stars are spent."""
        is_free = per_second <= FREE_PER_SECOND
        self._interval = 1.0 / (per_second * _OF_THE_LIMIT)
        self._catch_up_s = _FREE_CATCH_UP_S if is_free else _PAID_CATCH_UP_S
        self._answer_burst_s = _FREE_ANSWER_BURST * self._interval if is_free else _ANSWER_BURST_S

    async def broadcast(self, chat_id: int) -> None:
        """Wait until a message of a broadcast may go to a chat that is open for it (see `wait_s`).

        Only one broadcast may wait at a time.
        """
        while (wait := max(self._next, self._held_until) - self._now()) > 0:
            await self._sleep(wait)
        self._take(chat_id, self._now())

    async def answer(self, chat_id: int) -> None:
        """Wait until an answer may go to a chat: almost always not at all."""
        now = self._now()
        start = max(now, self._held_until, self._next - self._answer_burst_s, self._opens_at(chat_id, _CHAT_BURST))
        self._take(chat_id, start)
        if start > now:
            await self._sleep(start - now)

    def wait_s(self, chat_id: int) -> float:
        """Seconds until a broadcast may write to a chat, whatever the bot as a whole may do."""
        return max(0.0, self._opens_at(chat_id, 1) - self._now())

    def refused(self, chat_id: int, retry_after_s: float) -> bool:
        """Heed a 429: leave the chat alone, or everybody when other chats are refused too.

        Returns:
            Whether the whole bot waits.
        """
        now = self._now()
        chat = self._chats.setdefault(chat_id, _Chat())
        chat.free_at = max(chat.free_at, now + retry_after_s + (_CHAT_BURST - 1) * _CHAT_INTERVAL_S)
        self._refusals.append((now, chat_id))
        everybody = any(at > now - _SAME_FLOOD_S and other != chat_id for at, other in self._refusals)
        if everybody:
            self.hold(retry_after_s)
        return everybody

    def hold(self, seconds: float) -> None:
        """Send nothing to anybody for so long."""
        self._held_until = max(self._held_until, self._now() + seconds)

    def _take(self, chat_id: int, at: float) -> None:
        self._next = max(self._next, self._now() - self._catch_up_s) + self._interval
        if len(self._chats) >= self._forget_after:
            self._forget()
        self._chats.setdefault(chat_id, _Chat()).note(at, is_group=chat_id < 0)

    def _opens_at(self, chat_id: int, burst: int) -> float:
        chat = self._chats.get(chat_id)
        return chat.opens_at(burst) if chat else 0.0

    def _forget(self) -> None:
        now = self._now()
        since = now - _GROUP_WINDOW_S
        busy = {
            chat_id: chat
            for chat_id, chat in self._chats.items()
            if chat.free_at > now or (chat.recent and chat.recent[-1] > since)
        }
        self._chats = busy
        self._forget_after = max(_FORGET_AFTER, 2 * len(busy))


class Stars:
    """What a campaign may still spend, counted so that Telegram's bill can only be lower.

    Telegram charges the messages above the free rate. Free ones are counted here from a bucket that is slower than
    Telegram's and saves nothing up; every other one is taken for paid.
    """

    def __init__(self, budget: float, times_paid: int, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Start with what earlier runs of the campaign left.

        Args:
            budget: the most Stars that the campaign may spend.
            times_paid: how many messages earlier runs took for paid.
            monotonic: seconds of a clock that never jumps.
        """
        self._now = monotonic
        self._left = int(budget / STARS_A_MESSAGE + 1e-9) - times_paid  # messages: exact, as tenths would not be
        self._free_at = monotonic()

    @property
    def are_left(self) -> bool:
        """Whether another message can be paid for."""
        return self._left > 0

    def charge(self) -> bool:
        """Count one message.

        Returns:
            Whether it was taken for paid.
        """
        now = self._now()
        if now >= self._free_at:
            self._free_at = now + 1.0 / (FREE_PER_SECOND * _OF_THE_LIMIT)
            return False
        self._left -= 1
        return True
