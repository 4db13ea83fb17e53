"""When does it trade? The hours, whether a day is a session, the next holiday, and where the calendar ends."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal

import numpy as np

from bot.chat.answer import Told
from bot.chat.asked import Asked
from bot.chat.span import local_day
from bot.figures import Sourced, sourced
from index import sessions
from index.errors import BeforeHistory, CalendarEnds

SOURCE = "exchange notices, exchange_calendars"
# Shanghai Stock Exchange, trading hours: two sittings with lunch between.
OPENS, LUNCH, BACK, CLOSES = time(9, 30), time(11, 30), time(13, 0), sessions.CLOSE
LONGEST = timedelta(days=31)  # of a period whose closed days are listed

State = Literal["before", "open", "lunch", "after", "closed", ""]


@dataclass(frozen=True, slots=True)
class Opening:
    """One day of the calendar; `is_session` is None where nobody knows yet."""

    day: date
    is_session: bool | None
    next_session: date | None


@dataclass(frozen=True, slots=True)
class Holiday:
    """A run of days without a session that holds a weekday."""

    first: date
    last: date
    reopens: date


@dataclass(frozen=True, slots=True)
class Period:
    """The days from one to another, and the weekdays among them on which the exchange is closed."""

    first: date
    last: date
    closed: tuple[date, ...]


def reply(asked: Asked) -> Told:
    """The hours, and the day or period asked about (today when none is named)."""
    today = local_day(asked.index, asked.at)
    days = asked.question.when.days or (today,)
    values = {
        "opening": Sourced(Opening(days[0], _is_session(days[0]), sessions.known_next(days[0])), SOURCE, asked.at),
        "period": sourced(_period(days), "period", SOURCE, asked.at),
        "holiday": sourced(holiday(today), "holiday", SOURCE, asked.at),
        "state": state(asked.at) if days == (today,) else "",
        "asks_today": days == (today,),
        "index": asked.index.code,
        "is_mainland": asked.index.is_mainland,
        "closes": sourced(sessions.close_of(today, asked.index.mic), "closes", SOURCE, asked.at),
        "horizon": sourced(sessions.horizon(), "horizon", "exchange_calendars", asked.at),
    }
    return Told("hours_calendar", values)


def state(at: datetime) -> State:
    """What Shanghai is doing at a moment; empty where nobody knows whether it trades that day."""
    local = at.astimezone(sessions.BEIJING)
    is_session = _is_session(local.date())
    if not is_session:
        return "" if is_session is None else "closed"
    begun: tuple[tuple[time, State], ...] = ((CLOSES, "after"), (BACK, "open"), (LUNCH, "lunch"), (OPENS, "open"))
    return next((name for since, name in begun if local.time() >= since), "before")


def holiday(day: date) -> Holiday | None:
    """The holiday that a day lies in, or the next one that the calendar knows."""
    try:
        last = sessions.session_on_or_before(day)
    except (BeforeHistory, CalendarEnds):
        return None
    known = sessions.known_sessions()
    ahead: list[date] = known[known >= np.datetime64(last)].tolist()
    return next((_between(one, other) for one, other in pairwise(ahead) if _weekdays(one, other)), None)


def _between(one: date, other: date) -> Holiday:
    return Holiday(one + timedelta(days=1), other - timedelta(days=1), other)


def _weekdays(after: date, before: date) -> list[date]:
    """The weekdays between two days, neither included."""
    days = (after + timedelta(days=step) for step in range(1, (before - after).days))
    return [day for day in days if day.weekday() <= sessions.FRIDAY]


def _period(days: tuple[date, ...]) -> Period | None:
    """What is closed in a period; None for a single day, a long one, or one that the calendar does not reach."""
    first, last = days[0], days[-1]
    if first == last or last - first > LONGEST or last > sessions.horizon():
        return None
    weekdays = _weekdays(first - timedelta(days=1), last + timedelta(days=1))
    return Period(first, last, tuple(day for day in weekdays if not _is_session(day)))


def _is_session(day: date) -> bool | None:
    try:
        return sessions.is_session(day)
    except CalendarEnds:
        return None
    except BeforeHistory:
        return False
