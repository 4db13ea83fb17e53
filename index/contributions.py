"""A move in points by stock, by sector or by any column; the parts sum to the whole.

``c = (P - R)·S·F·I' / ΣR·S·F`` with the same letters as in `index.level`. Over several sessions points simply add; no
linking method is needed for points (`index.linking` has those for returns).
"""

from dataclasses import dataclass
from decimal import Decimal
from math import fsum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from index.bars import Numbers
from index.errors import BadRow, ConstituentsInvalid
from index.level import BASE, Sums, sums, table
from index.panel import Block, Constituents, Key, Labels, Panel, Positions, prepare
from index.rounding import allocate, rounded

STOCK = "code"
ALIASES = {"stock": STOCK}
_NOTHING = (np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))


def by(
    constituents: Constituents, key: str, base: float = BASE, previous: "pd.Series[float] | None" = None
) -> pd.DataFrame:
    """Contributions to the index's change, in points.

    Args:
        constituents: the long table (``session, code, price, reference, shares, fx`` and the key's column) or a panel
            prepared from it.
        key: the column to add up by: ``code`` (or ``stock``), ``sector``, any other.
        base: points before the first session, unrounded; the further levels follow from the constituents.
        previous: instead of `base`, the official level before each session, by session. With all the constituents
            the points then add up to the official changes; with a part of them they are what this part would have
            moved the index if it were the whole, and `attribute` shows what remains.

    Returns:
        ``session, key, points``, by session and label: unrounded points. A label without constituents in a session has
        no row there.

    Raises:
        ConstituentsInvalid: there is no such column, a session has no previous level, or see `index.panel.prepare`.
    """
    panel, grouped = _grouped(constituents, key)
    return _points(panel, grouped, grouped.sums.levels(base)[:-1] if previous is None else _given(panel, previous))


def levels_and_points(constituents: Constituents, key: str, base: float = BASE) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What `index.level.compute` and `by` return, in one pass over the rows.

    Raises:
        ConstituentsInvalid: as `by` does.
    """
    panel, grouped = _grouped(constituents, key)
    return table(panel, grouped.sums, base), _points(panel, grouped, grouped.sums.levels(base)[:-1])


def over(points: pd.DataFrame, first: Any = None, last: Any = None) -> pd.DataFrame:  # noqa: ANN401 - a session label
    """Contributions over a range of sessions, both ends included: points add exactly.

    Args:
        points: what `by` returned.
        first: the first session whose move counts; None: from the start.
        last: the last one; None: to the end.

    Returns:
        ``key, points``, by label.
    """
    counted = pd.Series(data=True, index=points.index)
    if first is not None:
        counted &= points["session"] >= first
    if last is not None:
        counted &= points["session"] <= last
    return points.loc[counted, ["key", "points"]].groupby("key", as_index=False, dropna=False).sum()


def leaders(points: pd.DataFrame, count: int) -> pd.DataFrame:
    """The greatest gains, greatest first: ``key, points``, none that did not add."""
    return _extreme(points[points["points"] > 0], count, ascending=False)


def drags(points: pd.DataFrame, count: int) -> pd.DataFrame:
    """The greatest losses, greatest first: ``key, points``, none that did not subtract."""
    return _extreme(points[points["points"] < 0], count, ascending=True)


@dataclass(frozen=True, slots=True)
class Part:
    """One label's share of a move, as printed."""

    name: str
    points_pts: Decimal


@dataclass(frozen=True, slots=True)
class Attribution:
    """A printed move and its printed parts: the parts and the residual add up to the change to the last digit.

    Attributes:
        parts: greatest first.
        residual_pts: what the stored constituents do not explain of the official change.
        change_pts: the change as printed.
    """

    parts: tuple[Part, ...]
    residual_pts: Decimal
    change_pts: Decimal


def attribute(points: pd.DataFrame, change_pts: float | None = None, decimals: int = 2) -> Attribution:
    """Print contributions so that they add up.

    Args:
        points: ``key, points``: one session of `by`, or `over`.
        change_pts: the official change, unrounded; None when the constituents are the whole index.
        decimals: of every printed number.

    Returns:
        Largest-remainder rounding of the parts. The residual, official change less the sum of the unrounded parts, is
        a part like the others; it is exactly zero when no official change was given.
    """
    ranked = points.sort_values(["points", "key"], ascending=[False, True])
    values = ranked["points"].tolist()
    explained = fsum(values)
    change = rounded(explained if change_pts is None else change_pts, decimals)
    rest = 0.0 if change_pts is None else change_pts - explained
    *printed, residual = allocate([*values, rest], decimals, change)
    parts = tuple(Part(str(name), value) for name, value in zip(ranked["key"], printed, strict=True))
    return Attribution(parts, residual, change)


@dataclass(frozen=True, slots=True, eq=False)
class _Grouped:
    """Gains in money by session and label, as parallel arrays, and the sessions' sums."""

    sums: Sums
    sessions: Positions
    labels: Labels
    codes: NDArray[Any]
    gains: Numbers


def _grouped(constituents: Constituents, key: str) -> tuple[Panel, _Grouped]:
    columns = constituents.table if isinstance(constituents, Panel) else constituents
    name = key if key in columns else ALIASES.get(key, key)
    panel = prepare(constituents, *({name} - {STOCK}))
    return panel, _by_stock(panel) if name == STOCK else _by_label(panel, panel.key(name))


def _points(panel: Panel, grouped: _Grouped, before: Numbers) -> pd.DataFrame:
    """Gains in money over each session's divisor."""
    point = before / grouped.sums.base_value
    return pd.DataFrame(
        {
            "session": panel.sessions.take(grouped.sessions),
            "key": grouped.labels.take(grouped.codes),
            "points": grouped.gains * point[grouped.sessions],
        }
    )


def _by_stock(panel: Panel) -> _Grouped:
    """A stock stands once in a session, so its row is its group."""
    gains = np.empty(len(panel))

    def keep(block: Block, gain: Numbers) -> None:
        gains[block.rows] = gain

    added = sums(panel, keep)
    sessions = np.repeat(np.arange(len(panel.sessions)), np.diff(panel.starts))
    codes = pd.Index(panel.table[STOCK])
    return _Grouped(added, sessions, codes, np.arange(len(panel)) if panel.order is None else panel.order, gains)


def _by_label(panel: Panel, key: Key) -> _Grouped:
    found: list[tuple[Positions, Positions, Numbers]] = []

    def add_up(block: Block, gain: Numbers) -> None:
        gained, present = _tables(block, key, gain)
        sessions, columns = np.nonzero(present)
        found.append((sessions + block.sessions.start, columns, gained[present]))

    added = sums(panel, add_up)
    sessions, codes, gains = map(np.concatenate, zip(_NOTHING, *found, strict=True))
    return _Grouped(added, sessions, key.labels, codes, gains)


def _tables(block: Block, key: Key, gain: Numbers) -> tuple[Numbers, NDArray[np.bool_]]:
    """Gains by session and label, and where there are constituents."""
    cells, shape = block.cells(key), (len(block.starts), len(key.labels))
    gained: Numbers = np.bincount(cells, gain, shape[0] * shape[1]).astype(np.float64, copy=False)
    present = gained != 0.0
    if not present.all():  # a gain of zero has constituents or none; which, is rarely worth asking
        present[cells] = True
    return gained.reshape(shape)[:, key.columns], present.reshape(shape)[:, key.columns]


def _given(panel: Panel, previous: "pd.Series[float]") -> Numbers:
    levels = np.asarray(previous.reindex(panel.sessions), dtype=np.float64)
    unknown = panel.sessions[~(levels > 0)]
    if len(unknown):
        raise ConstituentsInvalid((BadRow(None, "missing", "previous", str(unknown[0])),), len(unknown))
    return levels


def _extreme(points: pd.DataFrame, count: int, *, ascending: bool) -> pd.DataFrame:
    ranked = points.sort_values(["points", "key"], ascending=[ascending, True])
    return ranked[["key", "points"]].head(count).reset_index(drop=True)
