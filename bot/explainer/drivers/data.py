"""Economic data: releases that missed their forecast by more than that indicator usually does."""

from collections.abc import Sequence

from bot.explainer.drivers.driver import Driver, named
from bot.explainer.evidence import Evidence
from bot.explainer.weights import WEIGHTS, Weights
from index.moves import Move

SURPRISE = 0.4  # standard deviations; a smaller miss is as expected


def find(_move: Move, evidence: Sequence[Evidence], weights: Weights = WEIGHTS) -> Driver | None:
    """Purchasing managers, trade, prices, output, credit, profits and house prices."""
    return named("data", [one for one in evidence if one.topic != "release" or one.strength >= SURPRISE], weights)
