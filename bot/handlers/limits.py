"""How often one person or chat is answered: enough for talk, too little to hold up everybody else."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=1)
PER_USER = 30
PER_GROUP = 18  # Telegram itself takes 20 messages a minute to one group (Bot FAQ)
REMEMBERED = 10_000  # senders; those who have been silent for a window are dropped first


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a question is answered.

    Attributes:
        is_admitted: it is.
        tells: it is not, and this is the first time: a notice is due.
        wait_s: seconds until the next one is.
    """

    is_admitted: bool
    tells: bool = False
    wait_s: int = 0


class Quota:
    """Counts what each sender asked within the last minute."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._asked: dict[int, deque[datetime]] = {}
        self._told: dict[int, datetime] = {}

    def admit(self, sender: int, now: datetime) -> Admission:
        """Count a question, unless there were too many."""
        asked = self._recent(sender, now)
        if len(asked) < self._most:
            asked.append(now)
            return Admission(is_admitted=True)
        tells = self._told.get(sender, now - WINDOW) <= now - WINDOW
        if tells:
            self._told[sender] = now
        return Admission(is_admitted=False, tells=tells, wait_s=1 + int((asked[0] + WINDOW - now).total_seconds()))

    def _recent(self, sender: int, now: datetime) -> deque[datetime]:
        if len(self._asked) > REMEMBERED:
            self._drop_silent(now)
        asked = self._asked.setdefault(sender, deque())
        while asked and asked[0] <= now - WINDOW:
            asked.popleft()
        return asked

    def _drop_silent(self, now: datetime) -> None:
        self._asked = {sender: asked for sender, asked in self._asked.items() if asked and asked[-1] > now - WINDOW}
        self._told = {sender: at for sender, at in self._told.items() if at > now - WINDOW}
