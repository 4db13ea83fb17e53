"""A file of constituents → levels, divisors and sector points, compared with the published index."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from index.bars import Bars, Numbers
from index.contributions import Attribution, attribute, by, levels_and_points
from index.errors import BadRow, ConstituentsInvalid
from index.level import BASE, compute
from index.panel import MOST_ROWS_NAMED, Panel, Positions, prepare
from index.tables import Progress, located, read_constituents, write
from index.tracking import Tracking, closes, compare

SECTOR = "sector"

# A decimal point in the wrong place is a factor of ten, yuan for cents one of a hundred; Shanghai's daily limits allow
# a constituent a tenth or a fifth, and the sessions of the years without limits (to 1996-12-16) stayed well below this.
MOST_A_DAY = 9.0
# A reference so far from the previous close, with the shares unchanged, is no cash dividend.
MOST_AN_EVENT = 1.5
SAME_SHARES = 0.01  # relative


@dataclass(frozen=True, slots=True, eq=False)
class Rebuilt:
    """What became of a file of constituents.

    Attributes:
        rows, stocks: how many there are.
        first, last: its sessions' ends.
        levels: ``session, level, divisor``, unrounded.
        points: ``session, key, points`` by sector; empty when the file has no sectors.
        tracking: against the published series; None without one, or with fewer than three shared sessions.
        last_session: the last session's official change by sector, with what the stored constituents leave
            unexplained; None without a published level of it and of the session before.
        doubts: the first rows that look inconsistent but can be computed with; rows are the file's.
        doubt_count: how many there are.
    """

    rows: int
    stocks: int
    first: date
    last: date
    levels: pd.DataFrame
    points: pd.DataFrame
    tracking: Tracking | None
    last_session: Attribution | None
    doubts: tuple[BadRow, ...]
    doubt_count: int


def rebuild(
    path: Path, out: Path | None = None, published: Bars | None = None, progress: Progress = lambda *_: None
) -> Rebuilt:
    """Rebuild an index from a file of its constituents.

    Args:
        path: the constituents, ``.csv``, ``.csv.gz`` or ``.parquet``.
        out: where to write ``session, level, divisor`` and a column ``points_<sector>`` a sector; the ending says how.
        published: the official series. Levels then start from its close before the first session, else from 100.
        progress: told the file's name, the bytes read and the bytes in all.

    Raises:
        FolderUnreadable: a file cannot be read or written.
        ConstituentsInvalid: see `index.panel.prepare`; besides, an empty table, or a price so far from its reference
            that it must be in another unit. Rows are the file's.
    """
    table = read_constituents(path, progress)
    try:
        panel = _checked(table)
    except ConstituentsInvalid as refused:
        raise located(path, refused) from refused
    rebuilt = _rebuilt(path, panel, published)
    if out is not None:
        write(wide(rebuilt.levels, rebuilt.points), out)
    return rebuilt


def wide(levels: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Levels and sector points as one table with a row a session."""
    if points.empty:
        return levels
    sectors = points.assign(key=points["key"].fillna("")).pivot_table("points", "session", "key", aggfunc="sum")
    return levels.merge(sectors.add_prefix("points_"), left_on="session", right_index=True, how="left")


def _checked(table: pd.DataFrame) -> Panel:
    if table.empty:
        raise ConstituentsInvalid((BadRow(None, "empty"),), 1)
    panel = prepare(table, *_sectors(table))
    wild = np.flatnonzero(_far(panel.price, panel.reference, MOST_A_DAY))
    if len(wild):
        raise ConstituentsInvalid(_rows(panel, wild, "price"), len(wild))
    return panel


def _rebuilt(path: Path, panel: Panel, published: Bars | None) -> Rebuilt:
    official = None if published is None else closes(published)
    levels, points = _computed(panel, _base(panel, official))
    doubts = _doubts(panel)
    return Rebuilt(
        rows=len(panel),
        stocks=int(panel.table["code"].nunique()),
        first=panel.sessions[0].date(),
        last=panel.sessions[-1].date(),
        levels=levels,
        points=points,
        tracking=None if published is None else compare(levels, published),
        last_session=None if official is None else explained(panel, panel.sessions[-1], official),
        doubts=located(path, ConstituentsInvalid(_rows(panel, doubts, "reference"), len(doubts))).rows,
        doubt_count=len(doubts),
    )


def explained(panel: Panel, session: pd.Timestamp, official: "pd.Series[float]") -> Attribution | None:
    """One session's official change by sector (by stock without sectors), the unexplained rest included.

    Args:
        panel: the constituents, a part of the index or all of it.
        session: which session.
        official: published closes by session, ascending.

    Returns:
        None when the session or a close before it is not published.
    """
    before = official[official.index < session]
    if session not in official.index or before.empty:
        return None
    rows = panel.table[panel.table["session"] == session]
    key = SECTOR if SECTOR in rows else "code"
    points = by(rows.reset_index(drop=True), key, float(before.iloc[-1]))
    return attribute(points, float(official[session] - before.iloc[-1]))


def _sectors(table: pd.DataFrame) -> tuple[str, ...]:
    return (SECTOR,) if SECTOR in table else ()


def _computed(panel: Panel, base: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    if SECTOR in panel.table:
        return levels_and_points(panel, SECTOR, base)
    return compute(panel, base), pd.DataFrame({"session": [], "key": [], "points": []})


def _base(panel: Panel, official: "pd.Series[float] | None") -> float:
    before = official[official.index < panel.sessions[0]] if official is not None else ()
    return float(before.iloc[-1]) if isinstance(before, pd.Series) and len(before) else BASE


def _doubts(panel: Panel) -> Positions:
    """Rows whose reference jumped from the stock's previous close though its shares did not change."""
    rows = panel.table if panel.order is None else panel.table.iloc[panel.order]
    place = pd.Series(np.repeat(np.arange(len(panel.sessions)), np.diff(panel.starts)), rows.index)
    stock = rows["code"]
    follows = place.groupby(stock).diff().eq(1).to_numpy()
    shares = rows["shares"].groupby(stock).pct_change().abs().lt(SAME_SHARES).to_numpy()
    previous = rows["price"].groupby(stock).shift().to_numpy(dtype=np.float64)
    return np.flatnonzero(follows & shares & _far(panel.reference, previous, MOST_AN_EVENT))


def _far(one: Numbers, other: Numbers, most: float) -> NDArray[np.bool_]:
    far: NDArray[np.bool_] = np.abs(np.log(one / other)) > np.log(most)
    return far


def _rows(panel: Panel, positions: Positions, column: str) -> tuple[BadRow, ...]:
    named = positions[:MOST_ROWS_NAMED]
    cells, rows = panel.table[column], named if panel.order is None else panel.order[named]
    return tuple(BadRow(int(row), "implausible", column, str(cells.iloc[row])) for row in rows)
