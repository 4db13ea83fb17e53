"""When each figure became public, where its row does not say: the publishers' fixed hours.

Everything is conservative: where a publisher keeps no hour, the figure counts from the end of its day, so that it
explains the next session at the earliest.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from index import sessions
from index.catalog import BY_CODE
from index.errors import CalendarEnds

END_OF_DAY = time(23, 59, 59)
STATISTICS_BUREAU = time(9, 30)  # NBS release calendar: PMI, prices, profits
STATISTICS_BUREAU_ACTIVITY = time(10, 0)  # NBS press conference: output, retail sales, investment, GDP
CUSTOMS = time(11, 0)  # no fixed minute; around eleven
CENTRAL_BANK = time(17, 0)  # no fixed hour; after the close by custom
CAIXIN = time(9, 45)  # S&P Global release calendar

# An indicator belongs to the first prefix that fits.
RELEASE_HOURS: Mapping[str, time] = {
    "pmi_caixin": CAIXIN,
    "pmi": STATISTICS_BUREAU,
    "cpi": STATISTICS_BUREAU,
    "ppi": STATISTICS_BUREAU,
    "industrial_profits": STATISTICS_BUREAU,
    "new_home_prices": STATISTICS_BUREAU,
    "industrial_production": STATISTICS_BUREAU_ACTIVITY,
    "retail_sales": STATISTICS_BUREAU_ACTIVITY,
    "fixed_investment": STATISTICS_BUREAU_ACTIVITY,
    "gdp": STATISTICS_BUREAU_ACTIVITY,
    "exports": CUSTOMS,
    "imports": CUSTOMS,
    "trade_balance": CUSTOMS,
    "m2": CENTRAL_BANK,
    "new_loans": CENTRAL_BANK,
    "tsf": CENTRAL_BANK,
    "fx_reserves": CENTRAL_BANK,
}

NORTHBOUND_INTRADAY_UNTIL = date(2024, 5, 10)  # HKEX published net buying by the minute up to this session
NORTHBOUND_LAST = date(2024, 8, 16)  # the last session whose net buying was published at all
NORTHBOUND_EVENING = time(18, 0)
MARGIN_MORNING = time(9, 0)  # exchanges publish the previous session's balances before the opening
ONSHORE_YUAN_CLOSE = time(16, 30)  # CFETS official closing rate
LPR_EARLY = date(2024, 7, 22)  # from this fixing on at 09:00, before it at 09:15 or 09:30
NEW_YORK_EVENING = time(17, 0)
NEW_YORK = ZoneInfo("America/New_York")


def bar(index: str, session: date) -> datetime:
    """A bar is public at its exchange's close; an index outside the catalogue counts as Shanghai's."""
    known = BY_CODE.get(index)
    return sessions.close_of(session, known.mic if known else "XSHG")


def shanghai_close(session: date) -> datetime:
    """Funds, sector indices and constituents are public at the Shanghai close."""
    return sessions.close_of(session)


def northbound(session: date) -> datetime:
    """Net buying was live to 2024-05-10 and an evening figure from then to its end (SSE notice of 2024-04-12)."""
    at = sessions.CLOSE if session <= NORTHBOUND_INTRADAY_UNTIL else NORTHBOUND_EVENING
    return _beijing(session, at)


def margin(session: date) -> datetime:
    """Balances appear on the morning of the next session (past the calendar's end: of the next weekday)."""
    return _beijing(_following_session(session), MARGIN_MORNING)


def rate(series: str, day: date) -> datetime:
    """Loan prime rates in the morning, the onshore yuan at 16:30, world markets at the New York close."""
    if series.startswith("lpr"):
        return _beijing(day, time(9, 0) if day >= LPR_EARLY else STATISTICS_BUREAU)
    if series == "usdcny":
        return _beijing(day, ONSHORE_YUAN_CLOSE)
    return datetime.combine(day, NEW_YORK_EVENING, NEW_YORK).astimezone(sessions.BEIJING)


def release(indicator: str, day: date) -> datetime:
    """The publisher's usual hour; an indicator nobody listed counts from the end of its day."""
    hours = (hour for prefix, hour in RELEASE_HOURS.items() if indicator.startswith(prefix))
    return _beijing(day, next(hours, END_OF_DAY))


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
