"""The market's own mood: profit-taking after a run, a rebound after losses, a long closure ahead."""

from collections.abc import Sequence

from bot.explainer.drivers.driver import Driver, named
from bot.explainer.evidence import Evidence
from index.moves import Move


def find(_move: Move, evidence: Sequence[Evidence]) -> Driver | None:
    """A run that turned, or a holiday."""
    return named("sentiment", evidence)
