"""How closely a rebuilt index follows a published one."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from index.bars import Bars, Numbers

FEWEST_CHANGES = 2  # a correlation of fewer says nothing
BP = 1e4


@dataclass(frozen=True, slots=True)
class Tracking:
    """Two series of levels over the sessions they share; changes run from one shared session to the next.

    Attributes:
        index: the published one.
        first, last: the shared sessions' ends.
        changes: how many changes were compared.
        correlation: of the daily changes in percent.
        beta: the rebuilt change that goes with one percent of the published one (least squares), in percent.
        apart_bp: standard deviation of the difference of daily changes, hundredths of a percent.
        bias_bp: its mean.
        worst_session: where the changes differ most.
        worst_bp: by how much, rebuilt less published.
        rebuilt_pct, published_pct: change from the first to the last shared session (1.5 = 1.5 %).
    """

    index: str
    first: date
    last: date
    changes: int
    correlation: float
    beta: float
    apart_bp: float
    bias_bp: float
    worst_session: date
    worst_bp: float
    rebuilt_pct: float
    published_pct: float


def compare(levels: pd.DataFrame, published: Bars) -> Tracking | None:
    """Compare rebuilt levels with a published series.

    Args:
        levels: what `index.level.compute` returned, with dates as sessions; the scale does not matter.
        published: the official bars; sessions without a close are left out.

    Returns:
        None when fewer than three sessions are shared.
    """
    sessions, ours, theirs = _shared(levels, published)
    if len(sessions) <= FEWEST_CHANGES:
        return None
    rebuilt, official = ours[1:] / ours[:-1] - 1, theirs[1:] / theirs[:-1] - 1
    apart = (rebuilt - official) * BP
    worst = int(np.argmax(np.abs(apart)))
    covariance = np.cov(rebuilt, official)
    return Tracking(
        index=published.index,
        first=sessions[0],
        last=sessions[-1],
        changes=len(apart),
        correlation=_ratio(covariance[0, 1], np.sqrt(covariance[0, 0] * covariance[1, 1])),
        beta=_ratio(covariance[0, 1], covariance[1, 1]),
        apart_bp=float(apart.std(ddof=1)),
        bias_bp=float(apart.mean()),
        worst_session=sessions[worst + 1],
        worst_bp=float(apart[worst]),
        rebuilt_pct=float(ours[-1] / ours[0] - 1) * 100,
        published_pct=float(theirs[-1] / theirs[0] - 1) * 100,
    )


def closes(published: Bars) -> "pd.Series[float]":
    """The known closes of a published series by session, the sessions as pandas keeps them."""
    days = pd.DatetimeIndex(published.sessions.astype("datetime64[s]"))
    return pd.Series(published.close, index=days).dropna()


def _shared(levels: pd.DataFrame, published: Bars) -> tuple[list[date], Numbers, Numbers]:
    ours = pd.Series(levels["level"].to_numpy(), index=pd.DatetimeIndex(levels["session"]).as_unit("s"))
    both = pd.concat({"ours": ours, "theirs": closes(published)}, axis=1, join="inner").sort_index()
    days = [moment.date() for moment in pd.DatetimeIndex(both.index)]
    return days, both["ours"].to_numpy(dtype=np.float64), both["theirs"].to_numpy(dtype=np.float64)


def _ratio(numerator: float, denominator: float) -> float:
    """NaN where a series never moved, as it then has neither correlation nor slope."""
    return float(numerator / denominator) if denominator else float("nan")
