"""How two indices have gone together, by their stored closes: a measurement, never a cause."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from index import moves
from index.bars import Bars, Days, Numbers
from index.catalog import BY_CODE

SESSIONS = 250  # about a year
LEAST = 60  # fewer pairs would say little
LONG_BREAK = np.timedelta64(4, "D")  # a weekend and a holiday; what was older was no news when the session opened

Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Together:
    """Two indices' daily changes over sessions that both have.

    Attributes:
        first, other: codes of the indices.
        count: how many pairs of changes were compared.
        since: the session of the first of them.
        correlation: of the daily changes, −1 to 1.
        same_way: the share of days on which both rose or both fell.
        is_overnight: the other one's change is that of its session before, which closed hours earlier.
    """

    first: str
    other: str
    count: int
    since: date
    correlation: float
    same_way: float
    is_overnight: bool


def together(first: Bars, other: Bars) -> Together | None:
    """How two indices have gone together of late; None when too few days are stored for both.

    Where one of them closes in New York its session of the day before is compared with Asia's: the one that Asia woke
    up to.
    """
    if not len(first) or not len(other):
        return None
    if _closes_later(first, other):
        first, other = other, first
    is_overnight = _closes_later(other, first)
    positions = _partners(first.sessions, other.sessions, is_overnight=is_overnight)
    pairs = np.column_stack([moves.change_pcts(first.close), _picked(moves.change_pcts(other.close), positions)])
    known = np.flatnonzero(~np.isnan(pairs).any(axis=1))[-SESSIONS:]
    if len(known) < LEAST:
        return None
    ones, others = pairs[known].T
    same_way = float(np.mean(np.sign(ones) == np.sign(others)))
    since, correlation = first.session(int(known[0])), float(np.corrcoef(ones, others)[0, 1])
    return Together(first.index, other.index, len(known), since, correlation, same_way, is_overnight)


def _closes_later(one: Bars, other: Bars) -> bool:
    """Whether one index's session of a date closes half a day after the other's."""
    return BY_CODE[one.index].mic == "XNYS" and BY_CODE[other.index].mic != "XNYS"


def _partners(days: Days, others: Days, *, is_overnight: bool) -> Positions:
    """For each day the position of the other index's session on it, or of the last one before it; −1 for none."""
    if is_overnight:
        found = np.searchsorted(others, days, side="left") - 1
        return np.where(days - others[found] <= LONG_BREAK, found, -1)
    found = np.searchsorted(others, days)
    inside = found < len(others)
    return np.where(inside & (others[np.minimum(found, len(others) - 1)] == days), found, -1)


def _picked(changes: Numbers, positions: Positions) -> Numbers:
    return np.where(positions >= 0, changes[positions], np.nan)
