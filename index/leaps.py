"""Which closes of an index go together, and which leap so far from the others that no session can have made them.

A close is judged beside the rows that are known with it, never by the order in which they came in: the same rows give
the same judgement. One that leaps is set aside, not lost. It counts as soon as later sessions or a second publisher
confirm it, and the row that it replaced counts until then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from index import sessions
from index.bars import Bars, Days, Numbers
from index.catalog import BY_CODE
from index.plausibility import ERAS, largest_move

Flags = NDArray[np.bool_]
Positions = NDArray[np.intp]
Row = TypeVar("Row", bound=Any)  # a mapping of a bar's columns, its publisher and its digest

CONFIRMED = 3  # sessions in a row at a level: a moved digit does not come thrice
SAME_PTS = 0.0100001  # publishers round the same close to two decimals each in their own way
SLOWER_AFTER = 4  # sessions, see `reach`


@dataclass(frozen=True, slots=True)
class Leap:
    """A close out of reach of another one.

    Attributes:
        index: the catalogue's code.
        session: the exchange's date.
        before, close: index points, of the nearest session that is believed and of this one.
    """

    index: str
    session: date
    before: float
    close: float

    def __str__(self) -> str:
        return f"{self.before:.10g} → {self.close:.10g}"


def reach(index: str, before: date, day: date) -> float:
    """The widest ratio of two closes that sessions between two days can have made.

    One session moves by its members' price limits at most. Where sessions are missing between the rows each of them
    may have moved as far, so the ratio grows with their number: with every one up to four, and from there as twice
    the square root, because long runs at the limit do not happen. Over 20 sessions that is a ratio of 2.6, where the
    Composite went 1.46 at most since 1996 and no mainland index 1.8; a moved decimal point stays out of reach for
    five months without a row.
    """
    days = np.array([before, day], dtype="datetime64[D]")
    return float(np.exp(_reaches(index, days)[0]))


def is_leap(index: str, before: tuple[date, float], after: tuple[date, float]) -> bool:
    """Whether no sessions can have led from one close to another, each with its session."""
    limit = reach(index, before[0], after[0])
    return not 1 / limit <= after[1] / before[1] <= limit


def has_leap(bars: Bars) -> bool:
    """Whether any two closes in a row lie out of reach of each other."""
    return bool(_breaks(bars.index, bars.sessions, bars.close).any())


def believed(bars: Bars, known: Positions) -> Positions:
    """The newest row of each session that is not set aside.

    Args:
        bars: rows in the order of their sessions, of one session the newest last.
        known: the positions of the rows that count, in order.
    """
    return _newest(bars.sessions, np.setdiff1d(known, _all_aside(bars, known)))


def set_aside(bars: Bars) -> tuple[Leap, ...]:
    """The rows of all that `believed` leaves out because they leap, each beside the nearest close that it keeps."""
    known = np.arange(len(bars))
    aside, kept = _all_aside(bars, known), believed(bars, known)
    return tuple(_leap(bars, kept, int(position)) for position in aside)


def doubtful(bars: Bars) -> tuple[Leap, ...]:
    """The closes of all rows that `believed` keeps though they leap.

    Two levels that are both confirmed stand side by side, as when a unit changes; or none is confirmed, and of a few
    rows that contradict each other the earlier ones are kept.
    """
    kept, aside = believed(bars, np.arange(len(bars))), _all_aside(bars, np.arange(len(bars)))
    starts = np.flatnonzero(_breaks(bars.index, bars.sessions[kept], bars.close[kept])) + 1
    contested = [] if len(kept) >= CONFIRMED or not len(aside) else kept.tolist()
    standing = (_leap(bars, kept, int(kept[place])) for place in starts)
    return (*standing, *(_leap(bars, aside, position) for position in contested))


def without_leaps(rows: Sequence[Row], newest: Iterable[Row]) -> list[Row]:
    """The newest bar of each index and session that is not set aside, in the order in which they became public.

    Args:
        rows: all that are known, in the order in which they became public.
        newest: of each index and session the last of them.
    """
    left_out = [id(own[position]) for bars, own in _by_index(rows) for position in _every_aside(bars)]
    if not left_out:
        return list(newest)
    last = {(row["index"], row["session"]): id(row) for row in rows if id(row) not in left_out}
    return [row for row in rows if last.get((row["index"], row["session"])) == id(row)]


def _by_index(rows: Sequence[Row]) -> Iterable[tuple[Bars, list[Row]]]:
    with_close = [row for row in rows if row["close"] is not None]
    ordered = sorted(with_close, key=lambda row: (row["index"], row["session"]))  # stable: the newest stays last
    for index, group in groupby(ordered, key=lambda row: str(row["index"])):
        own = list(group)
        yield _bars(index, own), own


def _bars(index: str, rows: Sequence[Row]) -> Bars:
    days = np.array([row["session"] for row in rows], dtype="datetime64[D]")
    close = np.array([row["close"] for row in rows], dtype=np.float64)
    return Bars(index, days, close, close, close, close, close, close, tuple(row["publisher"] for row in rows))


def _every_aside(bars: Bars) -> list[int]:
    return [int(position) for position in _all_aside(bars, np.arange(len(bars)))]


def _all_aside(bars: Bars, known: Positions) -> Positions:
    """What leaps, and then what leaps of the older rows that stand in for it, until nothing does."""
    found = known[:0]
    while len(aside := _aside(bars, known, _newest(bars.sessions, known))):
        found, known = np.union1d(found, aside), np.setdiff1d(known, aside)
    return found


def _aside(bars: Bars, known: Positions, newest: Positions) -> Positions:
    """Of the newest rows those that leap from every level beside them that is confirmed."""
    days, closes = bars.sessions[newest], bars.close[newest]
    starts = np.flatnonzero(_breaks(bars.index, days, closes)) + 1
    if not len(starts):
        return newest[:0]
    edges = [0, *starts.tolist(), len(newest)]
    runs = [range(start, stop) for start, stop in pairwise(edges)]
    sure = _sure(runs, _read_twice(bars, known, newest))
    wrong = [run for run in runs if run not in sure and _leaps_from_all(bars.index, days, closes, run, sure)]
    return newest[np.array([place for run in wrong for place in run], dtype=np.intp)]


def _sure(runs: Sequence[range], read_twice: Flags) -> list[range]:
    """The levels that are confirmed; where none is, the longest, and of two as long the earlier."""
    found = [run for run in runs if len(run) >= CONFIRMED or read_twice[run.start : run.stop].any()]
    return found or [max(runs, key=len)]


def _leaps_from_all(index: str, days: Days, closes: Numbers, run: range, sure: Sequence[range]) -> bool:
    before = [level.stop - 1 for level in sure if level.stop <= run.start][-1:]
    after = [level.start for level in sure if level.start >= run.stop][:1]
    pairs = [(place, run.start) for place in before] + [(run.stop - 1, place) for place in after]
    return all(_breaks(index, days[list(pair)], closes[list(pair)]).any() for pair in pairs)


def _read_twice(bars: Bars, known: Positions, newest: Positions) -> Flags:
    """Whether another publisher gave the same close."""
    ends = np.searchsorted(known, newest)
    starts = np.concatenate([[0], ends[:-1] + 1])
    found = np.zeros(len(newest), dtype=bool)
    for place in np.flatnonzero(ends > starts):
        others = known[starts[place] : ends[place]]
        found[place] = any(_confirms(bars, int(other), int(newest[place])) for other in others)
    return found


def _confirms(bars: Bars, other: int, position: int) -> bool:
    is_another = bars.sources[other] != bars.sources[position]
    return is_another and abs(float(bars.close[other] - bars.close[position])) <= SAME_PTS


def _leap(bars: Bars, kept: Positions, position: int) -> Leap:
    place = max(int(np.searchsorted(kept, position)) - 1, 0)
    before = float(bars.close[kept[place]])
    return Leap(bars.index, bars.session(position), before, float(bars.close[position]))


def _newest(days: Days, known: Positions) -> Positions:
    is_last = np.ones(len(known), dtype=bool)
    is_last[:-1] = days[known[1:]] != days[known[:-1]]
    return known[is_last]


def _breaks(index: str, days: Days, closes: Numbers) -> Flags:
    """For each close but the first whether it lies out of reach of the one before."""
    steps: Flags = np.abs(np.diff(np.log(closes))) > _reaches(index, days)
    return steps


def _reaches(index: str, days: Days) -> Numbers:
    """For each day but the first the logarithm of the widest ratio to the one before."""
    apart = np.maximum(np.diff(_counted(index, days)), 1)
    steps = np.where(apart > SLOWER_AFTER, 2 * np.sqrt(apart), apart)
    reaches: Numbers = _limits(index, days[1:]) * steps
    return reaches


def _limits(index: str, days: Days) -> Numbers:
    """The logarithm of the widest ratio of one session on each of the days."""
    since = np.array(ERAS, dtype="datetime64[D]")
    known = np.log([largest_move(index, era) for era in ERAS])
    limits: Numbers = known[np.searchsorted(since, days, side="right") - 1]
    return limits


def _counted(index: str, days: Days) -> NDArray[np.int64]:
    """Each day's number among the exchange's sessions; abroad, and past the calendar's end, among the weekdays."""
    if not BY_CODE[index].is_mainland:
        return np.busday_count(np.datetime64("1900-01-01"), days).astype(np.int64)
    end = np.datetime64(sessions.horizon())
    past_the_end = np.busday_count(np.minimum(days, end), days) * (days > end)
    return (np.searchsorted(sessions.known_sessions(), days, side="right") + past_the_end).astype(np.int64)
