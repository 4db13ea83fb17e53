"""Large against small shares, and the old economy against the new: which side of the market made the move.

The gap between two indices is told against the standard deviation of their own daily gaps over a year.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bot.explainer.evidence import Evidence, Window
from index.bars import Bars
from index.catalog import BY_CODE
from index.moves import YEAR, Move
from index.reader import Reader

UNUSUAL = 1.0  # standard deviations
CAP = 3.0
LEAST_HISTORY = 60  # sessions
PAIRS = (("000016.SH", "000852.SH"), ("000016.SH", "399006.SZ"))


@dataclass(frozen=True, slots=True)
class _Gap:
    """Two indices over the same sessions; 1.5 means 1.5 %."""

    one_pct: float
    other_pct: float
    z: float
    source: str


def observe(reader: Reader, move: Move, window: Window) -> Iterator[Evidence]:
    """The pairs that parted unusually far."""
    if BY_CODE[move.index].is_mainland and not move.is_range:
        for one, other in (pair for pair in PAIRS if move.index not in pair):
            gap = _gap(reader.bars(one, window.until), reader.bars(other, window.until), move)
            if gap and abs(gap.z) >= UNUSUAL:
                yield _evidence(one, other, gap, move)


def _gap(one: Bars, other: Bars, move: Move) -> _Gap | None:
    ones, others = _changes(one), _changes(other)
    days, at_one, at_other = np.intersect1d(ones[0], others[0], assume_unique=True, return_indices=True)
    if len(days) <= LEAST_HISTORY or days[-1] != np.datetime64(move.session):
        return None
    gaps = ones[1][at_one] - others[1][at_other]
    spread = float(np.nanstd(gaps[:-1]))
    last = float(ones[1][at_one][-1]), float(others[1][at_other][-1])
    return _Gap(*last, float(gaps[-1]) / spread, one.sources[-1]) if spread and not np.isnan(gaps[-1]) else None


def _changes(bars: Bars) -> tuple[np.ndarray, np.ndarray]:
    year = bars.rows(max(len(bars) - YEAR - 1, 0), len(bars))
    return year.sessions[1:], 100 * (year.close[1:] / year.close[:-1] - 1)


def _evidence(one: str, other: str, gap: _Gap, move: Move) -> Evidence:
    farther = max(gap.one_pct, gap.other_pct, key=abs)
    return Evidence(
        topic="style",
        driver="sector.rotation",
        kind="measured",
        polarity=(farther > 0) - (farther < 0),
        strength=min(abs(gap.z), CAP),
        published_at=move.published_at,
        source=gap.source,
        facts={"one": one, "one_pct": gap.one_pct, "other": other, "other_pct": gap.other_pct},
        figure="one_pct",
    )
