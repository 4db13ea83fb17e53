"""Daily bars of one index as parallel arrays, the shape in which they travel between rooms."""

from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.datetime64]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """Bars of one index, oldest first; every array has one entry a session, NaN where a figure is not known.

    Attributes:
        index: the catalogue's code.
        sessions: local dates of the exchange, ``datetime64[D]``.
        open, high, low, close: index points.
        volume_shares, turnover_cny: the session's trading.
        sources: who published each row.
    """

    index: str
    sessions: Days
    open: Numbers
    high: Numbers
    low: Numbers
    close: Numbers
    volume_shares: Numbers
    turnover_cny: Numbers
    sources: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.sessions)

    def session(self, position: int) -> date:
        """The exchange's local date of one row."""
        day: date = self.sessions[position].astype(object)
        return day

    def until(self, session: date) -> "Bars":
        """The rows up to and including a session."""
        return self.rows(0, int(np.searchsorted(self.sessions, np.datetime64(session), side="right")))

    def take(self, positions: NDArray[np.intp]) -> "Bars":
        """Some of the rows, as positions in order."""
        names = (column.name for column in fields(self) if column.name not in {"index", "sources"})
        sources = tuple(self.sources[position] for position in positions)
        return replace(self, **{name: getattr(self, name)[positions] for name in names}, sources=sources)

    def rows(self, start: int, stop: int) -> "Bars":
        """A run of rows, as positions."""
        cut = slice(start, stop)
        columns = {column.name: getattr(self, column.name)[cut] for column in fields(self) if column.name != "index"}
        return replace(self, **columns)
