"""Other markets between the two closes, and the opening gap that they go along with.

The published effect: a 1 % overnight move of the S&P 500 goes with 0.2-0.3 % in the opening gap (R² 0.20-0.30 since
2006) and with nothing in the session after it (index_math, 5.1). So overseas closes speak for the gap.
"""

from collections.abc import Iterator
from datetime import date
from math import sqrt

from bot.explainer.evidence import Evidence, Window
from index import moves, sessions
from index.catalog import BY_CODE, CSI_300
from index.moves import Move, Peer
from index.reader import Reader

OVERSEAS = ("SPX", "N225", "HSI", "KS11", "TWII", "AXJO")
UNUSUAL_PCT = 1.0  # a smaller close abroad is an ordinary one
GAP_PCT = 0.2  # the opening must have followed it: the effect sits in the gap, not in the session
BETA = 0.25  # percent of opening gap per percent of the S&P 500 since 2006
SIGMA_PCT = 1.2  # a usual day of the Composite since 2010, to make strengths comparable
LEADERS = frozenset({"SPX"})


def observe(reader: Reader, move: Move, window: Window) -> Iterator[Evidence]:
    """Each overseas index that closed since the previous Shanghai close, and CSI 300 for the Composite."""
    for code in (CSI_300.code, *OVERSEAS):
        found = moves.peer(reader.bars(code, window.until), window.after, window.until) if code != move.index else None
        if found:
            yield _evidence(found, move)


def _evidence(peer: Peer, move: Move) -> Evidence:
    speaks = _speaks(peer, move)
    return Evidence(
        topic="peer",
        driver="global.us_equities" if speaks else "",
        kind="coincident",
        polarity=((peer.change_pct > 0) - (peer.change_pct < 0)) if speaks else 0,
        strength=_strength(peer, move) if speaks else 0.0,
        published_at=peer.published_at,
        source=peer.source,
        facts={"index": peer.index, "change_pct": peer.change_pct, "session": peer.session, **_dated(peer, move)},
        figure="change_pct",
    )


def _dated(peer: Peer, move: Move) -> dict[str, date | None]:
    """When it was, where that is not the explained session itself: another day, or several of them."""
    if move.is_range:
        return {"on": None, "since": None}
    is_long = peer.sessions > 1
    return {
        "on": None if is_long or peer.session == move.session else peer.session,
        "since": peer.since if is_long else None,
    }


def _speaks(peer: Peer, move: Move) -> bool:
    if peer.index not in LEADERS or BY_CODE[move.index].mic == "XNYS" or _strength(peer, move) < _UNUSUAL:
        return False
    gap_pct = move.day.gap_pct if move.day else None
    return gap_pct is None or (abs(gap_pct) >= GAP_PCT and (gap_pct > 0) == (peer.change_pct > 0))


def _strength(peer: Peer, move: Move) -> float:
    """In usual days of the Composite, twice over; a move of several sessions is held against their square root."""
    sessions_moved: float = 1 + sessions.closes_between(sessions.close_of(move.first_session), move.published_at)
    # An exchange that closes before Shanghai has no Shanghai close within its day.
    return BETA * abs(peer.change_pct) / sqrt(max(sessions_moved, 1)) / SIGMA_PCT * 2


_UNUSUAL = BETA * UNUSUAL_PCT / SIGMA_PCT * 2
