"""Which sectors led and which dragged, by the sector funds and indices that are stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from bot.explainer.evidence import Evidence, Window
from index import sessions
from index.catalog import BY_CODE
from index.moves import Move
from index.reader import Reader, Series

LEAST = 5  # sectors, to speak of leading and dragging
SHOWN = 2  # at either end
LARGE_PCT = 4.0  # a sector's move, and the spread between sectors, that reports always mention


@dataclass(frozen=True, slots=True)
class SectorMove:
    """What one sector did over the sessions of a move; 1.5 means 1.5 %."""

    code: str
    name: str
    change_pct: float
    source: str


def table(reader: Reader, move: Move, window: Window) -> tuple[SectorMove, ...]:
    """Every stored sector whose closes at both ends of the move are known, best first."""
    found = (_sector(reader, code, move, window) for code in reader.subjects("sectors"))
    return tuple(sorted((one for one in found if one), key=lambda one: (-one.change_pct, one.code)))


def observe(reader: Reader, move: Move, window: Window) -> Iterator[Evidence]:
    """The two best and the two worst sectors."""
    found = table(reader, move, window) if BY_CODE[move.index].is_mainland else ()
    if len(found) >= LEAST:
        yield from (_evidence(one, move, rank, found) for rank, one in enumerate([*found[:SHOWN], *found[-SHOWN:]]))


def _sector(reader: Reader, code: str, move: Move, window: Window) -> SectorMove | None:
    closes = reader.series("sectors", "close", window.until, code)
    last, before = _at(closes, move.session), _at(closes, move.previous_session)
    if last is None or before is None:
        return None
    return SectorMove(code, _name(reader, code, window), 100 * (last / before - 1), closes.source)


def _at(closes: Series, session: date) -> float | None:
    found = np.flatnonzero(closes.days == np.datetime64(session))
    return float(closes.values[found[-1]]) if len(found) else None


def _name(reader: Reader, code: str, window: Window) -> str:
    return str(reader.rows("sectors", window.until, since=window.after, code=code)[-1]["name"])


def _evidence(one: SectorMove, move: Move, rank: int, found: tuple[SectorMove, ...]) -> Evidence:
    leads, sign = rank < SHOWN, (one.change_pct > 0) - (one.change_pct < 0)
    return Evidence(
        topic="sector",
        driver="sector.rotation",
        kind="measured",
        polarity=sign if leads == (sign > 0) else 0,  # the worst sector of a rise is no reason for the rise
        strength=min(abs(one.change_pct) / LARGE_PCT, 1.0) * min(_spread(found) / LARGE_PCT, 1.0),
        published_at=sessions.close_of(move.session),
        source=one.source,
        facts={"code": one.code, "name": one.name, "change_pct": one.change_pct, "leads": leads},
        figure="change_pct",
    )


def _spread(found: tuple[SectorMove, ...]) -> float:
    return found[0].change_pct - found[-1].change_pct
