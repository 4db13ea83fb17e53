"""Closes of a session that several rows give: what publishers contradict each other about, and what one revised.

A close out of reach of the one that is believed is neither: it is wrong by itself and set aside (`index.leaps`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from index import leaps
from index.bars import Bars

Words = tuple[str, float]  # who publishes a close, and which


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A close about which publishers differ by more than a hundredth of a point.

    Attributes:
        index: the catalogue's code.
        session: the exchange's date.
        said: of each publisher the close that it gave last, in points; the newest last.
    """

    index: str
    session: date
    said: tuple[Words, ...]

    def __str__(self) -> str:
        return " ≠ ".join(f"{publisher} {close:.10g}" for publisher, close in self.said)


@dataclass(frozen=True, slots=True)
class Revision:
    """A believed close in whose place its publisher gave another one before; both in points."""

    index: str
    session: date
    before: float
    close: float

    def __str__(self) -> str:
        return f"{self.before:.10g} → {self.close:.10g}"


def among(bars: Bars) -> tuple[Contradiction, ...]:
    """What publishers contradict each other about.

    Args:
        bars: all rows of an index in the order of their sessions, of one session the newest last.
    """
    found = ((session, _latest(words)) for session, words in _told_twice(bars))
    return tuple(Contradiction(bars.index, session, said) for session, said in found if _differ(said))


def revisions(bars: Bars) -> tuple[Revision, ...]:
    """What publishers revised, of the closes that are believed; `bars` as for `among`."""
    return tuple(_revisions(bars.index, _told_twice(bars)))


def _revisions(index: str, told: Iterable[tuple[date, list[Words]]]) -> Iterable[Revision]:
    for session, words in told:
        publisher, close = words[-1]
        before = [other for who, other in words if who == publisher and other != close]
        if before:
            yield Revision(index, session, before[-1], close)


def _told_twice(bars: Bars) -> Iterable[tuple[date, list[Words]]]:
    """What was said about each session of several rows up to the close that is believed; leaps are left out."""
    repeated = np.unique(bars.sessions[1:][bars.sessions[1:] == bars.sessions[:-1]])
    if not len(repeated):
        return
    kept = leaps.believed(bars, np.arange(len(bars)))
    for place in kept[np.isin(bars.sessions[kept], repeated)].tolist():
        start = int(np.searchsorted(bars.sessions, bars.sessions[place], side="left"))
        yield bars.session(place), [_words(bars, row) for row in range(start, place + 1) if _is_near(bars, row, place)]


def _is_near(bars: Bars, row: int, believed: int) -> bool:
    day = bars.session(believed)
    return not leaps.is_leap(bars.index, (day, float(bars.close[believed])), (day, float(bars.close[row])))


def _words(bars: Bars, row: int) -> Words:
    """A close's first publisher: behind the comma stands who filled in the turnover."""
    return bars.sources[row].partition(", ")[0], float(bars.close[row])


def _latest(words: Iterable[Words]) -> tuple[Words, ...]:
    found: dict[str, float] = {}
    for publisher, close in words:
        found.pop(publisher, None)
        found[publisher] = close
    return tuple(found.items())


def _differ(said: Iterable[Words]) -> bool:
    closes = [close for _, close in said]
    return max(closes) - min(closes) > leaps.SAME_PTS
