"""When each figure became public, where its row does not say: the publishers' fixed hours.

Everything is conservative: where a publisher keeps no hour, the figure counts from the end of its day, so that it
explains the next session at the earliest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from index import sessions
from index.catalog import BY_CODE
from index.errors import CalendarEnds

END_OF_DAY = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Hour:
    """A publisher's usual hour in Beijing.

    Attributes:
        prefix: how the indicators it holds for begin.
        at: the hour.
        publisher: who keeps it.
        until: the last day it held; None while it does.
    """

    prefix: str
    at: time
    publisher: str
    until: date | None = None


_NBS, _CUSTOMS, _PBOC = "National Bureau of Statistics", "General Administration of Customs", "People's Bank of China"
_AFTERNOON = time(13, 30)
_BEFORE_2016 = date(2015, 12, 31)

# The first row that fits counts. Sources: the bureau's yearly release calendar (stats.gov.cn; 10:00 for what a press
# conference presents, 13:30 for it until 2015); S&P Global's release calendar for Caixin; customs and the central bank
# announce a day and keep no minute, so theirs are the late end of what is usual: after the close for the bank.
RELEASE_HOURS: tuple[Hour, ...] = (
    Hour("pmi_caixin", time(9, 45), "Caixin, S&P Global"),
    Hour("pmi", time(9, 30), _NBS),
    Hour("cpi", time(9, 30), _NBS),
    Hour("ppi", time(9, 30), _NBS),
    Hour("industrial_profits", time(9, 30), _NBS),
    Hour("new_home_prices", time(9, 30), _NBS),
    Hour("industrial_production", _AFTERNOON, _NBS, _BEFORE_2016),
    Hour("industrial_production", time(10, 0), _NBS),
    Hour("retail_sales", _AFTERNOON, _NBS, _BEFORE_2016),
    Hour("retail_sales", time(10, 0), _NBS),
    Hour("fixed_investment", _AFTERNOON, _NBS, _BEFORE_2016),
    Hour("fixed_investment", time(10, 0), _NBS),
    Hour("property_investment", time(10, 0), _NBS),
    Hour("unemployment", time(10, 0), _NBS),
    Hour("gdp", time(10, 0), _NBS),
    Hour("exports", time(11, 0), _CUSTOMS),
    Hour("imports", time(11, 0), _CUSTOMS),
    Hour("trade_balance", time(11, 0), _CUSTOMS),
    Hour("m1", time(17, 0), _PBOC),
    Hour("m2", time(17, 0), _PBOC),
    Hour("new_loans", time(17, 0), _PBOC),
    Hour("tsf", time(17, 0), _PBOC),
    Hour("fx_reserves", time(17, 0), "State Administration of Foreign Exchange"),
    Hour("lpr", time(9, 15), "National Interbank Funding Center", date(2024, 7, 19)),
    Hour("lpr", time(9, 0), "National Interbank Funding Center"),
)

NORTHBOUND_INTRADAY_UNTIL = date(2024, 5, 10)  # HKEX published net buying by the minute up to this session
NORTHBOUND_LAST = date(2024, 8, 16)  # the last session whose net buying was published at all
NORTHBOUND_EVENING = time(18, 0)
MARGIN_MORNING = time(9, 0)  # exchanges publish the previous session's balances before the opening
ONSHORE_YUAN_CLOSE = time(16, 30)  # CFETS official closing rate
FIXED_PRICE_ENDS = time(15, 30)  # trading at the closing price: STAR since 2019-07-22, all shares since 2026-07-06
LPR_EARLY = date(2024, 7, 22)  # from this fixing on at 09:00, before it at 09:15, until 2019 at 09:30
NEW_YORK_EVENING = time(17, 0)
NEW_YORK = ZoneInfo("America/New_York")
_LONDON = ZoneInfo("Europe/London")

# Whose dates are not Beijing's, by how the source's name begins: their days end in Beijing's next morning.
DATELINES: Mapping[str, ZoneInfo] = {
    "Reuters": NEW_YORK,
    "CNBC": NEW_YORK,
    "The Guardian": _LONDON,
    "BBC": _LONDON,
    "Wikipedia": ZoneInfo("UTC"),
}


def bar(index: str, session: date) -> datetime:
    """A bar is public at its exchange's close; an index outside the catalogue counts as Shanghai's."""
    known = BY_CODE.get(index)
    return _close_of(session, known.mic if known else "XSHG")


_close_of = lru_cache(maxsize=100_000)(sessions.close_of)  # the same moment of many indices and funds


def shanghai_close(session: date) -> datetime:
    """Funds, sector indices and constituents are public at the Shanghai close."""
    return _close_of(session, "XSHG")


def turnover(session: date) -> datetime:
    """A session's turnover is whole when trading at the closing price has ended (SSE trading rules, 15:05-15:30)."""
    return _beijing(session, FIXED_PRICE_ENDS)


def northbound(session: date) -> datetime:
    """Net buying was live to 2024-05-10 and an evening figure from then to its end (SSE notice of 2024-04-12)."""
    at = sessions.CLOSE if session <= NORTHBOUND_INTRADAY_UNTIL else NORTHBOUND_EVENING
    return _beijing(session, at)


def connect(session: date) -> datetime:
    """Hong Kong's exchange publishes what Stock Connect turned over in the evening of the session."""
    return _beijing(session, NORTHBOUND_EVENING)


def margin(session: date) -> datetime:
    """Balances and fund shares appear on the next session's morning (past the calendar's end: the next weekday's)."""
    return _beijing(_following_session(session), MARGIN_MORNING)


def rate(series: str, day: date) -> datetime:
    """Loan prime rates in the morning, the onshore yuan at 16:30, world markets at the New York close.

    A reserve ratio is dated by its announcement, for which the central bank keeps no hour.
    """
    if series.startswith("rrr"):
        return end_of_day(day)
    if series.startswith("lpr"):
        return _beijing(day, time(9, 0) if day >= LPR_EARLY else time(9, 30))
    if series == "usdcny":
        return _beijing(day, ONSHORE_YUAN_CLOSE)
    return datetime.combine(day, NEW_YORK_EVENING, NEW_YORK).astimezone(sessions.BEIJING)


def release(indicator: str, day: date) -> datetime:
    """The publisher's usual hour; an indicator nobody listed counts from the end of its day."""
    hours = (hour.at for hour in RELEASE_HOURS if indicator.startswith(hour.prefix) and day <= (hour.until or day))
    return _beijing(day, next(hours, END_OF_DAY))


def headline(source: str, day: date) -> datetime:
    """A headline without an hour counts from the end of its day where its publisher dates it."""
    zones = (zone for prefix, zone in DATELINES.items() if source.startswith(prefix))
    return datetime.combine(day, END_OF_DAY, next(zones, sessions.BEIJING)).astimezone(sessions.BEIJING)


def end_of_day(day: date) -> datetime:
    """What carries a date only counts from the end of that day."""
    return _beijing(day, END_OF_DAY)


def _beijing(day: date, at: time) -> datetime:
    return datetime.combine(day, at, sessions.BEIJING)


def _following_session(session: date) -> date:
    try:
        return sessions.next_session(session)
    except CalendarEnds:
        return session + timedelta(days=1 if session.weekday() < sessions.FRIDAY else 7 - session.weekday())
