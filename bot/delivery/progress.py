"""How far a campaign is, told while it runs."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from bot.delivery.outbox import Tally
from bot.delivery.tables import State

_TELL_EVERY_S = 0.2
_RATE_OVER_S = 5.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign is.

    Attributes:
        sent: messages that arrived.
        failed: deliveries given up.
        left: deliveries to go.
        per_second: both of the former, a second, of late.
        seconds_left: at that rate; None while there is none.
    """

    sent: int
    failed: int
    left: int
    per_second: float
    seconds_left: float | None


class Meter:
    """Counts what is done and tells it, not too often."""

    def __init__(self, tally: Tally, monotonic: Callable[[], float], tell: Callable[[Progress], None]) -> None:
        """Start at where the campaign stands."""
        self._sent, self._failed, self._left = tally.sent, tally.failed, tally.left
        self._monotonic = monotonic
        self._tell = tell
        self._marks = deque([(monotonic(), self._sent + self._failed)])

    def count(self, state: State) -> None:
        """Count a delivery that came to stand so."""
        if state is State.READY:
            return
        self._left -= 1
        self._sent += state is State.SENT
        self._failed += state is not State.SENT
        if self._monotonic() - self._marks[-1][0] >= _TELL_EVERY_S:
            self.tell()

    def skip(self) -> None:
        """Count a delivery that was taken back before it was sent."""
        self._left -= 1

    def tell(self) -> None:
        """Tell how far it is, now."""
        now, done = self._monotonic(), self._sent + self._failed
        self._marks.append((now, done))
        while len(self._marks) > 2 and self._marks[0][0] < now - _RATE_OVER_S:  # noqa: PLR2004 - two make a rate
            self._marks.popleft()
        began, before = self._marks[0]
        per_second = (done - before) / (now - began) if now > began else 0.0
        seconds_left = self._left / per_second if per_second else None
        self._tell(Progress(self._sent, self._failed, self._left, per_second, seconds_left))
