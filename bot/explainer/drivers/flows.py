"""Money flows: foreign net buying while it was published, index inclusions, domestic money."""

from collections.abc import Sequence

from bot.explainer.drivers.driver import Driver, named
from bot.explainer.evidence import Evidence
from index.moves import Move

WEIGHT = (
    0.4  # named, but seldom first: big weeks of flow agree with the market's sign about half the time (index_math, 5)
)


def find(_move: Move, evidence: Sequence[Evidence]) -> Driver | None:
    """Flows with a direction that somebody published."""
    return named("flows", evidence, WEIGHT)
