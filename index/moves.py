"""Closes → Move: how far an index went, how unusual that was, and what went along with it.

Everything is computed from unrounded closes. "Stored" figures speak of the closes at hand and say since when
these begin: a store that starts in 2023 knows no record of 2015.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import isnan
from typing import Literal

import numpy as np

from index import sessions
from index.bars import Bars, Numbers
from index.catalog import BY_CODE
from index.errors import NoFigures

Direction = Literal["up", "down", "flat"]

YEAR = 250  # sessions; the window of rank and z (reference: nominal 90 % bands held over 250 days since 2000)
MONTH = 20  # sessions; the window of the turnover median
SLIGHT_PCT = 0.1  # reports of smaller moves say "little changed"
FLAT_PCT = 0.005  # a smaller change prints as 0.00 %
LONG_BREAK = timedelta(days=30)  # a peer whose last close is older than this says nothing about today


@dataclass(frozen=True, slots=True)
class Rarity:
    """Where a change stands among others of its direction.

    Attributes:
        rank: 1 for the largest gain (the largest loss, when it is a loss).
        count: how many changes it was compared with, itself included.
        since: the session of the first of them.
    """

    rank: int
    count: int
    since: date


@dataclass(frozen=True, slots=True)
class Peer:
    """What another index did from Shanghai's previous close to the moment of explaining.

    Attributes:
        index: the catalogue's code.
        session: its last session whose close was public by then.
        since: the session whose close the change starts from.
        sessions: how many of its sessions lie in between.
        change_pct: from its last close public at Shanghai's previous close; 1.5 means 1.5 %.
        level: its close in points.
    """

    index: str
    session: date
    since: date
    sessions: int
    change_pct: float
    level: float
    source: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """What can be said of a single session only. None stands for a figure that is not known.

    Attributes:
        gap_pts, gap_pct: previous close to open; 1.5 means 1.5 %.
        session_pts, session_pct: open to close, in points and in percent of the open.
        stored, year: rarity among all stored sessions, and in the trailing 250.
        z: (change − mean) ÷ standard deviation of the 250 sessions before.
        turnover_cny, turnover_change_cny: the session's trading and its change on the previous one.
        turnover_ratio: turnover ÷ the median of the 20 sessions before.
    """

    gap_pts: float | None
    gap_pct: float | None
    session_pts: float | None
    session_pct: float | None
    stored: Rarity
    year: Rarity | None
    z: float | None
    turnover_cny: float | None
    turnover_change_cny: float | None
    turnover_ratio: float | None


@dataclass(frozen=True, slots=True)
class Move:
    """How an index moved over one session, or over several in a row.

    Attributes:
        index: the catalogue's code.
        first_session: the first session of the move; the same as `session` for a single day whose previous close is
            stored. Where sessions before it are missing the move spans them too, since nobody knows their parts of it.
        session: its last session.
        previous_session: the session whose close the move starts from.
        level, previous_level: closes in points.
        change_pts, change_pct: from the previous close; 1.5 means 1.5 %.
        high, low: extremes within the move, None when not known.
        streak: sessions in a row in one direction up to here: +3 after three gains, −2 after two losses.
        extreme_since: of a rise the last session that closed as high, of a fall as low; None when none is stored.
        stored_since: where the stored closes begin.
        drawdown_pct: from the highest stored close up to here, 0 or negative.
        peak_session: the session of that highest close.
        day: what can be said of a single session only; None over several.
        source, published_at: who published the close, and when it became public.
        unstored: the last session before the one asked for when its close is missing; None when it is stored.
    """

    index: str
    first_session: date
    session: date
    previous_session: date
    level: float
    previous_level: float
    change_pts: float
    change_pct: float
    high: float | None
    low: float | None
    streak: int
    extreme_since: date | None
    stored_since: date
    drawdown_pct: float
    peak_session: date
    day: Day | None
    source: str
    published_at: datetime
    unstored: date | None

    @property
    def direction(self) -> Direction:
        """The sign of the unrounded change; flat when it prints as 0.00 %."""
        if abs(self.change_pct) < FLAT_PCT:
            return "flat"
        return "up" if self.change_pct > 0 else "down"

    @property
    def is_slight(self) -> bool:
        """Whether closing reports would call it little changed, which asks for no reason."""
        return abs(self.change_pct) < SLIGHT_PCT

    @property
    def is_range(self) -> bool:
        """Whether it spans more than one session."""
        return self.first_session != self.session


def of(bars: Bars, session: date, first_session: date | None = None) -> Move:
    """The move of one session, or of a run of sessions.

    Args:
        bars: the index's bars as known at the moment of asking; later rows are not looked at.
        session: the last session of the move.
        first_session: the first one, when the move spans several.

    Raises:
        NoFigures: the close, or the close before the first session, is not stored.
    """
    past = bars.until(session)
    if not len(past) or past.session(-1) != session:
        raise NoFigures(bars.index, session)
    start = len(past) - 1 if first_session is None else _position(past, first_session)
    if start == 0:
        raise NoFigures(bars.index, session)
    return _move(past, start)


def peer(bars: Bars, after: datetime, until: datetime) -> Peer | None:
    """What another index did between two moments, by the closes that were public at each of them.

    Args:
        bars: its bars as known at `until`.
        after: the close that the explained move starts from.
        until: the moment of explaining.

    Returns:
        None when no close became public in between, or the figures are too old to compare.
    """
    last, before = _last_public(bars, until), _last_public(bars, after)
    if before < 0 or last == before or np.isnan(bars.close[[before, last]]).any():
        return None
    if until.date() - bars.session(last) > LONG_BREAK:
        return None
    change_pct = _pct(float(bars.close[last]), float(bars.close[before]))
    published_at = sessions.close_of(bars.session(last), BY_CODE[bars.index].mic)
    return Peer(
        index=bars.index,
        session=bars.session(last),
        since=bars.session(before),
        sessions=last - before,
        change_pct=change_pct,
        level=float(bars.close[last]),
        source=bars.sources[last],
        published_at=published_at,
    )


def _last_public(bars: Bars, moment: datetime) -> int:
    """The position of the last close public at a moment; -1 when there is none."""
    mic = BY_CODE[bars.index].mic
    position = len(bars.until(moment.date())) - 1
    while position >= 0 and sessions.close_of(bars.session(position), mic) > moment:
        position -= 1
    return position


def _position(bars: Bars, session: date) -> int:
    return int(np.searchsorted(bars.sessions, np.datetime64(session)))


def _move(past: Bars, start: int) -> Move:
    level, previous = float(past.close[-1]), float(past.close[start - 1])
    changes, peak = change_pcts(past.close), int(np.argmax(past.close))
    missing = _missing(past, start)
    return Move(
        index=past.index,
        first_session=missing[0] if missing else past.session(start),
        session=past.session(-1),
        previous_session=past.session(start - 1),
        level=level,
        previous_level=previous,
        change_pts=level - previous,
        change_pct=_pct(level, previous),
        high=None if missing else _all_known(past.high[start:], np.max),
        low=None if missing else _all_known(past.low[start:], np.min),
        streak=_streak(changes[1:]),
        extreme_since=_extreme_since(past, rising=level >= previous),
        stored_since=past.session(0),
        drawdown_pct=_pct(level, float(past.close[peak])),
        peak_session=past.session(peak),
        day=_day(past, changes) if start == len(past) - 1 and not missing else None,
        source=past.sources[-1],
        published_at=sessions.close_of(past.session(-1), BY_CODE[past.index].mic),
        unstored=missing[-1] if missing else None,
    )


def _missing(past: Bars, start: int) -> tuple[date, ...]:
    """The sessions right before a row whose closes are not stored; abroad no calendar tells."""
    if not BY_CODE[past.index].is_mainland:
        return ()
    return sessions.between(past.session(start - 1), past.session(start))


def _day(past: Bars, changes: Numbers) -> Day:
    last, open_, close, previous = len(past) - 1, float(past.open[-1]), float(past.close[-1]), float(past.close[-2])
    return Day(
        gap_pts=_known(open_ - previous),
        gap_pct=_known(_pct(open_, previous)),
        session_pts=_known(close - open_),
        session_pct=_known(_pct(close, open_)),
        stored=_rarity(past, changes, 1),
        year=_rarity(past, changes, last - YEAR + 1) if last >= YEAR else None,
        z=_z(changes),
        turnover_cny=_known(float(past.turnover_cny[-1])),
        turnover_change_cny=_known(float(past.turnover_cny[-1] - past.turnover_cny[-2])),
        turnover_ratio=_turnover_ratio(past.turnover_cny),
    )


def change_pcts(closes: Numbers) -> Numbers:
    """The change of each close on the one before, in percent; the first is not known."""
    changes: Numbers = np.full(len(closes), np.nan)
    changes[1:] = 100 * (closes[1:] / closes[:-1] - 1)
    return changes


def session_pcts(bars: Bars) -> Numbers:
    """The same by session, not known either where sessions between two rows are missing."""
    changes = change_pcts(bars.close)
    if BY_CODE[bars.index].is_mainland:
        numbers = np.searchsorted(sessions.known_sessions(), bars.sessions)
        changes[1:][np.diff(numbers) > 1] = np.nan
    return changes


def _pct(value: float, base: float) -> float:
    return 100 * (value / base - 1)


def _known(value: float) -> float | None:
    return None if isnan(value) else value


def _all_known(values: Numbers, extreme: Callable[[Numbers], float]) -> float | None:
    return None if np.isnan(values).any() else float(extreme(values))


def _rarity(past: Bars, changes: Numbers, start: int) -> Rarity:
    window, change = changes[start:], changes[-1]
    beyond = window > change if change >= 0 else window < change
    return Rarity(int(beyond.sum()) + 1, len(window), past.session(start))


def _z(changes: Numbers) -> float | None:
    before = changes[-1 - YEAR : -1]
    if len(before) < YEAR or np.isnan(before).any():
        return None
    return float((changes[-1] - before.mean()) / before.std(ddof=1))


def _streak(changes: Numbers) -> int:
    signs = np.sign(changes)[::-1]
    other = np.flatnonzero(signs != signs[0])
    return int(signs[0]) * int(other[0] if len(other) else len(signs))


def _extreme_since(past: Bars, *, rising: bool) -> date | None:
    before, level = past.close[:-1], past.close[-1]
    matched = np.flatnonzero(before >= level if rising else before <= level)
    return past.session(int(matched[-1])) if len(matched) else None


def _turnover_ratio(turnovers: Numbers) -> float | None:
    before = turnovers[-1 - MONTH : -1]
    if len(before) < MONTH or np.isnan(before).any() or np.isnan(turnovers[-1]):
        return None
    return float(turnovers[-1] / np.median(before))
