"""Constituents → level, by divisor: ``I = I' · (1 + Σ(P - R)·S·F / ΣR·S·F)``.

`P` is the price, `R` the reference (the previous close adjusted for the day's events, not for cash), `S` the shares,
`F` the currency rate, one and the same on both legs of the day, `I'` the previous level. A listing, a deletion, a share
change or a currency refresh changes `ΣR·S·F` only and so adds no point.

Source: the Shanghai and CSI divisor rules ("cap before / old divisor = cap after / new divisor"), in the form in which
S&P Dow Jones's *Index Mathematics* writes them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from index.bars import Numbers
from index.errors import BadRow, ConstituentsInvalid
from index.panel import DIVIDEND, Block, Constituents, Panel, prepare

Visit = Callable[[Block, Numbers], None]

BASE = 100.0  # points before the first session; the Shanghai Composite's base on 1990-12-19


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """What each session's rows add up to, in the index's currency.

    Attributes:
        base_value: ΣR·S·F, what the constituents were worth before the session.
        gain: Σ(P - R)·S·F, what they gained in it.
    """

    base_value: Numbers
    gain: Numbers

    def levels(self, base: float) -> Numbers:
        """The level before the first session, then after each, in points."""
        # The gain's share is added to one, as its rounding error then weighs a hundredth of that of a ratio of values.
        steps: Numbers = np.concatenate(([base], 1.0 + self.gain / self.base_value))
        return np.multiply.accumulate(steps)


def compute(constituents: Constituents, base: float = BASE) -> pd.DataFrame:
    """The price index of a table of constituents.

    Cash dividends are not adjusted for: the index falls with the prices.

    Args:
        constituents: the long table (``session, code, price, reference, shares, fx``) or a panel prepared from it.
        base: points before the first session, unrounded. To append sessions, hand in the level of the last one.

    Returns:
        ``session, level, divisor``, oldest first: points unrounded at the session's close; the divisor in force during
        the session, in money a point (the base value over the previous level).

    Raises:
        ConstituentsInvalid: see `index.panel.prepare`.
    """
    panel = prepare(constituents)
    return table(panel, sums(panel), base)


def extend(levels: pd.DataFrame, constituents: Constituents) -> pd.DataFrame:
    """Append sessions to levels computed before, without their constituents; bit for bit what `compute` gives on all.

    Args:
        levels: what `compute` returned, not empty and not rounded.
        constituents: the new sessions only.

    Raises:
        ConstituentsInvalid: a session that is not after the last one of `levels`, or see `index.panel.prepare`.
    """
    panel = prepare(constituents)
    last = levels.iloc[-1]
    if len(panel.sessions) and panel.sessions[0] <= last["session"]:
        raise ConstituentsInvalid((BadRow(None, "contradicts", "session", str(panel.sessions[0])),), 1)
    return pd.concat([levels, compute(panel, float(last["level"]))], ignore_index=True)


def total_return(constituents: Constituents, base: float = BASE) -> pd.DataFrame:
    """The index with cash dividends reinvested in all constituents at the close of the day they go ex.

    Args:
        constituents: as for `compute`, with ``dividend``: cash a share going ex in the session, in its currency.
        base: points before the first session.

    Returns:
        ``session, level, dividend_pts``: points unrounded; the points that the session's dividends are worth in it.

    Raises:
        ConstituentsInvalid: there is no such column, or see `index.panel.prepare`.
    """
    panel = prepare(constituents)
    added, cash = sums(panel), _dividends(panel)
    levels = Sums(added.base_value, added.gain + cash).levels(base)
    return pd.DataFrame(
        {"session": panel.sessions, "level": levels[1:], "dividend_pts": cash * levels[:-1] / added.base_value}
    )


def in_currency(levels: pd.DataFrame, rates: "pd.Series[float]") -> pd.DataFrame:
    """Levels as seen from another currency, equal to the original at the first session.

    Args:
        levels: what `compute` returned.
        rates: units of the other currency for one of the index's, by session; every session of `levels` is needed.

    Returns:
        ``session, level``.

    Raises:
        ConstituentsInvalid: a session has no rate.
    """
    rate = rates.reindex(levels["session"]).to_numpy(dtype=np.float64)
    unpriced = levels["session"][~(rate > 0)]
    if len(unpriced):
        raise ConstituentsInvalid((BadRow(None, "missing", "rate", str(unpriced.iloc[0])),), len(unpriced))
    return pd.DataFrame({"session": levels["session"], "level": levels["level"] * rate / rate[:1]})


def sums(panel: Panel, visit: Visit = lambda *_: None) -> Sums:
    """What each session's rows add up to.

    Args:
        panel: the rows.
        visit: shown each block of sessions and what its rows gained, to add up in other ways.
    """
    added = Sums(np.empty(len(panel.sessions)), np.empty(len(panel.sessions)))
    for block in panel.blocks():
        gain, before = legs(panel, block.rows)
        added.gain[block.sessions] = np.add.reduceat(gain, block.starts)
        added.base_value[block.sessions] = np.add.reduceat(before, block.starts)
        visit(block, gain)
    return added


def legs(panel: Panel, rows: slice) -> tuple[Numbers, Numbers]:
    """Each row's gain and its value before the session, in the index's currency."""
    reference, weight = panel.reference[rows], panel.weight[rows]
    gain = panel.price[rows] - reference
    gain *= weight
    return gain, reference * weight


def table(panel: Panel, added: Sums, base: float) -> pd.DataFrame:
    """Levels and divisors as a table."""
    levels = added.levels(base)
    return pd.DataFrame({"session": panel.sessions, "level": levels[1:], "divisor": added.base_value / levels[:-1]})


def _dividends(panel: Panel) -> Numbers:
    if panel.dividend is None:
        raise ConstituentsInvalid((BadRow(None, "no_column", DIVIDEND),), 1)
    cash: Any = panel.dividend * panel.weight
    return np.add.reduceat(cash, panel.starts[:-1]) if len(panel) else cash
