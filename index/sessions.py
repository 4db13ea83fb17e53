"""Trading sessions and closes; where the calendar's knowledge ends.

Sessions come from exchange_calendars, whose lists are kept by hand from the exchanges' notices and therefore end:
past the last known day every question raises CalendarEnds instead of guessing.
"""

import warnings
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from index.bars import Days
from index.errors import BeforeHistory, CalendarEnds

BEIJING = ZoneInfo("Asia/Shanghai")
FIRST_SESSION = date(1990, 12, 19)  # the Shanghai exchange opened, the index's base day
CLOSE = time(15, 0)
FRIDAY = 4


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


def close_of(session: date, mic: str = "XSHG") -> datetime:
    """When a session's closing figures were public, as an aware moment in Beijing time."""
    exchange = EXCHANGES[mic]
    at = [rule.at for rule in exchange.closes if rule.since <= session][-1]
    return datetime.combine(session, at, exchange.zone).astimezone(BEIJING)


@cache
def known_sessions() -> Days:
    """Every Shanghai session from the first to the last day whose holidays are known (Shenzhen keeps the same)."""
    # The library's default reaches back 20 years only, and its list begins before the exchange opened.
    sessions = _listed("XSHG", start="1990-12-03")
    return sessions[sessions >= np.datetime64(FIRST_SESSION)]


def _listed(mic: str, start: str) -> Days:
    # Imported here: the library costs a second start-up and most rooms only need `close_of`.
    from exchange_calendars import get_calendar  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its own, about pandas; nothing a reader can act upon
        sessions: Days = get_calendar(mic, start=start).sessions.to_numpy().astype("datetime64[D]")
    return sessions


def horizon() -> date:
    """The last day whose openings and holidays are known.

    Holiday notices cover calendar years, so a list that reaches late December covers 31 December.
    """
    last: date = known_sessions()[-1].astype(object)
    return date(last.year, 12, 31) if last >= date(last.year, 12, 24) else last


def is_session(day: date) -> bool:
    """Whether Shanghai trades on a day. Weekends are always closed.

    Raises:
        CalendarEnds: the day is a weekday past the calendar's knowledge.
    """
    return day.weekday() <= FRIDAY and session_on_or_before(day) == day


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


def next_session(day: date) -> date:
    """The first session after a day.

    Raises:
        CalendarEnds: that session is past the calendar's knowledge.
    """
    position = _sessions_until(day)
    if position >= len(known_sessions()):
        raise CalendarEnds(day + timedelta(days=1), horizon())
    return _session_at(position)


def latest_closed(moment: datetime) -> date:
    """The last session whose close had come at a moment.

    Raises:
        CalendarEnds: the moment is past the calendar's knowledge.
    """
    return session_on_or_before(_last_closed_day(moment))


def closes_between(after: datetime, until: datetime) -> int:
    """How many closes lie in (after, until]: 0 inside one session, 1 across one close, and so on."""
    return _sessions_until(_last_closed_day(until)) - _sessions_until(_last_closed_day(after))


def _last_closed_day(moment: datetime) -> date:
    local = moment.astimezone(BEIJING)
    return local.date() if local.time() >= CLOSE else local.date() - timedelta(days=1)


def _sessions_until(day: date) -> int:
    return int(np.searchsorted(known_sessions(), np.datetime64(day), side="right"))


def _session_at(position: int) -> date:
    session: date = known_sessions()[position].astype(object)
    return session
