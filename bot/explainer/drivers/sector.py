"""Rotation: sectors that moved far more than the others."""

from collections.abc import Sequence

from bot.explainer.drivers.driver import Driver, named
from bot.explainer.evidence import Evidence
from index.moves import Move

WEIGHT = 0.5  # reports put sectors first in 15 % of cases, mostly when nothing else is at hand (REPORTS.md)
LEAST = 0.3  # a sector that went 1-2 % with little spread between sectors only mirrors the index


def find(_move: Move, evidence: Sequence[Evidence]) -> Driver | None:
    """Leaders of a rise, or drags of a fall."""
    return named("sector", [one for one in evidence if one.strength >= LEAST], WEIGHT)
