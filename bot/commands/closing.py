"""``broadcast``: whether a day has a close that could be sent."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.commands.console import warn
from bot.figures import Sourced
from bot.pages import render
from index import sessions
from index.errors import CalendarEnds
from index.sessions import Opening


@dataclass(frozen=True, slots=True)
class Around:
    """A day without a close to send, and the sessions beside it as far as the calendar knows them.

    Attributes:
        day: the day asked for.
        is_closed: whether the exchange is closed that day; else its close has not come.
        last: the last session before it whose close has come.
        next: the first session after it.
    """

    day: date
    is_closed: bool
    last: date | None
    next: date | None


def has_closed(day: date, now: datetime, language: str) -> bool:
    """Whether a day is a session whose close has come; where not, standard error says so and which sessions are.

    A weekday past the calendar's end is taken for a session: the figures will tell.

    Raises:
        BeforeHistory: the day is before the exchange opened.
    """
    is_closed = sessions.opening(day) is Opening.CLOSED
    if not is_closed and sessions.close_of(day) <= now:
        return True
    around = Around(day, is_closed, _last(day, now), sessions.known_next(day))
    warn(render("no_close", language, {"around": Sourced(around, "trading calendar")}).plain)
    return False


def _last(day: date, now: datetime) -> date | None:
    try:
        return sessions.session_on_or_before(min(day, sessions.latest_closed(now)))
    except CalendarEnds:
        return None
