"""Policy support and policy pressure: what authorities announced, what takes effect, what is in force."""

from collections.abc import Sequence

from bot.explainer.drivers.driver import Driver, named
from bot.explainer.evidence import Evidence
from bot.explainer.weights import WEIGHTS, Weights
from index.moves import Move


def find(_move: Move, evidence: Sequence[Evidence], weights: Weights = WEIGHTS) -> Driver | None:
    """Announcements of the People's Bank, the State Council, the regulators and the Politburo."""
    return named("policy", evidence, weights)
