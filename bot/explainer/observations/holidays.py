"""Long closures of the exchange ahead: holders lighten their books before a week without trading.

The calendar says when; past its end nothing is said.
"""

from collections.abc import Iterator
from datetime import date

from bot.explainer.evidence import Evidence, Window
from index import sessions
from index.catalog import BY_CODE
from index.errors import CalendarEnds
from index.moves import Move
from index.reader import Reader

LONG = 7  # calendar days from the last session to the next: New Year and the October holiday, never a weekend
AHEAD = 5  # sessions


def observe(_reader: Reader, move: Move, window: Window) -> Iterator[Evidence]:
    """The closure that begins within a week."""
    if BY_CODE[move.index].is_mainland and not move.is_range:
        last = _last_before_closure(move.session)
        if last:
            yield _evidence(last, move, window)


def _last_before_closure(session: date) -> date | None:
    """The last session before a long closure that lies within a week; None when there is no such closure."""
    for _ in range(AHEAD):
        try:
            following = sessions.next_session(session)
        except CalendarEnds:
            return None
        if (following - session).days >= LONG:
            return session
        session = following
    return None


def _evidence(last: date, move: Move, window: Window) -> Evidence:
    left = sessions.closes_between(move.published_at, sessions.close_of(last))
    return Evidence(
        topic="holiday",
        driver="sentiment.holiday",
        kind="coincident",
        polarity=-1,
        strength=1 - left / (AHEAD + 1),
        published_at=window.after,
        source="exchange notices, exchange_calendars",
        facts={"last_session": last, "next_session": sessions.next_session(last)},
        figure="last_session",
    )
