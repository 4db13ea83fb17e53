"""The yuan, the dollar, US yields and oil: how far each went since Shanghai's previous close, when that is unusual.

A change is told against the standard deviation of that series' own changes over a year, so that no threshold has a
unit. A weaker yuan, a stronger dollar and higher US yields speak against mainland shares; oil has no settled sign
(it falls in crises and rises in wars), so it is context.
"""

from collections.abc import Iterator

import numpy as np

from bot.explainer.evidence import Evidence, Window
from index import publication
from index.catalog import BY_CODE
from index.moves import YEAR, Move
from index.reader import Reader, Series

UNUSUAL = 2.0  # standard deviations
CAP = 4.0
LONGEST_GAP_DAYS = 10  # between two values; a series with a hole says nothing about today
# series: its driver, and what a rise means for mainland shares
MEANS = {
    "usdcny": ("global.fx", -1),
    "dxy": ("global.fx", -1),
    "us10y_pct": ("global.us_fed", -1),
    "brent_usd": ("", 0),
}


def observe(reader: Reader, move: Move, window: Window) -> Iterator[Evidence]:
    """Every rate whose change is unusual."""
    if BY_CODE[move.index].is_mainland and not move.is_range:
        found = (_evidence(reader, series, window) for series in MEANS)
        yield from (one for one in found if one)


def _evidence(reader: Reader, series: str, window: Window) -> Evidence | None:
    rate = reader.series("rates", "value", window.until, series)
    before = len(reader.series("rates", "value", window.after, series))
    if before <= YEAR or len(rate) <= before or _has_hole(rate, before):
        return None
    change = float(rate.values[-1] - rate.values[before - 1])
    z = change / float(np.diff(rate.values[before - YEAR - 1 : before]).std())
    return _unusual(series, rate, change, z) if abs(z) >= UNUSUAL else None


def _has_hole(rate: Series, before: int) -> bool:
    return bool((np.diff(rate.days[before - 1 :]).astype(int) > LONGEST_GAP_DAYS).any())


def _unusual(series: str, rate: Series, change: float, z: float) -> Evidence:
    driver, meaning = MEANS[series]
    value = float(rate.values[-1])
    return Evidence(
        topic="rate",
        driver=driver,
        kind="coincident",
        polarity=meaning * ((z > 0) - (z < 0)),
        strength=min(abs(z), CAP) if driver else 0.0,
        published_at=publication.rate(series, rate.day(-1)),
        source=rate.source,
        facts={
            "series": series,
            "value": value,
            "change_pct": 100 * change / (value - change),
            "before": value - change,
            "as_of_day": rate.day(-1),
        },
        figure="value",
    )
