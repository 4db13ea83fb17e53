"""Which sectors led and which dragged: by the industries of the stored stocks, else by sector funds and indices.

Where the stocks' values are known, a sector leads by what it adds: its share of the market's value times how far it
outran the market. Closing reports name the banks' half percent and the liquor makers' three before a shipping sector
of four lines that went five.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import prod

import numpy as np

from bot.explainer.evidence import Evidence, Window
from bot.explainer.observations import industries
from bot.explainer.observations.industries import Legs
from index import sessions
from index.catalog import BY_CODE
from index.moves import Move
from index.reader import Reader, Series

LEAST = 5  # sectors, to speak of leading and dragging
SHOWN = 2  # at either end
MOST_SESSIONS = 30  # of a move whose stocks are added up; a longer one has its sector indices
LARGE_PCT = 4.0  # a sector's move, and the spread between sectors, that reports always mention


@dataclass(frozen=True, slots=True)
class SectorMove:
    """What one sector did over the sessions of a move; 1.5 means 1.5 %.

    Attributes:
        code, name: as stored.
        change_pct: of the sector.
        source: who published it.
        share: of the value of all stored stocks before the move; None where values are not stored.
    """

    code: str
    name: str
    change_pct: float
    source: str
    share: float | None = None


def table(reader: Reader, move: Move, window: Window) -> tuple[SectorMove, ...]:
    """Every sector whose figures at both ends of the move are known, best first.

    The industries of the stored stocks where there are enough of them: they cover the market's old half, which few
    sector indices do.
    """
    found = _industries(reader, move) or _sectors(reader, move, window)
    return tuple(sorted(found, key=lambda one: (-one.change_pct, one.code)))


def _sectors(reader: Reader, move: Move, window: Window) -> list[SectorMove]:
    found = (_sector(reader, code, move, window) for code in reader.subjects("sectors"))
    return [one for one in found if one]


def _industries(reader: Reader, move: Move) -> list[SectorMove]:
    """What the industries did over the sessions of a move; none when there are too few, or the move is too long."""
    first, last = sessions.close_of(move.first_session), sessions.close_of(move.session)
    if not BY_CODE[move.index].is_mainland or sessions.closes_between(first, last) >= MOST_SESSIONS:
        return []
    if move.is_range and move.session > sessions.horizon():  # nobody knows which days were sessions
        return []
    legs = [industries.of_session(reader, day) for day in _days(move)]
    names = set[str].intersection(*(set(one) for one in legs))
    value_cny = sum(legs[0][name].reference_cny for name in names)
    found = [_industry(name, [one[name] for one in legs], value_cny) for name in names]
    return found if len(found) >= LEAST else []


def _days(move: Move) -> Iterator[date]:
    day = move.first_session
    while day < move.session:
        yield day
        day = sessions.next_session(day)
    yield move.session


def _industry(name: str, legs: Sequence[Legs], value_cny: float) -> SectorMove:
    change_pct = 100 * (prod(one.growth for one in legs) - 1)
    return SectorMove(name, name, change_pct, legs[-1].source, legs[0].reference_cny / value_cny)


def observe(reader: Reader, move: Move, window: Window) -> Iterator[Evidence]:
    """The two sectors that led and the two that dragged."""
    found = table(reader, move, window) if BY_CODE[move.index].is_mainland else ()
    if len(found) >= LEAST:
        ranked = _by_what_they_add(found)
        yield from (_evidence(one, move, rank, found) for rank, one in enumerate([*ranked[:SHOWN], *ranked[-SHOWN:]]))


def _by_what_they_add(found: Sequence[SectorMove]) -> list[SectorMove]:
    """Best first; as they came where the stocks' values are not stored."""
    market_pct = sum(one.change_pct * one.share for one in found if one.share)
    return sorted(found, key=lambda one: -(one.change_pct - market_pct) * one.share if one.share else 0.0)


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
