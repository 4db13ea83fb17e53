"""What followed when something like it was announced before: a count over past sessions, and no forecast.

A note or release counts for the session whose close was the first after it. Several in one session count once, because
the market moved once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

import numpy as np

from bot.explainer.drivers.data import SURPRISE
from bot.explainer.evidence import beijing_day
from bot.explainer.observations.releases import driver_of, surprise
from index import moves, sessions
from index.bars import Bars
from index.errors import CalendarEnds
from index.reader import Reader
from index.store import Known

MOST = 12
LEAST = 5  # fewer would be read as more than they are


@dataclass(frozen=True, slots=True)
class Precedent:
    """One that came before.

    Attributes:
        announced: the Chinese day on which it became public.
        session: the one that could answer to it first.
        change_pct: what the index did in that session; 1.5 means 1.5 %.
        title_en, title_zh: of a note; None for a release, which its indicator names.
        indicator: of a release; None for a note.
        source: who published it.
        published_at: when.
    """

    announced: date
    session: date
    change_pct: float
    title_en: str | None
    title_zh: str | None
    indicator: str | None
    source: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Precedents:
    """Those of one driver that pointed one way, the latest first.

    Attributes:
        polarity: +1 for support, −1 for pressure.
        latest: at least `LEAST`, at most `MOST`.
    """

    polarity: int
    latest: tuple[Precedent, ...]

    @property
    def count(self) -> int:
        """How many are counted."""
        return len(self.latest)

    @property
    def rises(self) -> int:
        """After how many of them the index rose."""
        return sum(one.change_pct > 0 for one in self.latest)

    @property
    def median_pct(self) -> float:
        """The median change of those sessions; 1.5 means 1.5 %."""
        return median(one.change_pct for one in self.latest)


def precedents(
    reader: Reader, bars: Bars, labels: tuple[str, ...], before: datetime, polarity: int = 0
) -> Precedents | None:
    """The latest of a driver whose sessions had closed before a moment; None when they are too few.

    Args:
        reader: the stored figures.
        bars: of the index whose sessions are counted.
        labels: beginnings of the labels meant, ``policy.monetary``.
        before: the close that the session spoken of starts from.
        polarity: which way they must have pointed; 0 for the way that the latest of all pointed.
    """
    told = sorted(_told(reader, labels, before), key=lambda one: one[0].published_at)
    sign = polarity or next((way for _, way in reversed(told) if way), 0)
    past = bars.until(beijing_day(before))
    found = [_precedent(row, past) for row, way in told if way == sign]
    latest = {one.session: one for one in found if one}
    kept = tuple(latest[session] for session in sorted(latest, reverse=True)[:MOST])
    return Precedents(sign, kept) if sign and len(kept) >= LEAST else None


def _told(reader: Reader, labels: tuple[str, ...], before: datetime) -> Iterator[tuple[Known, int]]:
    """Notes, and releases that missed by more than usual, each with the way it pointed."""
    for row in reader.rows("events", before):
        if row["driver"].startswith(labels):
            yield row, int(row["polarity"])
    for row in reader.rows("releases", before):
        if driver_of(row["indicator"]).startswith(labels):
            missed = surprise(row, reader)
            yield row, int(np.sign(missed)) * (abs(missed) >= SURPRISE)


def _precedent(row: Known, bars: Bars) -> Precedent | None:
    session = _next_session(row.published_at)
    change_pct = _change_pct(bars, session) if session else None
    if session is None or change_pct is None:
        return None
    note = "title_en" in row.values
    return Precedent(
        announced=beijing_day(row.published_at),
        session=session,
        change_pct=change_pct,
        title_en=row["title_en"] if note else None,
        title_zh=row["title_zh"] if note else None,
        indicator=None if note else row["indicator"],
        source=row.publisher,
        published_at=row.published_at,
    )


def _next_session(published_at: datetime) -> date | None:
    """The first session to close after a moment; None past the calendar's end."""
    try:
        return sessions.next_session(sessions.latest_closed(published_at))
    except CalendarEnds:
        return None


def _change_pct(bars: Bars, session: date) -> float | None:
    """What a session did; None when its close or that of the session before is not stored."""
    known = bars.until(session)
    last = known.rows(max(len(known) - 2, 0), len(known))
    if [last.session(position) for position in range(len(last))] != [sessions.previous_session(session), session]:
        return None
    return float(moves.change_pcts(last.close)[-1])
