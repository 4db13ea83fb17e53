"""Money borrowed to buy shares: how far its balance went over a week, by what was published before the opening."""

from collections.abc import Iterator

import numpy as np

from bot.explainer.evidence import Evidence, Window
from index import publication
from index.catalog import BY_CODE
from index.moves import YEAR, Move
from index.reader import Reader, Series

WEEK = 5  # sessions
UNUSUAL = 1.5  # standard deviations of the year's weekly changes
CAP = 4.0
MARKETS = ("ALL", "SSE")  # both exchanges when somebody adds them up, else Shanghai


def observe(reader: Reader, move: Move, window: Window) -> Iterator[Evidence]:
    """The weekly change of the financing balance, when it is unusual."""
    if not BY_CODE[move.index].is_mainland or move.is_range:
        return
    for market in MARKETS:
        balance = reader.series("margin", "financing_balance_cny", window.until, market)
        if len(balance) > YEAR and window.age(publication.margin(balance.day(-1))) == 0:
            yield from _unusual(balance, market)
            return


def _unusual(balance: Series, market: str) -> Iterator[Evidence]:
    year = balance.values[-YEAR - 1 :]
    weekly_pct = 100 * (year[WEEK:] / year[:-WEEK] - 1)
    z = float((weekly_pct[-1] - np.mean(weekly_pct[:-1])) / np.std(weekly_pct[:-1]))
    if not abs(z) >= UNUSUAL:
        return
    balance_cny, change_pct = float(balance.values[-1]), float(weekly_pct[-1])
    yield Evidence(
        topic="margin",
        driver="flows.domestic",
        kind="measured",
        polarity=(z > 0) - (z < 0),
        strength=min(abs(z), CAP),
        published_at=publication.margin(balance.day(-1)),
        source=balance.source,
        facts={"market": market, "balance_cny": balance_cny, "change_pct": change_pct, "sessions": WEEK},
        figure="balance_cny",
    )
