"""What a figure can be at all. A row outside of it is rejected, never stored in doubt.

A wrong unit or a lost decimal point would be told as a fact, and would be what the right figure after it is measured
by. Each range leaves room beyond everything published in its era (the comment says what was) and still keeps out the
usual slips: 万 and 亿 for yuan, percent for basis points, a pair of currencies turned over.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from index.catalog import BY_CODE
from index.faults import Fault

Values = Mapping[str, Any]
Range = tuple[float, float]
Eras = tuple[tuple[str, Range], ...]  # from which year on, oldest first

ALWAYS = ""
# Yuan, dollar index, percent, dollars a barrel, percent. Measured since 1970: 6.03 to 8.28 (8.73 in early 1994), 71 to
# 165, 0.5 to 15.8, 9.1 to 144, 3.0 to 4.85; the reserve ratio was between 6 and 21.5.
RATES: Mapping[str, Eras] = {
    "usdcny": ((ALWAYS, (1.4, 9.5)), ("1994", (5.0, 9.5))),  # the two rates were united on 1994-01-01
    "dxy": ((ALWAYS, (60.0, 170.0)),),
    "us10y_pct": ((ALWAYS, (-1.0, 20.0)),),
    "brent_usd": ((ALWAYS, (5.0, 250.0)),),
    "lpr": ((ALWAYS, (0.5, 25.0)),),
    "rrr": ((ALWAYS, (0.5, 25.0)),),
}
# Yuan a session. Measured: 6,510 to 596 million until 1992, 98 million to 19 billion until 1996, 1.15 to 63 billion
# until 2006, 21.8 billion to 1.51 trillion since.
COMPOSITE_TURNOVER: Eras = (
    (ALWAYS, (1e3, 1e10)), ("1993", (1e7, 1e11)), ("1997", (1e8, 1e12)), ("2007", (5e9, 1e14)),
)  # fmt: skip
# Shenzhen's index turned over 1,000 yuan on its quietest day of 1991; since 2007 no index here less than 2 billion.
OTHER_TURNOVER: Eras = ((ALWAYS, (1e2, 1e10)), ("1993", (1e5, 1e11)), ("1997", (1e7, 1e12)), ("2007", (1e8, 1e14)))
# Yuan. Measured: from 0.67 million in the first days of 2010; 4.3 billion in 2011; 116 billion in 2014 and since.
FINANCING: Eras = ((ALWAYS, (1e5, 1e13)), ("2011", (1e9, 1e14)), ("2014", (2e10, 1e14)))
LENDING: Eras = ((ALWAYS, (1e3, 1e12)), ("2011", (1e6, 1e13)), ("2013", (5e7, 1e13)))  # 8,100; 3.7 m; 420 m since
WITH_KNOWN_MARGIN = frozenset({"ALL", "SSE", "SZSE"})
FUND_PRICE: Eras = ((ALWAYS, (0.05, 2_000.0)),)  # yuan; measured 0.3 to 6, money market funds 100
FUND_TURNOVER: Eras = ((ALWAYS, (5.0, 1e12)),)  # yuan; a lot of 100 shares at the lowest price, or nothing at all
SHARES = {"SSE": 6_000, "SZSE": 6_000, "ALL": 12_000}  # 2,270, 2,860 and 5,400 were listed in 2025
UNIT_TRAP = 50.0  # ratio; units lie a hundredfold apart or more, and no series here moved so far in a month


def out_of_bounds(kind: str, values: Values) -> Fault | None:
    """The first figure of a row that cannot be, with its range; None when all can.

    Args:
        kind: a name of the figure format, ``rates``.
        values: its columns; None where a figure is not known.
    """
    return _CHECKS[kind](values)


def _bar(values: Values) -> Fault | None:
    return _outside("turnover_cny", values["turnover_cny"], _turnovers(values["index"], values["session"][:4]))


def _rate(values: Values) -> Fault | None:
    return _outside("value", values["value"], _rates(values["series"], values["date"][:4]))


def _fund(values: Values) -> Fault | None:
    price, volume, turnover = values["close"], values["volume"], values["turnover_cny"]
    fault = _outside("close", price, _in(FUND_PRICE)) or _outside("turnover_cny", turnover or None, _in(FUND_TURNOVER))
    if fault or not (price and volume and turnover):
        return fault
    worth = price * volume
    return _outside("turnover_cny", turnover, (worth / UNIT_TRAP, worth * UNIT_TRAP))


def _margin(values: Values) -> Fault | None:
    if values["market"] not in WITH_KNOWN_MARGIN:
        return None
    year = values["session"][:4]
    return _outside("financing_balance_cny", values["financing_balance_cny"], _in(FINANCING, year)) or _outside(
        "lending_balance_cny", values["lending_balance_cny"], _in(LENDING, year)
    )


def _breadth(values: Values) -> Fault | None:
    """Shares are counted in whole ones, at least one is listed, and no market lists more than `SHARES`."""
    known = {name: values[name] for name in ("advancers", "decliners", "unchanged") if values[name] is not None}
    most = SHARES.get(values["market"], SHARES["ALL"])
    column = next((name for name, count in known.items() if count != int(count)), None)
    if column:
        return Fault("not_whole", column, f"{known[column]:g}")
    return _outside("advancers + decliners + unchanged", sum(known.values()), (1, most)) if known else None


def _outside(column: str, value: float | None, bounds: Range | None) -> Fault | None:
    if value is None or bounds is None or bounds[0] <= value <= bounds[1]:
        return None
    return Fault("out_of_bounds", column, f"{value:.10g} ∉ {bounds[0]:.10g} … {bounds[1]:.10g}")


@lru_cache(maxsize=1_000)
def _turnovers(index: str, year: str) -> Range | None:
    if index not in BY_CODE or not BY_CODE[index].is_mainland:
        return None
    return _in(COMPOSITE_TURNOVER if index == "000001.SH" else OTHER_TURNOVER, year)


@lru_cache(maxsize=10_000)
def _rates(series: str, year: str) -> Range | None:
    found = (eras for prefix, eras in RATES.items() if series.startswith(prefix))
    return next((_in(eras, year) for eras in found), None)


@lru_cache(maxsize=1_000)
def _in(eras: Eras, year: str = ALWAYS) -> Range:
    return [bounds for since, bounds in eras if since <= year][-1]


_CHECKS: Mapping[str, Callable[[Values], Fault | None]] = {
    "bars": _bar,
    "rates": _rate,
    "etf": _fund,
    "margin": _margin,
    "breadth": _breadth,
}
