"""The Shanghai Composite (000001): every share listed in Shanghai, with all shares issued there.

No free float and no cap; H shares do not count. Who counts from when has changed four times and stands in `ENTRIES`.

Sources: the exchange's notice of 2020-06-19 (english.sse.com.cn/markets/indices/indexnews/c/5130636.shtml) for the
rules since 2020-07-22, the table of earlier ones and the 11th session since 2007; PetroChina, listed 2007-11-05 and
counted from 2007-11-19, checks the latter. For 2002 sources say "first day" or "second day"; most say the first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from index.bars import Days, Numbers
from index.rules.maintenance import Rules, weekly
from index.rules.market import Flags, Market, days
from index.sessions import known_sessions

BASE_DAY = np.datetime64("1990-12-19")
REFORM = date(2020, 7, 22)
STAR_CODES = ("688", "689")  # STAR-market shares and depositary receipts count since the reform only
LARGEST = 10
MONTHS_OF_THE_LARGEST = 3
MONTHS_OF_OTHERS = 12

FirstSession = Callable[[Market, int], np.datetime64]  # of a stock (its position) as a constituent


@dataclass(frozen=True, slots=True)
class Entry:
    """From when a listing counts, for listings that did not count yet when the rule came into force."""

    since: date
    first_session: FirstSession


def entry(market: Market, stock: int) -> np.datetime64:
    """The day from which a listing counts: by the first rule under which that day comes before the next rule's."""
    entries = _open_to(str(market.codes[stock]))
    ends = [np.datetime64(later.since) for later in entries[1:]]
    for rule, end in zip(entries, ends, strict=False):
        counts_from = _under(rule, market, stock)
        if counts_from < end:
            return counts_from
    return _under(entries[-1], market, stock)


def members(market: Market) -> Flags:
    """Which stocks count in which sessions: listed for long enough, not yet delisted, not under a risk warning."""
    sessions = market.sessions[:, np.newaxis]
    enters = np.array([entry(market, stock) for stock in range(len(market.codes))], dtype="datetime64[D]")
    member = (sessions >= enters) & ~(sessions >= days(market.column("delisted")))
    for code, leaves, returns in _absences(market.records.warnings):
        member[_between(market.sessions, leaves, returns), market.position(code)] = False
    return member


def issued(market: Market) -> Numbers:
    """All the shares of the listing count."""
    return market.shares


def after_second_friday(day: date) -> np.datetime64:
    """The first day after the second Friday of the month following a day's; risk warnings take effect then."""
    following = np.datetime64(day, "M") + 1
    second_friday = np.busday_offset(following, 1, roll="forward", weekmask="Fri")
    return second_friday + np.timedelta64(1, "D")


def _open_to(code: str) -> tuple[Entry, ...]:
    return ENTRIES[-1:] if code.startswith(STAR_CODES) else ENTRIES


def _under(rule: Entry, market: Market, stock: int) -> np.datetime64:
    return max(rule.first_session(market, stock), np.datetime64(rule.since))


def _after_a_month(market: Market, stock: int) -> np.datetime64:
    listed = market.listed[stock]
    return listed if listed <= BASE_DAY else _later(listed, 1)  # the index began with what was listed on its base day


def _on_session(number: int) -> FirstSession:
    """The n-th session of a listing, its first day being the first."""

    def first_session(market: Market, stock: int) -> np.datetime64:
        known = known_sessions()
        place = np.searchsorted(known, market.listed[stock]) + number - 1
        return known[place] if place < len(known) else np.datetime64("NaT")

    return first_session


def _after_a_year_or_three_months(market: Market, stock: int) -> np.datetime64:
    early = _later(market.listed[stock], MONTHS_OF_THE_LARGEST)
    if _is_among_the_largest(market, stock, early):
        return early
    return _later(market.listed[stock], MONTHS_OF_OTHERS)


def _is_among_the_largest(market: Market, stock: int, until: np.datetime64) -> bool:
    """Whether the average market value since listing is one of the ten greatest in Shanghai."""
    window = _between(market.sessions, market.listed[stock], until)
    if market.sessions[-1] < until or window.start == window.stop or market.sessions[0] > market.listed[stock]:
        return False
    values = (market.price[window] * market.shares[window] * market.rate[window]).mean(axis=0)
    return int((values > values[stock]).sum()) < LARGEST


def _later(listed: np.datetime64, months: int) -> np.datetime64:
    return np.datetime64((pd.Timestamp(listed) + pd.DateOffset(months=months)).date())


def _between(sessions: Days, first: np.datetime64, end: np.datetime64) -> slice:
    """The sessions from one day to before another; NaT is a day that has not come."""
    return slice(*np.searchsorted(sessions, np.array([first, end])))


def _absences(warnings: pd.DataFrame) -> list[tuple[str, np.datetime64, np.datetime64]]:
    imposed, lifted = pd.to_datetime(warnings["imposed_on"]), pd.to_datetime(warnings["lifted_on"])
    return [
        (code, max(after_second_friday(start.date()), np.datetime64(REFORM)), _return(end))
        for code, start, end in zip(warnings["code"], imposed, lifted, strict=True)
    ]


def _return(lifted: Any) -> np.datetime64:  # noqa: ANN401 - pandas types NaT as no timestamp
    return np.datetime64("NaT") if pd.isna(lifted) else after_second_friday(lifted.date())


ENTRIES = (
    Entry(date(1990, 12, 19), _after_a_month),
    Entry(date(2002, 9, 23), _on_session(1)),
    Entry(date(2007, 1, 6), _on_session(11)),
    Entry(REFORM, _after_a_year_or_three_months),
)
RULES = Rules("SSE", members, issued, weekly)
