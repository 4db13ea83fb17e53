"""Reads the store as known at a moment, each table once: what a thousand explanations in a row need.

A reader is a snapshot: rows stored after it first looked are not seen, so a process that goes on while figures come
in takes a new one when `Store.version` has moved.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np

from index import publication
from index.bars import Bars, Days, Numbers
from index.kinds import KINDS
from index.store import Known, Store

FAR_FUTURE = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
LARGE = frozenset({"headlines", "constituents"})  # read by window only; all of it would cost a second


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One column of one subject by day, oldest first.

    Attributes:
        days: the exchange's local dates, ``datetime64[D]``.
        values: the figures, NaN where one is not known.
        source: who publishes them.
    """

    days: Days
    values: Numbers
    source: str = ""

    def __len__(self) -> int:
        return len(self.days)

    def day(self, position: int) -> date:
        """The date of one value."""
        found: date = self.days[position].astype(object)
        return found


EMPTY = Series(np.array([], dtype="datetime64[D]"), np.array([], dtype=np.float64))


class Reader:
    """The figures as known at any moment up to the reader's making."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._bars: dict[str, Bars] = {}
        self._tables: dict[str, _Table] = {}
        self._revised: dict[str, bool] = {}

    def bars(self, index: str, at: datetime) -> Bars:
        """The bars of an index as known at a moment."""
        if self._is_revised("bars"):
            return self.store.bars(index, at)
        if index not in self._bars:
            self._bars[index] = self.store.bars(index, FAR_FUTURE)
        return _known_at(self._bars[index], at)

    def rows(self, kind: str, at: datetime, *, since: datetime | None = None, **equals: str) -> tuple[Known, ...]:
        """Rows of a kind as known at a moment, in the order in which they became public; see `Store.rows`."""
        if kind in LARGE or self._is_revised(kind):
            return self.store.rows(kind, at, since=since, **equals)
        found = self._table(kind).between(since, at)
        return tuple(row for row in found if all(row[column] == value for column, value in equals.items()))

    def series(self, kind: str, column: str, at: datetime, subject: str = "") -> Series:
        """A column by day as known at a moment.

        Args:
            kind: a name of the figure format, ``etf``.
            column: the figure wanted, ``turnover_cny``.
            at: nothing that became public after this moment is seen.
            subject: the fund, sector, market or rate wanted, where the kind holds several.
        """
        return self._table(kind).series(column, subject, at)

    def subjects(self, kind: str) -> tuple[str, ...]:
        """The funds, sectors, markets or rates that a kind holds."""
        return tuple(self._table(kind).by_subject)

    def _is_revised(self, kind: str) -> bool:
        if kind not in self._revised:
            self._revised[kind] = self.store.has_revisions(kind)
        return self._revised[kind]

    def _table(self, kind: str) -> "_Table":
        if kind not in self._tables:
            self._tables[kind] = _Table(kind, self.store.rows(kind, FAR_FUTURE))
        return self._tables[kind]


def _known_at(bars: Bars, at: datetime) -> Bars:
    """The bars whose close had come; a day abroad may begin or end a date earlier or later than at home."""
    stop = len(bars.until(at.date() + timedelta(days=1)))
    while stop and publication.bar(bars.index, bars.session(stop - 1)) > at:
        stop -= 1
    return bars.rows(0, stop)


class _Table:
    """All rows of a kind in the order in which they became public."""

    def __init__(self, kind: str, rows: tuple[Known, ...]) -> None:
        self.kind, self.rows = KINDS[kind], rows
        self.moments = [row.published_at for row in rows]
        self._series: dict[tuple[str, str], tuple[Series, list[datetime]]] = {}

    def between(self, since: datetime | None, at: datetime) -> tuple[Known, ...]:
        start = bisect_left(self.moments, since) if since else 0
        return self.rows[start : bisect_right(self.moments, at)]

    @cached_property
    def by_subject(self) -> Mapping[str, list[Known]]:
        found: dict[str, list[Known]] = {}
        for row in self.rows:
            found.setdefault(str(row[self.kind.subject]) if self.kind.subject else "", []).append(row)
        return found

    def series(self, column: str, subject: str, at: datetime) -> Series:
        if (column, subject) not in self._series:
            self._series[column, subject] = self._built(column, self.by_subject.get(subject, []))
        whole, moments = self._series[column, subject]
        known = bisect_right(moments, at)
        return Series(whole.days[:known], whole.values[:known], whole.source)

    def _built(self, column: str, rows: list[Known]) -> tuple[Series, list[datetime]]:
        if not rows:
            return EMPTY, []
        days = np.array([row[self.kind.dated_by[-1]] for row in rows], dtype="datetime64[D]")
        values = np.array([np.nan if row[column] is None else row[column] for row in rows], dtype=np.float64)
        return Series(days, values, rows[-1].publisher), [row.published_at for row in rows]
