"""Policy support and policy pressure: what authorities announced, and what takes effect."""

from collections.abc import Sequence

from bot.explainer.drivers.driver import Driver, named
from bot.explainer.evidence import Evidence
from index.moves import Move

WEIGHT = 1.3  # reports put policy first in 38 % of cases, more than any other group (REPORTS.md)


def find(_move: Move, evidence: Sequence[Evidence]) -> Driver | None:
    """Announcements of the People's Bank, the State Council, the regulators and the Politburo."""
    return named("policy", evidence, WEIGHT)
