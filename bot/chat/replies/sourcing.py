"""Who published what an answer shows."""

from collections.abc import Iterable

from bot.explainer.evidence import Evidence
from bot.explainer.explanation import Explanation
from index.moves import Move


def sources(move: Move, evidence: Iterable[Evidence] = ()) -> list[str]:
    """The publishers of a move and of the evidence beside it, each once, the move's first."""
    return list(dict.fromkeys([move.source, *(one.source for one in evidence if one.source)]))


def used(explanation: Explanation) -> list[Evidence]:
    """All evidence that an explanation shows."""
    ranked = [one for driver in (*explanation.drivers, *explanation.against) for one in driver.evidence]
    return [*ranked, *explanation.context]
