"""Telegram's speed limits: 30 a second for the bot, 1 a second for a chat, 20 a minute for a group, 1000 when paid.

The figures are those of core.telegram.org/bots/faq#broadcasting-to-users. Telegram does not publish how much
of a burst it bears nor how long its patience lasts: both are parameters here.
"""

import math
from collections import defaultdict, deque
from collections.abc import Hashable
from dataclasses import dataclass, field

from .records import Chat
from .refusals import Refused, refuse, too_many_requests

ALMOST = 1e-9
MINUTE = 60.0
PRICE_TENTHS = 1
"""A paid message costs 0.1 Star; balances are kept in tenths so that they stay exact."""


@dataclass(frozen=True, slots=True)
class Rates:
    """The limits in force; `math.inf` switches one off.

    `free_answer_s` is how long after a person's own message what is sent to that chat is an answer,
    which does not count against the bot's 30 a second; 0 counts everything.
    """

    bot_per_second: float = 30.0
    bot_burst: float = 30.0
    chat_per_second: float = 1.0
    chat_burst: float = 3.0
    group_per_minute: float = 20.0
    paid_per_second: float = 1000.0
    paid_burst: float = 100.0
    free_answer_s: float = 0.0


NO_LIMITS = Rates(math.inf, math.inf, math.inf, math.inf, math.inf, math.inf, math.inf)


@dataclass(slots=True)
class Bucket:
    """Tokens that come at `rate` a second, and never more than `burst` of them."""

    rate: float
    burst: float
    tokens: float = math.nan
    at: float = 0.0

    def wait(self, at: float) -> float:
        """Seconds until a token is there; 0 when one is there now."""
        if math.isinf(self.rate):
            return 0.0
        held = self.burst if math.isnan(self.tokens) else self.tokens + (at - self.at) * self.rate
        self.tokens, self.at = min(self.burst, held), at
        return 0.0 if self.tokens >= 1 - ALMOST else (1 - self.tokens) / self.rate

    def take(self) -> None:
        self.tokens -= 1


@dataclass(slots=True)
class Window:
    """At most `most` in any minute."""

    most: float
    times: deque[float] = field(default_factory=deque)

    def wait(self, at: float) -> float:
        while self.times and self.times[0] <= at - MINUTE:
            self.times.popleft()
        return 0.0 if len(self.times) < self.most else self.times[0] + MINUTE - at

    def take(self, at: float) -> None:
        self.times.append(at)


class Limits:
    """Who may send now, and who must wait how long."""

    def __init__(self, rates: Rates, stars: float = 0.0) -> None:
        self.balance_tenths = round(stars * 10)
        self.change(rates)

    def change(self, rates: Rates) -> None:
        """Put other limits in force, and forget what was sent under the old ones."""
        self.rates = rates
        self._bot = Bucket(rates.bot_per_second, rates.bot_burst)
        self._paid = Bucket(rates.paid_per_second, rates.paid_burst)
        self._chats: defaultdict[int, Bucket] = defaultdict(lambda: Bucket(rates.chat_per_second, rates.chat_burst))
        self._groups: defaultdict[int, Window] = defaultdict(lambda: Window(rates.group_per_minute))
        self._closed: dict[Hashable, float] = {}
        self._spoken: dict[int, float] = {}

    @property
    def stars(self) -> float:
        return self.balance_tenths / 10

    def hears(self, chat_id: int, at: float) -> None:
        """A person wrote in this chat: what the bot sends there now is an answer."""
        self._spoken[chat_id] = at

    def admit(self, chat: Chat, at: float, *, paid: bool) -> bool:
        """Let one message through, or refuse it with 429; true when it must be paid for."""
        in_chat, in_group = self._chats[chat.id], self._groups[chat.id]
        self._check(("chat", chat.id), in_chat.wait(at), at)
        if chat.kind != "private":
            self._check(("group", chat.id), in_group.wait(at), at)
        charged = self._admit_bot(chat.id, at, paid=paid)
        in_chat.take()
        in_group.take(at)
        return charged

    def charge(self) -> None:
        """Take the price of one message, which only successful ones cost."""
        self.balance_tenths -= PRICE_TENTHS

    def _admit_bot(self, chat_id: int, at: float, *, paid: bool) -> bool:
        if self._is_answer(chat_id, at):
            return False
        wait = self._bot.wait(at)
        charged = paid and wait > 0
        self._take_paid(at) if charged else self._take_free(wait, at)
        return charged

    def _is_answer(self, chat_id: int, at: float) -> bool:
        return at - self._spoken.get(chat_id, -math.inf) < self.rates.free_answer_s

    def _take_free(self, wait: float, at: float) -> None:
        self._check("bot", wait, at)
        self._bot.take()

    def _take_paid(self, at: float) -> None:
        self._check("paid", self._paid.wait(at), at)
        if self.balance_tenths < PRICE_TENTHS:
            refuse("BALANCE_TOO_LOW")
        self._paid.take()

    def _check(self, scope: Hashable, wait: float, at: float) -> None:
        """Who was told to wait and does not is told again: a 429 closes its scope for as long as it says."""
        left = self._closed.get(scope, at) - at
        if left > 0:
            raise _wait(left)
        if wait > 0:
            self._closed[scope] = at + _seconds(wait)
            raise _wait(wait)


def _seconds(wait: float) -> int:
    return max(1, math.ceil(wait - ALMOST))


def _wait(seconds: float) -> Refused:
    return too_many_requests(_seconds(seconds))
