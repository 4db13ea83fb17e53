"""The world outside: the Fed, overseas shares, trade and conflict, commodities, the currency."""

from collections.abc import Sequence

from bot.explainer.drivers.driver import Driver, named
from bot.explainer.evidence import Evidence
from bot.explainer.weights import WEIGHTS, Weights
from index.moves import Move

# Strength of an overseas close, about 2.4 % of the S&P 500. Shanghai follows ordinary closes as often as not (R² of a
# day 0.03, index_math 5.1), so that a smaller one needs a note, a headline or a rate beside it.
ALONE = 1.0


def find(_move: Move, evidence: Sequence[Evidence], weights: Weights = WEIGHTS) -> Driver | None:
    """Announcements and closes abroad that were known before the close at home."""
    found = named("global", evidence, weights)
    return found if found and any(_stands(one) for one in found.evidence) else None


def _stands(one: Evidence) -> bool:
    return one.topic != "peer" or one.strength >= ALONE
