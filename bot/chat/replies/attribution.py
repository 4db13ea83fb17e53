"""How many points each sector and each stock added, where the constituents are stored."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from bot.chat.asked import Asked
from index import sessions
from index.catalog import SHANGHAI_COMPOSITE
from index.store import Known

SHOWN = 4  # at either end
SECTOR, STOCK = "sector", "code"
_COLUMNS = ("session", "code", "sector", "price", "reference", "shares", "fx")


@dataclass(frozen=True, slots=True)
class Share:
    """What one sector or stock added to the index, in points as printed."""

    name: str
    points_pts: Decimal


@dataclass(frozen=True, slots=True)
class Attribution:
    """A move in points, as far as the stored constituents explain it.

    Attributes:
        leaders, drags: the largest shares on either side, the largest first.
        residual_pts: the rest of the official change; with the shares of all it adds up to the last digit.
        stocks: how many constituents are stored, a part of the index.
        source: who published their prices.
    """

    leaders: tuple[Share, ...]
    drags: tuple[Share, ...]
    residual_pts: Decimal
    stocks: int
    source: str


def attribution(asked: Asked, key: str) -> Attribution | None:
    """The move asked about by sector or by stock; None where no constituents are stored for its sessions.

    Args:
        asked: the question in its place.
        key: ``sector`` or ``code``.
    """
    rows = _constituents(asked)
    if not rows or any(row[key] is None for row in rows):
        return None
    return _attributed(asked, rows, key)


def _constituents(asked: Asked) -> tuple[Known, ...]:
    move = asked.move
    if asked.index != SHANGHAI_COMPOSITE or move.unstored:  # one session's points are no part of several sessions' move
        return ()
    since = sessions.close_of(move.first_session) - timedelta(hours=1)
    rows = asked.reader.rows("constituents", min(asked.at, move.published_at), since=since)
    return rows if {row["session"] for row in rows} == set(asked.span.sessions) else ()


def _attributed(asked: Asked, rows: tuple[Known, ...], key: str) -> Attribution:
    import pandas as pd  # noqa: PLC0415 - half a second that only this answer needs

    from index.contributions import attribute, by, over  # noqa: PLC0415 - loads pandas too

    levels = pd.Series(asked.bars.close, index=[asked.bars.session(place) for place in range(len(asked.bars))])
    table = pd.DataFrame([{name: row[name] for name in _COLUMNS} for row in rows])
    points = over(by(table, key, previous=levels.shift().reindex(list(asked.span.sessions))))
    found = attribute(points, asked.move.change_pts)
    shares = [Share(part.name, part.points_pts) for part in found.parts]
    return Attribution(
        leaders=tuple(share for share in shares if share.points_pts > 0)[:SHOWN],
        drags=tuple(share for share in reversed(shares) if share.points_pts < 0)[:SHOWN],
        residual_pts=found.residual_pts,
        stocks=table["code"].nunique(),
        source=rows[-1].publisher,
    )
