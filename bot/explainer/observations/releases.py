"""Economic releases: actual against forecast, scaled by how far that indicator usually misses.

Surprise = (actual − forecast) ÷ its standard deviation over the releases before (Balduzzi, Elton and Green 2001, the
scaling that index_math's studies use). Without a forecast the change on the previous figure stands in, at half weight.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from statistics import fmean

from bot.explainer.evidence import Evidence, Window, beijing_day
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
            yield _evidence(row, driver, _history(reader, row), window)


def driver_of(indicator: str) -> str:
    """The label an indicator speaks for; empty for one that no report names."""
    return next((driver for prefix, driver in DRIVERS.items() if indicator.startswith(prefix)), "")


def _history(reader: Reader, row: Known) -> Sequence[Known]:
    known = reader.rows("releases", row.published_at, indicator=row["indicator"])
    return [earlier for earlier in known if earlier.published_at < row.published_at]


def _evidence(row: Known, driver: str, history: Sequence[Known], window: Window) -> Evidence:
    scaled = surprise(row, history)
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


def surprise(row: Known, history: Sequence[Known]) -> float:
    """How far a release missed, in standard deviations of that indicator's earlier misses; 0 when unknown."""
    base = "forecast" if row["forecast"] is not None else "previous"
    misses = [miss for earlier in history if (miss := _miss(earlier, base)) is not None]
    miss = _miss(row, base)
    if miss is None or len(misses) < LEAST_HISTORY:
        return 0.0
    spread = fmean(miss * miss for miss in misses) ** 0.5
    weight = 1.0 if base == "forecast" else WITHOUT_FORECAST
    return weight * miss / spread if spread else 0.0


def _miss(row: Known, base: str) -> float | None:
    if row["actual"] is None or row[base] is None:
        return None
    return float(row["actual"] - row[base])
