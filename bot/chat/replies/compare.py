"""Two or more indices side by side, by what each did over the same sessions."""

from dataclasses import replace

from bot.chat.answer import NO_CAVEATS, Told
from bot.chat.asked import Asked
from bot.chat.replies.sourcing import sources
from bot.chat.replies.together import together
from bot.chat.replies.why import as_of, sourced_caveats, sourced_span
from bot.figures import Sourced, sourced
from index.bars import Bars
from index.catalog import BY_CODE, CSI_300, SHANGHAI_COMPOSITE, Index
from index.errors import NoFigures
from index.moves import Move

WALL_STREET = BY_CODE["SPX"]


def reply(asked: Asked) -> Told:
    """The moves of the indices named; beside a single one stands the usual companion."""
    return told("compare", asked, _indices(asked, _companion(asked)))


def relation(asked: Asked) -> Told:
    """How markets go together: what their stored closes show of it, and both moves."""
    indices = _indices(asked, WALL_STREET if asked.index.is_mainland else SHANGHAI_COMPOSITE)
    one, other = indices[:2]
    pair = together(_bars(asked, one), _bars(asked, other))
    more = {
        "pair": sourced(pair, "pair", "computed from the stored closes", asked.at),
        "is_overnight": {one.code, other.code} == {SHANGHAI_COMPOSITE.code, WALL_STREET.code},
    }
    return told("global_relation", asked, indices, **more)


def told(template: str, asked: Asked, indices: list[Index], **more: object) -> Told:
    """A page with one line an index, the best first."""
    moves = {index.code: _move(asked, index) for index in indices}
    found = [move for move in moves.values() if move]
    if not found:
        raise NoFigures(asked.index.code, None)
    ranked = sorted(found, key=lambda move: -move.change_pct)
    values = {
        "moves": [Sourced(move) for move in ranked],
        "missing": [code for code, move in moves.items() if move is None],
        "apart_pct": sourced(ranked[0].change_pct - ranked[-1].change_pct, "apart_pct", found[0].source, asked.at),
        "is_same_day": len({move.session for move in found}) == 1,
        **_notes(asked, moves.get(asked.index.code)),
        "sources": list(dict.fromkeys(source for move in found for source in sources(move))),
        "as_of": as_of(asked.at),
    }
    caveats = asked.caveats if moves.get(asked.index.code) else NO_CAVEATS
    return Told(template, values | more, (found[0].session,), move=found[0], caveats=caveats)


def _notes(asked: Asked, move: Move | None) -> dict[str, object]:
    caveats = move and sourced_caveats(asked.caveats, move)
    return {"move": move and Sourced(move), "span": move and sourced_span(asked.span, move), "caveats": caveats}


def _indices(asked: Asked, companion: Index) -> list[Index]:
    named = [asked.index, *asked.question.others]
    return named if len(named) > 1 else [*named, companion]


def _companion(asked: Asked) -> Index:
    return CSI_300 if asked.index == SHANGHAI_COMPOSITE else SHANGHAI_COMPOSITE


def _bars(asked: Asked, index: Index) -> Bars:
    return asked.reader.bars(index.code, asked.at)


def _move(asked: Asked, index: Index) -> Move | None:
    """What one index did; None where nothing is stored for it."""
    try:
        return replace(asked, question=replace(asked.question, index=index)).move
    except NoFigures:
        return None
