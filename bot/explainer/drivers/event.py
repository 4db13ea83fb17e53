"""Events outside markets and policy: epidemics, disasters."""

from collections.abc import Sequence

from bot.explainer.drivers.driver import Driver, named
from bot.explainer.evidence import Evidence
from bot.explainer.weights import WEIGHTS, Weights
from index.moves import Move


def find(_move: Move, evidence: Sequence[Evidence], weights: Weights = WEIGHTS) -> Driver | None:
    """What happened, by dated notes and headlines."""
    return named("event", evidence, weights)
