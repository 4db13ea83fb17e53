"""Events outside markets and policy: epidemics, disasters."""

from collections.abc import Sequence

from bot.explainer.drivers.driver import Driver, named
from bot.explainer.evidence import Evidence
from bot.explainer.weights import WEIGHTS, Weights
from index.moves import Move


def find(_move: Move, evidence: Sequence[Evidence], weights: Weights = WEIGHTS) -> Driver | None:
    """What happened, by dated notes; by headlines an epidemic only: disasters fill them, and move no index."""
    return named("event", [one for one in evidence if one.topic != "headline" or one.driver == "event.covid"], weights)
