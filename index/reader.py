"""Reads the store as known at a moment, each table once: what a thousand explanations in a row need.

A reader is a snapshot: rows stored after it first looked are not seen, so a process that goes on while figures come
in takes a new one when `Store.version` has moved.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index import contradictions, leaps
from index.bars import Bars, Days, Numbers
from index.kinds import KINDS
from index.live.crosscheck import Verdict
from index.live.standing import Unsure, unsure
from index.store import Known, Store

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


class Reader:
    """The figures as known at any moment up to the reader's making."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._bars: dict[str, _Bars] = {}
        self._tables: dict[str, _Table] = {}
        self._unsure: dict[str, Mapping[date, Unsure]] = {}

    def bars(self, index: str, at: datetime) -> Bars:
        """The bars of an index as known at a moment."""
        return self._every(index).known_at(at)

    def verdict(self, index: str, session: date, source: str) -> Verdict | None:
        """How sure a stored close is as far as that has to be said: provisional, disputed, else None.

        Publishers dispute a close, imported or live, while what each of them said last differs.
        It is what is known now, whatever moment is asked about: a close that was confirmed since is sure.

        Args:
            index: the catalogue's code.
            session: the exchange's date.
            source: who published the close; one that no live source read was imported and is its importer's word.
        """
        if session in self._every(index).disputed:
            return Verdict.DISPUTED
        if index not in self._unsure:
            self._unsure[index] = unsure(self.store.engine, self.store.url, index)
        found = self._unsure[index].get(session)
        return found.verdict if found and source in found.hosts else None

    def rows(self, kind: str, at: datetime, *, since: datetime | None = None, **equals: str) -> tuple[Known, ...]:
        """Rows of a kind as known at a moment, in the order in which they became public; see `Store.rows`."""
        if kind in LARGE:
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
        return self._table(kind).series(column, subject).known_at(at)

    def subjects(self, kind: str) -> tuple[str, ...]:
        """The funds, sectors, markets or rates that a kind holds."""
        return tuple(self._table(kind).by_subject)

    def _every(self, index: str) -> "_Bars":
        if index not in self._bars:
            self._bars[index] = _Bars(*self.store.every_bar(index))
        return self._bars[index]

    def _table(self, kind: str) -> "_Table":
        if kind not in self._tables:
            self._tables[kind] = _Table(kind, self.store.every_row(kind))
        return self._tables[kind]


class _Bars:
    """All bars of an index, replaced ones among them."""

    def __init__(self, every: Bars, moments: Days) -> None:
        self._every, self._moments = every, moments
        in_order = np.all(every.sessions[1:] > every.sessions[:-1]) and np.all(moments[1:] >= moments[:-1])
        self._is_plain = bool(in_order) and not leaps.has_leap(every)

    def known_at(self, at: datetime) -> Bars:
        if self._is_plain:
            return self._every.rows(0, int(np.searchsorted(self._moments, _utc(at), side="right")))
        return self._every.take(leaps.believed(self._every, np.flatnonzero(self._moments <= _utc(at))))

    @cached_property
    def disputed(self) -> frozenset[date]:
        """The sessions about whose closes publishers contradict each other."""
        found = () if self._is_plain else contradictions.among(self._every)
        return frozenset(one.session for one in found)


class _Series:
    """All values of a series in the order of their days, replaced ones among them."""

    def __init__(self, whole: Series, moments: Days) -> None:
        self._whole, self._moments = whole, moments

    def known_at(self, at: datetime) -> Series:
        found = _newest(self._whole.days, self._moments, at)
        return Series(self._whole.days[found], self._whole.values[found], self._whole.source)


class _Table:
    """All rows of a kind in the order in which they became public, replaced ones among them."""

    def __init__(self, kind: str, rows: tuple[Known, ...]) -> None:
        self.kind, self.rows = KINDS[kind], rows
        self.moments = [row.published_at for row in rows]
        self._series: dict[tuple[str, str], _Series] = {}

    def between(self, since: datetime | None, at: datetime) -> tuple[Known, ...]:
        start = bisect_left(self.moments, since) if since else 0
        found = self.rows[start : bisect_right(self.moments, at)]
        newest = {tuple(row[column] for column in self.kind.key): row for row in found}
        return found if len(newest) == len(found) else tuple(sorted(newest.values(), key=lambda row: row.published_at))

    @cached_property
    def by_subject(self) -> Mapping[str, list[Known]]:
        found: dict[str, list[Known]] = {}
        for row in self.rows:
            found.setdefault(str(row[self.kind.subject]) if self.kind.subject else "", []).append(row)
        return found

    def series(self, column: str, subject: str) -> _Series:
        if (column, subject) not in self._series:
            self._series[column, subject] = self._built(column, self.by_subject.get(subject, []))
        return self._series[column, subject]

    def _built(self, column: str, rows: list[Known]) -> _Series:
        day = self.kind.dated_by[-1]
        ordered = sorted(rows, key=lambda row: row[day])  # stable: of one day the newest stays last
        days = np.array([row[day] for row in ordered], dtype="datetime64[D]")
        values = np.array([np.nan if row[column] is None else row[column] for row in ordered], dtype=np.float64)
        moments = np.array([_utc(row.published_at) for row in ordered], dtype="datetime64[s]")
        return _Series(Series(days, values, rows[-1].publisher if rows else ""), moments)


def _utc(moment: datetime) -> np.datetime64:
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None), "s")


def _newest(days: Days, moments: Days, at: datetime) -> NDArray[np.intp]:
    """The positions that were public at a moment, of each day the last one; days are in order."""
    known = np.flatnonzero(moments <= _utc(at))
    is_last = np.ones(len(known), dtype=bool)
    is_last[:-1] = days[known[1:]] != days[known[:-1]]
    return known[is_last]
