"""How many shares rose and fell: what a level alone hides, and no cause of it.

Shanghai's own count is told where it is stored, else the whole mainland market's, and which of the two it is.
"""

from collections.abc import Iterator

from bot.explainer.evidence import Evidence, Window
from index import sessions
from index.catalog import BY_CODE
from index.moves import Move
from index.reader import Reader
from index.store import Known

MARKETS = ("SSE", "ALL")  # the nearest first


def observe(reader: Reader, move: Move, window: Window) -> Iterator[Evidence]:
    """The session's advancers and decliners, where both are known."""
    if move.is_range or not BY_CODE[move.index].is_mainland:
        return
    rows = reader.rows("breadth", window.until, since=window.after)
    known = {row["market"]: row for row in rows if row["session"] == move.session and _is_whole(row)}
    nearest = next((known[market] for market in MARKETS if market in known), None)
    if nearest:
        yield _evidence(nearest, move)


def _is_whole(row: Known) -> bool:
    return row["advancers"] is not None and row["decliners"] is not None


def _evidence(row: Known, move: Move) -> Evidence:
    return Evidence(
        topic="breadth",
        driver="",
        kind="measured",
        polarity=0,
        strength=0.0,
        published_at=sessions.close_of(move.session),
        source=row.publisher,
        facts={name: row[name] for name in ("market", "advancers", "decliners", "unchanged")},
        figure="advancers",
    )
