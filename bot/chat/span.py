"""From the calendar days a question names to the trading sessions it is answered about."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from bot.chat.question import Extreme, When
from index import sessions
from index.bars import Bars
from index.catalog import BY_CODE, Index
from index.errors import BeforeHistory, CalendarEnds, NoFigures, NotYet
from index.moves import YEAR
from index.sessions import Opening

RECENT = 5  # sessions that "recently" and "lately" are answered with
OLD = timedelta(days=6)  # abroad, where no calendar is at hand, older figures than this are called old


@dataclass(frozen=True, slots=True)
class Span:
    """The sessions of an answer, and what has to be said about the choice.

    Attributes:
        sessions: oldest first; one, or every stored session of a range.
        closed_day: the day asked about when the exchange was closed on it; the session is then the last one before.
        asked_today: that day is the day of asking.
        still_open: the session of the day of asking has not closed, so the one before is answered about.
        is_stale: a session has closed since whose figures are not stored.
    """

    sessions: tuple[date, ...]
    closed_day: date | None = None
    asked_today: bool = False
    still_open: bool = False
    is_stale: bool = False

    @property
    def last(self) -> date:
        """The last session."""
        return self.sessions[-1]


def local_day(index: Index, at: datetime) -> date:
    """The calendar day of a moment where the index trades."""
    return at.astimezone(sessions.EXCHANGES[index.mic].zone).date()


def resolve(when: When, bars: Bars, at: datetime) -> Span:
    """The sessions that a question is answered about.

    Args:
        when: the time asked about, in calendar days.
        bars: the index's bars as known at the moment of asking.
        at: the moment of asking.

    Raises:
        NoFigures: nothing is stored for that time.
        NotYet: it lies ahead.
        BeforeHistory: it lies before the exchange opened.
    """
    index = BY_CODE[bars.index]
    if not len(bars):
        raise NoFigures(index.code, when.days[0] if when.days else None)
    today = local_day(index, at)
    if (not when.days and when.type != "range") or when.days == (today,):
        return _latest(bars, index, today, at)
    _refuse_impossible(when, index, today)
    return _past(when, bars, index, today, at)


def _past(when: When, bars: Bars, index: Index, today: date, at: datetime) -> Span:
    if when.since:
        return Span(_after_extreme(bars, when.since))
    if not when.days:
        first = max(len(bars) - (when.count or RECENT), 0)
        return Span(_stored(bars, bars.session(first), bars.session(-1)))
    if len(when.days) == 1:
        return _day(when.days[0], bars, index)
    found = _stored(bars, when.days[0], when.days[-1])
    return Span(found) if found else _empty_range(when, bars, index, today, at)


def _after_extreme(bars: Bars, extreme: Extreme) -> tuple[date, ...]:
    """The sessions after the lowest or highest close of a year; the last one alone when that is the extreme itself."""
    year = bars.rows(max(len(bars) - YEAR, 0), len(bars))
    at = int(np.nanargmin(year.close) if extreme == "low" else np.nanargmax(year.close))
    return tuple(year.session(position) for position in range(min(at + 1, len(year) - 1), len(year)))


def _latest(bars: Bars, index: Index, today: date, at: datetime) -> Span:
    last = bars.session(-1)
    is_open = _is_open(index, today)
    still_open = is_open is True and at < sessions.close_of(today, index.mic)
    due = _due(index, today, at, still_open=still_open)
    is_stale = last < due if due else today - last > OLD
    closed = today if is_open is False and not is_stale else None
    return Span((last,), closed, asked_today=True, still_open=still_open and not is_stale, is_stale=is_stale)


def _is_open(index: Index, day: date) -> bool | None:
    """Whether an exchange trades on a day; None where no calendar tells."""
    if day.weekday() > sessions.FRIDAY:
        return False
    try:
        return sessions.is_session(day) if index.is_mainland else None
    except CalendarEnds:
        return None


def _due(index: Index, today: date, at: datetime, *, still_open: bool) -> date | None:
    """The last session whose close has come; None where no calendar tells.

    Past the calendar's end every weekday may have been one, so that older figures are called that.
    """
    if not index.is_mainland:
        return None
    try:
        return sessions.session_on_or_before(today - timedelta(days=still_open))
    except CalendarEnds:
        return _last_weekday(today - timedelta(days=at < sessions.close_of(today, index.mic)))


def _last_weekday(day: date) -> date:
    return day - timedelta(days=max(day.weekday() - sessions.FRIDAY, 0))


def _refuse_impossible(when: When, index: Index, today: date) -> None:
    if when.days and when.days[0] > today:
        raise NotYet(when.days[0])
    if when.days and when.days[-1] < sessions.FIRST_SESSION and index.is_mainland:
        raise BeforeHistory(when.days[-1], sessions.FIRST_SESSION)


def _day(day: date, bars: Bars, index: Index) -> Span:
    past = bars.until(day)
    if not len(past):
        raise NoFigures(index.code, day)
    last = past.session(-1)
    if last == day:
        return Span((day,))
    if _is_gap(day, last, bars, index):
        raise NoFigures(index.code, day)
    return Span((last,), closed_day=day)


def _is_gap(day: date, last: date, bars: Bars, index: Index) -> bool:
    """Whether figures are missing between the last stored session and a day, rather than the exchange closed."""
    if index.is_mainland:
        return _last_that_may_be_one(day) > last
    return day > bars.session(-1) and day - last > OLD


def _last_that_may_be_one(day: date) -> date:
    """The last session up to a day; past the calendar's end the last weekday of which nobody knows better."""
    while day > sessions.horizon():
        if sessions.opening(day) is not Opening.CLOSED:
            return day
        day -= timedelta(days=1)
    return sessions.session_on_or_before(day)


def _empty_range(when: When, bars: Bars, index: Index, today: date, at: datetime) -> Span:
    end = min(when.days[-1], today)
    if end == today and when.days[0] <= today:
        return _latest(bars, index, today, at)
    return _day(end, bars, index)


def _stored(bars: Bars, first: date, last: date) -> tuple[date, ...]:
    start = len(bars.until(first - timedelta(days=1)))
    return tuple(bars.session(position) for position in range(start, len(bars.until(last))))
