"""When does it trade? The hours, whether a day is a session, and where the calendar's knowledge ends."""

from dataclasses import dataclass
from datetime import date

from bot.chat.answer import Told
from bot.chat.asked import Asked
from bot.chat.span import local_day
from bot.figures import Sourced, sourced
from index import sessions
from index.errors import BeforeHistory, CalendarEnds


@dataclass(frozen=True, slots=True)
class Opening:
    """One day of the calendar; `is_session` is None where nobody knows yet."""

    day: date
    is_session: bool | None
    next_session: date | None


def reply(asked: Asked) -> Told:
    """The hours, and the day asked about (today when none is named)."""
    day = asked.question.when.days[0] if asked.question.when.days else local_day(asked.index, asked.at)
    opening = Opening(day, _is_session(day), _next(day))
    values = {
        "opening": Sourced(opening, "exchange notices, exchange_calendars", asked.at),
        "index": asked.index.code,
        "is_mainland": asked.index.is_mainland,
        "horizon": sourced(sessions.horizon(), "horizon", "exchange_calendars", asked.at),
    }
    return Told("hours_calendar", values)


def _is_session(day: date) -> bool | None:
    try:
        return sessions.is_session(day)
    except (CalendarEnds, BeforeHistory):
        return None


def _next(day: date) -> date | None:
    try:
        return sessions.next_session(day)
    except CalendarEnds:
        return None
