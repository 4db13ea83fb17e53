"""Loan prime rates and the reserve ratio: a step from one fixing to the next is an announcement.

Curated notes name most of them with their background; these figures come with every refresh, so that a cut is seen on
its day whether or not an operator has written it down.
"""

from collections.abc import Iterator

from bot.explainer.evidence import Evidence, Window, beijing_day
from index import publication
from index.catalog import BY_CODE
from index.moves import Move
from index.reader import Reader

SERIES = ("lpr_1y_pct", "lpr_5y_pct", "rrr_large_pct")
OLDEST = 2  # closes; a fixing comes round every month, and the next day's reports no longer name it
HALF_LIFE = 1.0
SMALLEST_PCT = 0.005  # percentage points; rates are fixed in steps of 0.05


def observe(reader: Reader, move: Move, window: Window) -> Iterator[Evidence]:
    """Each that was changed within the last closes; a cut speaks for shares, a rise against them."""
    if BY_CODE[move.index].is_mainland:
        found = (_changed(reader, series, window) for series in SERIES)
        yield from (one for one in found if one)


def _changed(reader: Reader, series: str, window: Window) -> Evidence | None:
    fixed = reader.series("rates", "value", window.until, series)
    if len(fixed) < 2:  # noqa: PLR2004 - a step has two ends
        return None
    published_at = publication.rate(series, fixed.day(-1))
    before, value = float(fixed.values[-2]), float(fixed.values[-1])
    age = window.age(published_at)
    if age > OLDEST or abs(value - before) < SMALLEST_PCT:
        return None
    return Evidence(
        topic="policy_rate",
        driver="policy.monetary",
        kind="announced",
        polarity=1 if value < before else -1,
        strength=0.5 ** (age / HALF_LIFE),
        published_at=published_at,
        source=fixed.source,
        facts={"series": series, "value": value, "before": before, "announced": beijing_day(published_at)},
        figure="value",
    )
