"""The moves of a whole history in one table; row by row the same as `index.moves.of`, which answers for one session."""

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from index.bars import Bars, Numbers
from index.moves import MONTH, YEAR, change_pcts

if TYPE_CHECKING:
    from pandas.core.window import Expanding, Rolling

    Figures: TypeAlias = "pd.Series[float]"

EXTREMES = (20, 60, 250)  # sessions: about a month, a quarter and a year


def table(bars: Bars) -> pd.DataFrame:
    """Every session's move.

    Args:
        bars: one index, oldest first.

    Returns:
        A row a session, unrounded: ``session, level, change_pts, change_pct, gap_pct, session_pct, stored_rank,
        year_rank, z, streak, drawdown_pct, turnover_ratio`` and for 20, 60 and 250 sessions ``high_<n>`` and
        ``low_<n>``: whether it closed at the extreme of so many sessions. Ranks count from 1 for the largest gain (the
        largest loss, on a day of loss). What is not known is NaN.
    """
    close, changes = pd.Series(bars.close), pd.Series(change_pcts(bars.close))
    before = changes.rolling(YEAR)
    columns = {
        "session": bars.sessions,
        "level": close,
        "change_pts": close.diff(),
        "change_pct": changes,
        "gap_pct": _pct(bars.open, close.shift().to_numpy()),
        "session_pct": _pct(bars.close, bars.open),
        "stored_rank": _ranked(changes, changes.expanding()),
        "year_rank": _ranked(changes, changes.rolling(YEAR)),
        "z": (changes - before.mean().shift()) / before.std().shift(),
        "streak": _streaks(changes),
        "drawdown_pct": 100 * (close / close.cummax() - 1),
        "turnover_ratio": _turnover_ratios(bars),
    }
    return pd.DataFrame(columns | _extremes(close))


def _pct(values: Numbers, bases: Numbers) -> Numbers:
    found: Numbers = 100 * (values / bases - 1)
    return found


def _ranked(changes: "Figures", window: "Rolling[Figures] | Expanding[Figures]") -> "Figures":
    """The rank among the window's changes, from the top on a day of gain and from the bottom on a day of loss."""
    from_top = window.count() - window.rank(method="max") + 1
    return from_top.where(changes >= 0, window.rank(method="min"))


def _streaks(changes: "Figures") -> "Figures":
    signs = pd.Series(np.sign(changes))
    run = (signs != signs.shift()).cumsum()
    return signs.mul(signs.groupby(run).cumcount() + 1)


def _turnover_ratios(bars: Bars) -> "Figures":
    turnover = pd.Series(bars.turnover_cny)
    return turnover.div(turnover.rolling(MONTH).median().shift())


def _extremes(close: "Figures") -> "dict[str, pd.Series[bool]]":
    highs = {f"high_{n}": close >= close.rolling(n).max() for n in EXTREMES}
    return highs | {f"low_{n}": close <= close.rolling(n).min() for n in EXTREMES}
