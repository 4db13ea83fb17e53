"""What goes wrong on the way: slowness, lost replies, resets, bad gateways, storms of 429, at planned moments."""

import math
import random
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import Enum

from .records import SENDS
from .refusals import Refused, too_many_requests


class Kind(Enum):
    """How a call goes wrong."""

    LOST_REPLY = "lost reply"
    """Carried out; then the connection breaks before the answer."""
    RESET = "reset"
    """The connection breaks before anything is carried out."""
    BAD_GATEWAY = "bad gateway"
    """502 and nothing carried out."""
    LATE_BAD_GATEWAY = "late bad gateway"
    """502 although it was carried out."""
    TOO_MANY = "too many requests"
    """429 whatever the limits say."""


CARRIED_OUT = frozenset({Kind.LOST_REPLY, Kind.LATE_BAD_GATEWAY})
BROKEN = frozenset({Kind.LOST_REPLY, Kind.RESET})


@dataclass(slots=True)
class Fault:
    """A planned fault: to which calls, from when to when (seconds of the fake's clock), how often, how many times."""

    kind: Kind
    share: float = 1.0
    times: float = math.inf
    methods: Collection[str] = SENDS
    chat_id: int | None = None
    begins: float = -math.inf
    ends: float = math.inf
    retry_after: int = 1

    def hits(self, method: str, chat_id: int | None, at: float) -> bool:
        meant = method in self.methods and self.chat_id in {None, chat_id}
        return meant and self.times > 0 and self.begins <= at < self.ends

    def refusal(self) -> Refused:
        return too_many_requests(self.retry_after)


@dataclass(slots=True)
class Faults:
    """The faults planned so far; `latency_s` is one round trip, or a range to draw it from."""

    latency_s: float | tuple[float, float] = 0.0
    planned: list[Fault] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(20240930))

    def plan(self, fault: Fault) -> Fault:
        self.planned.append(fault)
        return fault

    def loses_replies(self, times: float = 1, share: float = 1.0) -> Fault:
        return self.plan(Fault(Kind.LOST_REPLY, share, times))

    def resets(self, times: float = 1, share: float = 1.0) -> Fault:
        return self.plan(Fault(Kind.RESET, share, times))

    def fails(self, times: float = 1, share: float = 1.0, *, late: bool = False) -> Fault:
        return self.plan(Fault(Kind.LATE_BAD_GATEWAY if late else Kind.BAD_GATEWAY, share, times))

    def storms(self, begins: float, lasts_s: float, retry_after: int = 1, share: float = 1.0) -> Fault:
        """Refuse sends with 429 from `begins` (the fake's clock) for `lasts_s` seconds."""
        storm = Fault(Kind.TOO_MANY, share, begins=begins, ends=begins + lasts_s, retry_after=retry_after)
        return self.plan(storm)

    def clear(self) -> None:
        self.planned.clear()
        self.latency_s = 0.0

    def draw(self, method: str, chat_id: int | None, at: float) -> Fault | None:
        """The fault that this call meets, if any; a fault that strikes has one time less to go."""
        for fault in self.planned:
            if fault.hits(method, chat_id, at) and self.chance.random() < fault.share:
                fault.times -= 1
                return fault
        return None

    def one_way_s(self) -> float:
        """Half a round trip."""
        if isinstance(self.latency_s, tuple):
            return self.chance.uniform(*self.latency_s) / 2
        return self.latency_s / 2
