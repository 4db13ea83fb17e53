"""Economic releases: actual against forecast, scaled by how far that indicator usually misses.

Surprise = (actual − forecast) ÷ its standard deviation over the releases before (Balduzzi, Elton and Green 2001, the
scaling that index_math's studies use). Without a forecast the change on the previous figure stands in, at half weight.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from bot.explainer.evidence import Evidence, Window, beijing_day
from index.bars import Numbers
from index.moves import Move
from index.reader import Reader
from index.store import Known

LOOK_BACK = timedelta(days=12)
OLDEST = 2  # closes; a data release is old news after that
HALF_LIFE = 1.0
LEAST_HISTORY = 6  # releases before, to scale a surprise
CAP = 3.0  # standard deviations
WITHOUT_FORECAST = 0.5

# What a higher figure means for shares where closing reports read it one way; the rest carry no sign.
DRIVERS = {
    "pmi": "data.pmi",
    "exports": "data.trade",
    "imports": "data.trade",
    "trade_balance": "data.trade",
    "cpi": "data.inflation",
    "ppi": "data.inflation",
    "industrial_profits": "data.profits",
    "industrial_production": "data.growth",
    "retail_sales": "data.growth",
    "fixed_investment": "data.growth",
    "gdp": "data.growth",
    "m2": "data.credit",
    "new_loans": "data.credit",
    "tsf": "data.credit",
    "new_home_prices": "data.property",
}


def observe(reader: Reader, _move: Move, window: Window) -> Iterator[Evidence]:
    """The releases since the last close, and faded ones of the sessions before."""
    for row in reader.rows("releases", window.until, since=window.after - LOOK_BACK):
        driver = driver_of(row["indicator"])
        if driver and row["actual"] is not None and window.age(row.published_at) <= OLDEST:
            yield _evidence(row, driver, surprise(row, reader), window)


def driver_of(indicator: str) -> str:
    """The label an indicator speaks for; empty for one that no report names."""
    return next((driver for prefix, driver in DRIVERS.items() if indicator.startswith(prefix)), "")


def _evidence(row: Known, driver: str, scaled: float, window: Window) -> Evidence:
    faded = 0.5 ** (window.age(row.published_at) / HALF_LIFE)
    names = ("indicator", "period", "actual", "forecast", "previous", "unit")
    return Evidence(
        topic="release",
        driver=driver,
        kind="announced",
        polarity=(scaled > 0) - (scaled < 0),
        strength=min(abs(scaled), CAP) * faded,
        published_at=row.published_at,
        source=row.publisher,
        facts={name: row[name] for name in names} | {"released": beijing_day(row.published_at)},
        figure="actual",
    )


def surprise(row: Known, reader: Reader) -> float:
    """How far a release missed, in standard deviations of that indicator's earlier misses; 0 when unknown."""
    base = "forecast" if row["forecast"] is not None else "previous"
    if row["actual"] is None or row[base] is None:
        return 0.0
    misses = _misses(reader, row, base)
    spread = float(np.mean(misses**2)) ** 0.5 if len(misses) >= LEAST_HISTORY else 0.0
    weight = 1.0 if base == "forecast" else WITHOUT_FORECAST
    return weight * float(row["actual"] - row[base]) / spread if spread else 0.0


def _misses(reader: Reader, row: Known, base: str) -> Numbers:
    """Those of the releases before, oldest first, as they were known then."""
    actual, expected = (
        reader.series("releases", column, _before(row), row["indicator"]) for column in ("actual", base)
    )
    misses: Numbers = actual.values - expected.values
    return misses[~np.isnan(misses)]


def _before(row: Known) -> datetime:
    return row.published_at - timedelta(seconds=1)
