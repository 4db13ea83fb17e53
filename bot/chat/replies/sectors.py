"""Which sectors led and which dragged, and which stocks: as far as such figures are stored."""

from bot.chat.answer import Told
from bot.chat.asked import Asked
from bot.chat.replies import level
from bot.chat.replies.attribution import SECTOR, STOCK, Attribution, attribution
from bot.chat.replies.sourcing import sources
from bot.explainer.evidence import window_of
from bot.explainer.observations.sectors import table
from bot.figures import Sourced


def reply(asked: Asked) -> Told:
    """Every stored sector, best first, and the points they added where constituents are stored."""
    found = table(asked.reader, asked.move, window_of(asked.move, asked.at)) if asked.index.is_mainland else ()
    rows = [Sourced(one, as_of=asked.move.published_at) for one in found]
    attributed = attribution(asked, SECTOR)
    publishers = _publishers(asked, *(one.source for one in found), attributed.source if attributed else "")
    more = {"sectors": rows, "is_mainland": asked.index.is_mainland, "sources": publishers}
    return level.told("sectors", asked, attributed=_sourced(asked, attributed), **more)


def movers(asked: Asked) -> Told:
    """Which stocks moved it; needs constituents, which the bundled figures do not hold."""
    attributed = attribution(asked, STOCK)
    publishers = _publishers(asked, attributed.source if attributed else "")
    return level.told("movers", asked, attributed=_sourced(asked, attributed), sources=publishers)


def _sourced(asked: Asked, found: Attribution | None) -> Sourced | None:
    return None if found is None else Sourced(found, as_of=asked.move.published_at)


def _publishers(asked: Asked, *more: str) -> list[str]:
    return list(dict.fromkeys([*sources(asked.move), *filter(None, more)]))
