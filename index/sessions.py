"""Trading sessions and closes; where the calendar's knowledge ends.

Sessions come from exchange_calendars, whose lists are kept by hand from the exchanges' notices and therefore end;
closures files (see `index.closures`) win over it. Past the last known day every question raises CalendarEnds instead of
guessing, except `opening`, which answers that it is not known.
"""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cache, partial
from zoneinfo import ZoneInfo

import numpy as np

from index import closures, remembered
from index.bars import Days
from index.closures import Closure
from index.errors import BeforeHistory, CalendarEnds

BEIJING = ZoneInfo("Asia/Shanghai")
FIRST_SESSION = date(1990, 12, 19)  # the Shanghai exchange opened, the index's base day
CLOSE = time(15, 0)
FRIDAY = 4
WARNING = timedelta(days=30)
CONNECT_OPENED = date(2014, 11, 17)
CONNECT_ENHANCED = date(2023, 4, 24)
# Month and day of the statutory holidays that the solar calendar fixes: New Year, Labour Day, National Day. Regulation
# on Public Holidays for National Annual Festivals and Memorial Days, article 2 (State Council order 795, in force from
# 2025-01-01, before any end of the calendar); the lunar ones wait for the exchange's notice.
STATUTORY = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


@dataclass(frozen=True, slots=True)
class Close:
    """A local closing time and the day from which it holds."""

    since: date
    at: time


@dataclass(frozen=True, slots=True)
class Exchange:
    """When an exchange's closing figures are final, in its own zone (newest rule last)."""

    zone: ZoneInfo
    closes: tuple[Close, ...]


def _exchange(zone: str, *closes: tuple[str, str]) -> Exchange:
    rules = (Close(date.fromisoformat(since), time.fromisoformat(at)) for since, at in closes)
    return Exchange(ZoneInfo(zone), tuple(rules))


# Regular closes including the closing auction. Sources: the exchanges' trading-hours pages; Tokyo lengthened its day on
# 2024-11-05, Seoul on 2016-08-01. Early closes (New York 13:00) are ignored: a figure then counts as known later than
# it was, never earlier.
EXCHANGES = {
    "XSHG": _exchange("Asia/Shanghai", ("1990-12-19", "15:00")),
    "XSHE": _exchange("Asia/Shanghai", ("1990-12-01", "15:00")),
    "XHKG": _exchange("Asia/Hong_Kong", ("1900-01-01", "16:10")),
    "XTKS": _exchange("Asia/Tokyo", ("1900-01-01", "15:00"), ("2024-11-05", "15:30")),
    "XASX": _exchange("Australia/Sydney", ("1900-01-01", "16:12")),
    "XKRX": _exchange("Asia/Seoul", ("1900-01-01", "15:00"), ("2016-08-01", "15:30")),
    "XTAI": _exchange("Asia/Taipei", ("1900-01-01", "13:30")),
    "XNYS": _exchange("America/New_York", ("1900-01-01", "16:00")),
}


# From where on each calendar is asked for: the library's default reaches back 20 years only.
_ASKED_SINCE: Mapping[str, date] = {"XSHG": date(1990, 12, 3), "XHKG": CONNECT_OPENED}
_OPERATORS: list[Closure] = []


def close_of(session: date, mic: str = "XSHG") -> datetime:
    """When a session's closing figures were public, as an aware moment in Beijing time."""
    exchange = EXCHANGES[mic]
    at = [rule.at for rule in exchange.closes if rule.since <= session][-1]
    return datetime.combine(session, at, exchange.zone).astimezone(BEIJING)


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """What is known about one exchange's days.

    Attributes:
        days: its sessions, oldest first.
        end: the last day whose opening or closing is known without looking it up in `listed`.
        listed: days that a closures file speaks of, those past the end included.
    """

    days: Days
    end: date
    listed: Mapping[date, Closure]


class Opening(Enum):
    """Whether an exchange trades on a day, as far as anybody knows yet."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"  # a weekday past the calendar's end: look for a bar dated that day before saying anything


def use_closures(found: Iterable[Closure]) -> None:
    """Let an operator's closures win over the bundled ones and the library, from now on in this process."""
    _OPERATORS[:] = found
    calendar.cache_clear()
    _listed_closures.cache_clear()


@cache
def calendar(mic: str) -> Calendar:
    """The calendar library's list with the closures files applied to it."""
    listed = _listed_closures(mic)
    days = _listed(mic, _ASKED_SINCE[mic])
    library_end = _year_end(days[-1].astype(object))
    end = max((closure.day for closure in listed.values() if closure.status == "complete"), default=library_end)
    days = np.union1d(days, np.concatenate([_weekdays(library_end, end), _marked(listed, "open", end)]))
    return Calendar(np.setdiff1d(days, _marked(listed, "closed", end)), max(end, library_end), listed)


@cache
def _listed_closures(name: str) -> Mapping[date, Closure]:
    return closures.of(name, (*closures.bundled(), *_OPERATORS))


def known_sessions() -> Days:
    """Every Shanghai session from the first to the last day whose holidays are known (Shenzhen keeps the same)."""
    return calendar("XSHG").days


def _listed(mic: str, since: date) -> Days:
    days = remembered.days(mic, since.isoformat(), partial(_asked, mic, since))
    return days[days >= np.datetime64(FIRST_SESSION)]


def _asked(mic: str, since: date) -> Days:
    from exchange_calendars import get_calendar  # noqa: PLC0415 - a second of start-up that most rooms never need

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its own, about pandas; nothing a reader can act upon
        found: Days = get_calendar(mic, since.isoformat()).sessions.to_numpy()
    return found.astype("datetime64[D]")


def _year_end(last: date) -> date:
    """Holiday notices cover calendar years, so a list that reaches late December covers 31 December."""
    return date(last.year, 12, 31) if last >= date(last.year, 12, 24) else last


def _weekdays(after: date, until: date) -> Days:
    days = np.arange(np.datetime64(after) + 1, np.datetime64(until) + 1)
    fixed = [day for day in days.tolist() if (day.month, day.day) in STATUTORY]
    weekdays: Days = np.setdiff1d(days[np.is_busday(days)], np.array(fixed, dtype="datetime64[D]"))
    return weekdays


def _marked(listed: Mapping[date, Closure], status: str, until: date) -> Days:
    found = [closure.day for closure in listed.values() if closure.status == status and closure.day <= until]
    return np.array(found, dtype="datetime64[D]")


def horizon() -> date:
    """The last day whose openings and holidays are known."""
    return calendar("XSHG").end


def ends_soon(day: date) -> bool:
    """Whether the calendar's end is 30 days away or less, from 1 December when it ends with the year.

    The exchange publishes the next year's closures in the second half of December.
    """
    return horizon() - day <= WARNING


def opening(day: date) -> Opening:
    """Whether Shanghai trades on a day, for a caller who can look for a bar where nobody knows yet."""
    if day.weekday() > FRIDAY or day < FIRST_SESSION or _is_statutory_past_the_end(day):
        return Opening.CLOSED
    marked = calendar("XSHG").listed.get(day)
    if day > horizon():
        return Opening(marked.status) if marked else Opening.UNKNOWN
    return Opening.OPEN if session_on_or_before(day) == day else Opening.CLOSED


def is_session(day: date) -> bool:
    """Whether Shanghai trades on a day. Weekends and the fixed statutory holidays are always closed.

    Raises:
        BeforeHistory: the day is a weekday before the exchange opened.
        CalendarEnds: the day is another weekday past the calendar's knowledge; see `opening`.
    """
    if day.weekday() > FRIDAY or _is_statutory_past_the_end(day):
        return False
    if day > horizon() and day in calendar("XSHG").listed:
        return opening(day) is Opening.OPEN
    return session_on_or_before(day) == day


def _is_statutory_past_the_end(day: date) -> bool:
    return day > horizon() and (day.month, day.day) in STATUTORY


def connect_is_open(day: date) -> bool:
    """Whether mainland shares could be bought through Hong Kong's Stock Connect on a day.

    Both markets must trade. Until April 2023 the money also had to move on the next Shanghai session, so that Connect
    stayed shut before each Hong Kong holiday (HKEX, Trading Calendar Enhancement, in force from 2023-04-24).

    Raises:
        CalendarEnds: the day is past the calendar's knowledge.
    """
    marked = _listed_closures("CONNECT").get(day)
    if marked:
        return marked.status == "open"
    if day < CONNECT_OPENED or not is_session(day) or not _in_hong_kong(day):
        return False
    return day >= CONNECT_ENHANCED or _in_hong_kong(next_session(day))


def _in_hong_kong(day: date) -> bool:
    days, wanted = calendar("XHKG").days, np.datetime64(day)
    return bool((days[days.searchsorted(wanted) :][:1] == wanted).any())


def session_on_or_before(day: date) -> date:
    """The last session that is not after a day.

    Raises:
        BeforeHistory: the day is before the exchange opened.
        CalendarEnds: the day is past the calendar's knowledge.
    """
    if day < FIRST_SESSION:
        raise BeforeHistory(day, FIRST_SESSION)
    if day > horizon():
        raise CalendarEnds(day, horizon())
    return _session_at(_sessions_until(day) - 1)


def previous_session(day: date) -> date:
    """The last session before a day."""
    return session_on_or_before(day - timedelta(days=1))


def assumed_previous(day: date) -> date:
    """The session before a day for those who look back over it, where a day too far back does no harm.

    Past the calendar's end it is the weekday before that is no known holiday, and of the first session that session
    itself.
    """
    try:
        return previous_session(day)
    except BeforeHistory:
        return day
    except CalendarEnds:
        return _weekday_before(day)


def _weekday_before(day: date) -> date:
    before = day - timedelta(days=1)
    return _weekday_before(before) if opening(before) is Opening.CLOSED else before


def between(after: date, before: date) -> tuple[date, ...]:
    """The known sessions after one day and before another, both left out; past the calendar's end none is known."""
    days = known_sessions()
    start, stop = _sessions_until(after), int(np.searchsorted(days, np.datetime64(before), side="left"))
    return tuple(_session_at(position) for position in range(start, stop))


def next_session(day: date) -> date:
    """The first session after a day.

    Raises:
        CalendarEnds: that session is past the calendar's knowledge.
    """
    found = known_next(day)
    if found is None:
        raise CalendarEnds(day + timedelta(days=1), horizon())
    return found


def known_next(day: date) -> date | None:
    """The first session after a day; None where that session is past the calendar's knowledge."""
    position = _sessions_until(day)
    return _session_at(position) if position < len(known_sessions()) else None


def latest_closed(moment: datetime) -> date:
    """The last session whose close had come at a moment.

    Raises:
        CalendarEnds: the moment is past the calendar's knowledge.
    """
    return session_on_or_before(_last_closed_day(moment))


def closes_between(after: datetime, until: datetime) -> int:
    """How many closes lie in (after, until]: 0 inside one session, 1 across one close, and so on.

    Past the calendar's end every weekday counts, so that evidence is rather taken for older than for fresher.
    """
    return _closes_until(_last_closed_day(until)) - _closes_until(_last_closed_day(after))


def _closes_until(day: date) -> int:
    past_the_end = np.busday_count(min(horizon(), day) + timedelta(days=1), day + timedelta(days=1))
    return _sessions_until(day) + int(past_the_end)


def _last_closed_day(moment: datetime) -> date:
    local = moment.astimezone(BEIJING)
    return local.date() if local.time() >= CLOSE else local.date() - timedelta(days=1)


def _sessions_until(day: date) -> int:
    return int(np.searchsorted(known_sessions(), np.datetime64(day), side="right"))


def _session_at(position: int) -> date:
    session: date = known_sessions()[position].astype(object)
    return session
