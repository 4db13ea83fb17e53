"""The world outside: the Fed, overseas shares, trade and conflict, commodities, the currency."""

from collections.abc import Sequence

from bot.explainer.drivers.driver import Driver, named
from bot.explainer.evidence import Evidence
from index.moves import Move


def find(_move: Move, evidence: Sequence[Evidence]) -> Driver | None:
    """Announcements and closes abroad that were known before the close at home."""
    return named("global", evidence)
