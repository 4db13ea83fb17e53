"""Money flows: foreign net buying while it was published, index inclusions, borrowed money."""

from collections.abc import Sequence

from bot.explainer.drivers.driver import Driver, named
from bot.explainer.evidence import Evidence
from bot.explainer.weights import WEIGHTS, Weights
from index.moves import Move


def find(_move: Move, evidence: Sequence[Evidence], weights: Weights = WEIGHTS) -> Driver | None:
    """Flows with a direction that somebody published."""
    return named("flows", evidence, weights)
