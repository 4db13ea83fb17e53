"""The market's own mood: profit-taking after a run, a rebound after losses, a long closure ahead."""

from collections.abc import Sequence

from bot.explainer.drivers.driver import Driver, named
from bot.explainer.evidence import Evidence
from bot.explainer.weights import WEIGHTS, Weights
from index.moves import Move

# A mood is read off prices and the calendar alone, which are there every day: it explains large moves only.
HOLIDAY_PCT = 0.75
TURN_PCT = 1.5
TURN = 2.0  # standard deviations of the run before; a shorter run only goes along with other evidence


def find(move: Move, evidence: Sequence[Evidence], weights: Weights = WEIGHTS) -> Driver | None:
    """A run that turned, or a holiday."""
    found = named("sentiment", evidence, weights)
    return found if found and any(_stands(one, abs(move.change_pct)) for one in found.evidence) else None


def _stands(one: Evidence, size_pct: float) -> bool:
    if one.topic == "run":
        return size_pct >= TURN_PCT and one.strength >= TURN
    return one.topic != "holiday" or size_pct >= HOLIDAY_PCT
