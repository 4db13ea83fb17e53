"""Which sectors led and which dragged, and which stocks: as far as such figures are stored."""

from bot.chat.answer import Told
from bot.chat.asked import Asked
from bot.chat.replies import level
from bot.chat.replies.attribution import SECTOR, STOCK, attribution
from bot.explainer.evidence import window_of
from bot.explainer.observations.sectors import table
from bot.figures import Sourced


def reply(asked: Asked) -> Told:
    """Every stored sector, best first, and the points they added where constituents are stored."""
    found = table(asked.reader, asked.move, window_of(asked.move, asked.at)) if asked.index.is_mainland else ()
    rows = [Sourced(one, as_of=asked.move.published_at) for one in found]
    attributed = _attributed(asked, SECTOR)
    return level.told("sectors", asked, sectors=rows, attributed=attributed, is_mainland=asked.index.is_mainland)


def movers(asked: Asked) -> Told:
    """Which stocks moved it; needs constituents, which the bundled figures do not hold."""
    return level.told("movers", asked, attributed=_attributed(asked, STOCK))


def _attributed(asked: Asked, key: str) -> Sourced | None:
    found = attribution(asked, key)
    return None if found is None else Sourced(found, as_of=asked.move.published_at)
