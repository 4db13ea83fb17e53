"""Rotation: sectors that moved far more than the others, and the side of the market they belong to."""

from collections.abc import Sequence

from bot.explainer.drivers.driver import Driver, named
from bot.explainer.evidence import Evidence
from bot.explainer.weights import WEIGHTS, Weights
from index.moves import Move

LEAST = 0.3  # a sector that went 1-2 % with little spread between sectors only mirrors the index


def find(_move: Move, evidence: Sequence[Evidence], weights: Weights = WEIGHTS) -> Driver | None:
    """Leaders of a rise, or drags of a fall; large against small shares only beside them."""
    telling = [one for one in evidence if one.topic != "sector" or one.strength >= LEAST]
    return named("sector", telling, weights) if any(one.topic == "sector" for one in telling) else None
