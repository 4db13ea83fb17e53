"""Which sectors led and which dragged, and which stocks: as far as such figures are stored."""

from bot.chat.answer import Told
from bot.chat.asked import Asked
from bot.chat.replies import level
from bot.explainer.evidence import window_of
from bot.explainer.observations.sectors import table
from bot.figures import Sourced


def reply(asked: Asked) -> Told:
    """Every stored sector, best first."""
    found = table(asked.reader, asked.move, window_of(asked.move, asked.at)) if asked.index.is_mainland else ()
    return level.told("sectors", asked, sectors=[Sourced(one, as_of=asked.move.published_at) for one in found])


def movers(asked: Asked) -> Told:
    """Which stocks moved it; needs constituents, which the bundled figures do not hold."""
    return level.told("movers", asked)
