"""Figures that can be read but are hard to believe: stored all the same, and reported as doubtful.

Two ways to doubt: against the row's own other figures (a fund's turnover is its price times its volume), and against
the same series a session before (an index moves within its members' price limits). Both catch what a lost decimal
point or a wrong unit does to a number; the limits are wide enough to leave history's wildest real days alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import inf
from typing import Any

from index.bounds import UNIT_TRAP
from index.catalog import BY_CODE
from index.faults import Fault

Values = Mapping[str, Any]
# From a column, a subject and a day with its column to the day and the figure stored last before it.
Stored = Callable[[str, Mapping[str, str], tuple[str, str]], tuple[str, float] | None]

PRICE_LIMITS_SINCE = "1996-12-16"  # 10 % a session for every share of both exchanges
CHINEXT_WIDE_SINCE = "2020-08-24"  # 20 % for ChiNext shares, of which the indices below hold many
WITH_WIDE_LIMITS = frozenset({"000688.SH", "399006.SZ"})  # their members may move by 20 %
WITH_SOME_WIDE_LIMITS = frozenset({"399001.SZ", "000852.SH", "000905.SH"})  # CSI 1000 on 2024-09-30: +11.14 %
# Ratios of two closes, the wider way: a fall by 10 % is one of 1.111; Shenzhen fell by 10.08 % on 1996-12-16.
TEN_PERCENT, SOME_TWENTY_PERCENT, TWENTY_PERCENT = 1.113, 1.16, 1.252
BEFORE_LIMITS = 2.1  # 1992-05-21, the day the limits fell: +105.3 %
OVERSEAS = 1.3  # New York fell 20.5 % on 1987-10-19
UNIT_SLIP = 0.15  # share by which a fund's turnover may differ from close x volume; measured since 2005: 0.08
SHARE_PRICES = (0.3, 150.0)  # average price of all shares traded in an index, yuan; measured since 1990: 1.0 to 96
AVERAGE_PRICE = 2.0  # ratio of that price to the session before's; since 1996 two real sessions differed by more
NET_BUYING = (1e6, 3e10)  # yuan a session; the quotas allow no more and no session came nearer to balance
RATES = {"usdcny": 1.05, "dxy": 1.1, "lpr": 1.15, "brent_usd": 1.4, "us10y_pct": 1.4}
SURVEY_INDEX = (20.0, 80.0)  # purchasing managers' indices, which run from 0 to 100; measured: 26.5 to 58.4
GROWTH_PCT = (-100.0, 100.0)
A_MONTH = 31  # days: over a longer gap a young series may have grown that much (margin balances of 2010)
FIFTYFOLD = "fiftyfold"  # the fault of a figure that is not stored, because of its unit
ERAS = ("1900-01-01", PRICE_LIMITS_SINCE, CHINEXT_WIDE_SINCE)  # from when on other limits hold


def own_figures(kind: str, values: Values) -> tuple[Fault, ...]:
    """What a row's own figures say against one another."""
    judge = _OWN.get(kind)
    fault = judge and judge(values)
    return (fault,) if fault else ()


class Neighbours:
    """The last rows of one file's series, to judge the next ones by."""

    def __init__(self, kind: str, stored: Stored = lambda *_: None) -> None:
        """Remember nothing yet.

        Args:
            kind: a name of the figure format.
            stored: finds what a subject's first row is judged by, in the store.
        """
        self.series, self._stored = _SERIES.get(kind, ()), stored
        self._last: dict[tuple[str, str], tuple[str, float] | None] = {}

    def doubts(self, values: Values) -> tuple[Fault, ...]:
        """Jumps from the row before; the row is remembered, unless it is fifty times that one (code `FIFTYFOLD`)."""
        return tuple([found for series in self.series if (found := self._doubt(series, values))])

    def _doubt(self, series: "_Series", values: Values) -> Fault | None:
        value = series.value(values) if series.value else values[series.column]
        if value is None or value <= 0:
            return None
        subject, day = values[series.subject], values[series.day]
        before = self._before(series, subject, day)
        if before and _is_unit_trap(series, value / before[1], before[0], day):
            return Fault(FIFTYFOLD, series.column, f"{before[1]:g} → {value:g}")
        self._last[series.column, subject] = (day, value)
        if before and _jumps(value / before[1], series.limit(subject, day), before[0], day):
            return Fault("jump", series.column, f"{before[1]:g} → {value:g}")
        if before and not series.may_repeat and value == before[1] and day != before[0]:
            return Fault("repeated", series.column, f"{value:g}")
        return None

    def _before(self, series: "_Series", subject: str, day: str) -> tuple[str, float] | None:
        key = series.column, subject
        if key not in self._last and not series.is_of_trading:
            self._last[key] = self._stored(series.column, {series.subject: subject}, (series.day, day))
        return self._last.get(key)


@dataclass(frozen=True, slots=True)
class _Series:
    """A column whose neighbours are alike, and by which ratio they may differ.

    `value` computes what is compared where it is not the cell itself. Two rows in a row that must not repeat are one
    session's row under two dates, as quote tables serve it on holidays. What `is_of_trading` may
    grow fiftyfold overnight, and a file's own rows alone judge it.
    """

    column: str
    subject: str
    day: str
    limit: Callable[[str, str], float]
    value: Callable[[Values], float | None] | None = None
    may_repeat: bool = True
    is_of_trading: bool = False


def _is_unit_trap(series: _Series, ratio: float, before: str, day: str) -> bool:
    """Whether a figure is in another unit than the one a month before at most."""
    if 1 / UNIT_TRAP < ratio < UNIT_TRAP or series.is_of_trading:
        return False
    return abs((date.fromisoformat(day) - date.fromisoformat(before)).days) <= A_MONTH


def _jumps(ratio: float, limit: float, before: str, day: str) -> bool:
    if 1 / limit <= ratio <= limit:
        return False
    sessions = _weekdays_between(date.fromisoformat(before), date.fromisoformat(day))
    return not limit**-sessions <= ratio <= limit**sessions


def _weekdays_between(before: date, day: date) -> int:
    """How many sessions there may have been from one row to the next, at least 1, at most 20."""
    days = min(abs((day - before).days), 28)
    return max(sum((min(before, day) + timedelta(days=step)).weekday() < 5 for step in range(1, days + 1)), 1)  # noqa: PLR2004 - Saturday


def largest_move(index: str, session: str) -> float:
    """The widest ratio of two closes in a row that an index's members' price limits allow on an ISO day."""
    if index not in BY_CODE or not BY_CODE[index].is_mainland:
        return OVERSEAS
    if session < PRICE_LIMITS_SINCE:
        return BEFORE_LIMITS
    if index in WITH_WIDE_LIMITS:
        return TWENTY_PERCENT
    return SOME_TWENTY_PERCENT if index in WITH_SOME_WIDE_LIMITS and session >= CHINEXT_WIDE_SINCE else TEN_PERCENT


def _rate_limit(series: str, _day: str) -> float:
    return next((limit for prefix, limit in RATES.items() if series.startswith(prefix)), OVERSEAS)


def _always(limit: float) -> Callable[[str, str], float]:
    return lambda _subject, _day: limit


def _average_price(values: Values) -> float | None:
    volume, turnover = values["volume_shares"], values["turnover_cny"]
    return turnover / volume if volume and turnover else None


_SERIES: Mapping[str, tuple[_Series, ...]] = {
    "bars": (
        # `index.leaps` judges how far a close moved
        _Series("close", "index", "session", _always(inf), may_repeat=False, is_of_trading=True),
        _Series("turnover_cny", "index", "session", _always(AVERAGE_PRICE), _average_price, is_of_trading=True),
    ),
    "etf": (_Series("close", "code", "session", _always(TWENTY_PERCENT)),),
    "sectors": (_Series("close", "code", "session", _always(TWENTY_PERCENT)),),
    "margin": (
        _Series("financing_balance_cny", "market", "session", _always(1.3)),
        _Series("lending_balance_cny", "market", "session", _always(3.0)),
    ),
    "rates": (_Series("value", "series", "date", _rate_limit),),
    "constituents": (_Series("shares", "code", "session", _always(3.0)),),
    "etf_shares": (_Series("shares", "code", "session", _always(3.0)),),
    "connect": (_Series("turnover_cny", "channel", "session", _always(10.0)),),
}


def _bar(values: Values) -> Fault | None:
    if outside_range(values) > 0:
        return Fault("outside_range", "close", str(values["close"]))
    if values["high"] and values["low"] and values["high"] / values["low"] > _widest_range(values):
        return Fault("jump", "high", f"{values['low']:g} … {values['high']:g}")
    price = _average_price(values)
    if price and not _within(SHARE_PRICES, price):
        return Fault("unit", "turnover_cny", f"{price:g}")
    return None


def _widest_range(values: Values) -> float:
    return largest_move(values["index"], values["session"]) ** 2


def outside_range(bar: Values) -> float:
    """By how many points open or close stand outside [low, high], or low above high."""
    low, high, close = bar["low"], bar["high"], bar["close"]
    if low is None or high is None or close is None:
        return 0.0
    opened = close if bar["open"] is None else bar["open"]
    return float(max(low - high, low - min(close, opened), max(close, opened) - high, 0.0))


def _fund(values: Values) -> Fault | None:
    close, volume, turnover = values["close"], values["volume"], values["turnover_cny"]
    if close and volume and turnover and abs(turnover / (close * volume) - 1) > UNIT_SLIP:
        return Fault("unit", "turnover_cny", f"{turnover / (close * volume):g}")
    return None


def _net_buying(values: Values) -> Fault | None:
    net = values["net_buy_cny"]
    return None if net == 0 or _within(NET_BUYING, abs(net)) else Fault("unit", "net_buy_cny", f"{net:g}")


def _release(values: Values) -> Fault | None:
    bounds = _bounds(values["indicator"])
    for column in ("actual", "forecast", "previous"):
        if bounds and values[column] is not None and not _within(bounds, values[column]):
            return Fault("unit", column, f"{values[column]:g}")
    return None


def _bounds(indicator: str) -> tuple[float, float] | None:
    if indicator.startswith("pmi"):
        return SURVEY_INDEX
    return GROWTH_PCT if indicator.endswith(("_yoy", "_mom")) else None


def _share(values: Values) -> Fault | None:
    ratio = values["price"] / values["reference"]
    return None if 1 / TWENTY_PERCENT <= ratio <= TWENTY_PERCENT else Fault("jump", "price", f"{ratio:g}")


def _within(bounds: tuple[float, float], value: float) -> bool:
    return bounds[0] <= value <= bounds[1]


_OWN: Mapping[str, Callable[[Values], Fault | None]] = {
    "bars": _bar,
    "etf": _fund,
    "northbound": _net_buying,
    "releases": _release,
    "constituents": _share,
}
