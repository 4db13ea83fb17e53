"""Units of broad index funds created or redeemed, known the next morning: money that went in or out, with its sign.

It does not say whose money (domain.md, 4): the label is domestic money, and state funds are named only where an
announcement does. January 2026 showed redemptions in the same funds.
"""

from collections.abc import Iterator

import numpy as np

from bot.explainer.evidence import Evidence, Window
from bot.explainer.observations.funds import BROAD
from index import publication
from index.catalog import BY_CODE
from index.moves import Move
from index.reader import Reader

LEAST_HISTORY = 60  # sessions, to say what is usual
UNUSUAL = 2.0  # standard deviations of the daily change
CAP = 3.0


def observe(reader: Reader, move: Move, window: Window) -> Iterator[Evidence]:
    """The broad fund whose units changed most against its usual, when that is unusual."""
    if BY_CODE[move.index].is_mainland and not move.is_range:
        found = [one for code in BROAD if (one := _evidence(reader, code, window))]
        yield from sorted(found, key=lambda one: -one.strength)[:1]


def _evidence(reader: Reader, code: str, window: Window) -> Evidence | None:
    units = reader.series("etf_shares", "shares", window.until, code)
    if len(units) <= LEAST_HISTORY or window.age(publication.margin(units.day(-1))):
        return None
    changes_pct = 100 * (units.values[1:] / units.values[:-1] - 1)
    usual = float(np.std(changes_pct[-LEAST_HISTORY:-1]))
    z = float(changes_pct[-1]) / usual if usual else 0.0
    if abs(z) < UNUSUAL:
        return None
    return Evidence(
        topic="fund_units",
        driver="flows.domestic",
        kind="measured",
        polarity=(z > 0) - (z < 0),
        strength=min(abs(z), CAP),
        published_at=publication.margin(units.day(-1)),
        source=units.source,
        facts={"code": code, "change_shares": float(units.values[-1] - units.values[-2]), "is_inflow": z > 0},
        figure="change_shares",
    )
