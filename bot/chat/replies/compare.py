"""Two or more indices side by side, by what each did over the same sessions."""

from dataclasses import replace

from bot.chat.answer import Told
from bot.chat.asked import Asked
from bot.chat.replies.sourcing import sources
from bot.chat.replies.why import as_of
from bot.figures import Sourced
from index.catalog import CSI_300, SHANGHAI_COMPOSITE, Index
from index.errors import NoFigures
from index.moves import Move


def reply(asked: Asked) -> Told:
    """The moves of the indices named; beside a single one stands the usual companion."""
    return told("compare", asked)


def relation(asked: Asked) -> Told:
    """How markets go together: what is known of it, and both moves."""
    return told("global_relation", asked)


def told(template: str, asked: Asked) -> Told:
    """A page with one line an index, the best first."""
    found = [move for index in _indices(asked) if (move := _move(asked, index))]
    if not found:
        raise NoFigures(asked.index.code, None)
    ranked = sorted(found, key=lambda move: -move.change_pct)
    sessions = tuple(dict.fromkeys(move.session for move in found))
    values = {
        "moves": [Sourced(move) for move in ranked],
        "sources": list(dict.fromkeys(source for move in found for source in sources(move))),
        "as_of": as_of(asked.at),
    }
    return Told(template, values, sessions[:1], move=found[0])


def _indices(asked: Asked) -> list[Index]:
    named = [asked.index, *asked.question.others]
    companion = CSI_300 if asked.index == SHANGHAI_COMPOSITE else SHANGHAI_COMPOSITE
    return named if len(named) > 1 else [*named, companion]


def _move(asked: Asked, index: Index) -> Move | None:
    """What one index did; None where nothing is stored for it."""
    try:
        return replace(asked, question=replace(asked.question, index=index)).move
    except NoFigures:
        return None
