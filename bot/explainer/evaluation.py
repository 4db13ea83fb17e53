"""Our drivers against those that professional closing reports name: pure scoring, no reading of files.

Reports that give no reason (`none`) are no wrong answer and no right one: the agreement is taken over those that name
one, and how often we stay silent where a report does is a figure of its own. Intervals are percentiles of a bootstrap
over sessions, because reports of one session are not independent of each other.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

import numpy as np

from bot.explainer.drivers.driver import CALIBRATION, Driver
from index.moves import Direction, Move
from index.taxonomy import group_of

RESAMPLES = 2000
INTERVAL_PCT = 95.0  # of the resampled rates lie in an interval
SEED = 20240930
EDGES_PCT = (0.5, 1.5)  # of the move, for the breakdown by size


@dataclass(frozen=True, slots=True)
class Named:
    """A driver as a report names it."""

    label: str
    polarity: int

    @property
    def group(self) -> str:
        """The group of its label."""
        return group_of(self.label)


@dataclass(frozen=True, slots=True)
class Report:
    """One closing report: what it names, most prominent first; nothing when it gives no reason."""

    session: date
    index: str
    source: str
    named: tuple[Named, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups it names, in its order."""
        return tuple(one.group for one in self.named)


@dataclass(frozen=True, slots=True)
class Compared:
    """One report beside our answer for its session."""

    report: Report
    move: Move
    drivers: tuple[Driver, ...]

    @property
    def first(self) -> Driver | None:
        """Our first driver."""
        return self.drivers[0] if self.drivers else None


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of cases, with its interval; None where there is no case."""

    share: float | None
    low: float | None
    high: float | None
    cases: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Of drivers with one confidence: how many there were, and how many the report names."""

    confidence: float
    drivers: int
    named_share: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far our answers agree with reports.

    Attributes:
        top1_group, top1_label: our first driver is the report's first, by group or by full label.
        first_named: our first driver's group is anywhere in the report.
        recall: of the groups that reports name, those among our drivers.
        polarity: our first driver has the sign of the report's first.
        silent: of reports without a reason, those for whose session we name none either.
        top1_with_none: `top1_group`, where staying silent counts as right for a report without a reason.
        always_policy, usual: `top1_group` for naming policy always, and for naming what the reports of other sessions
            with the same direction name most.
        always_policy_named, usual_named: `first_named` for the same two.
        calibration: by confidence, over all our drivers.
        sessions: how many sessions the reports are of.
    """

    top1_group: Rate
    top1_label: Rate
    first_named: Rate
    recall: Rate
    polarity: Rate
    silent: Rate
    top1_with_none: Rate
    always_policy: Rate
    always_policy_named: Rate
    usual: Rate
    usual_named: Rate
    calibration: tuple[Bin, ...]
    sessions: int


Hit = Callable[[Compared], float]


def agreement(compared: Sequence[Compared]) -> Agreement:
    """All figures over some reports."""
    reasoned = [one for one in compared if one.report.named]
    usual = _usual(reasoned)
    return Agreement(
        top1_group=rate(reasoned, lambda one: _group(one) == one.report.groups[0]),
        top1_label=rate(reasoned, lambda one: _label(one) == one.report.named[0].label),
        first_named=rate(reasoned, lambda one: _group(one) in one.report.groups),
        recall=rate(reasoned, _recall),
        polarity=rate(_signed(reasoned), _same_sign),
        silent=rate([one for one in compared if not one.report.named], lambda one: not one.drivers),
        top1_with_none=rate(compared, _right_with_none),
        always_policy=rate(reasoned, lambda one: one.report.groups[0] == "policy"),
        always_policy_named=rate(reasoned, lambda one: "policy" in one.report.groups),
        usual=rate(reasoned, lambda one: one.report.groups[0] == usual[id(one)]),
        usual_named=rate(reasoned, lambda one: usual[id(one)] in one.report.groups),
        calibration=calibration(reasoned),
        sessions=len({one.report.session for one in compared}),
    )


def _group(one: Compared) -> str:
    return one.first.group if one.first else ""


def _label(one: Compared) -> str:
    return one.first.label if one.first else ""


def _recall(one: Compared) -> float:
    ours = {driver.group for driver in one.drivers}
    return len(ours & set(one.report.groups)) / len(set(one.report.groups))


def _signed(compared: Iterable[Compared]) -> list[Compared]:
    return [one for one in compared if one.first and one.report.named[0].polarity]


def _same_sign(one: Compared) -> bool:
    return one.first is not None and one.first.polarity == one.report.named[0].polarity


def _right_with_none(one: Compared) -> bool:
    return _group(one) == (one.report.groups[0] if one.report.named else "")


def _usual(reasoned: Sequence[Compared]) -> Mapping[int, str]:
    """For each report the first group most frequent among reports of other sessions with its direction."""
    counts = Counter((one.move.direction, one.report.session, one.report.groups[0]) for one in reasoned)
    return {id(one): _most_frequent(counts, one) for one in reasoned}


def _most_frequent(counts: Mapping[tuple[Direction, date, str], int], one: Compared) -> str:
    groups: Counter[str] = Counter()
    for (direction, session, group), times in counts.items():
        if direction == one.move.direction and session != one.report.session:
            groups[group] += times
    return groups.most_common(1)[0][0] if groups else ""


def rate(compared: Sequence[Compared], hit: Hit) -> Rate:
    """The mean of a hit over reports, and its interval by resampling sessions."""
    if not compared:
        return Rate(None, None, None, 0)
    by_session: dict[date, list[float]] = {}
    for one in compared:
        by_session.setdefault(one.report.session, []).append(float(hit(one)))
    sums = np.array([(sum(hits), len(hits)) for hits in by_session.values()])
    drawn = np.random.default_rng(SEED).integers(len(sums), size=(RESAMPLES, len(sums)))
    totals = sums[drawn].sum(axis=1)
    tail_pct = (100 - INTERVAL_PCT) / 2
    low, high = np.percentile(totals[:, 0] / totals[:, 1], [tail_pct, 100 - tail_pct])
    return Rate(float(sums[:, 0].sum() / sums[:, 1].sum()), float(low), float(high), len(compared))


def calibration(reasoned: Iterable[Compared]) -> tuple[Bin, ...]:
    """How often reports name our drivers, by the confidence they are shown with."""
    found: dict[float, list[bool]] = {share: [] for _, share in CALIBRATION}
    for one in reasoned:
        for driver in one.drivers:
            found[driver.confidence].append(driver.group in one.report.groups)
    return tuple(Bin(share, len(named), fmean(named)) for share, named in found.items() if named)


def by_year(one: Compared) -> str:
    """The year of a report."""
    return str(one.report.session.year)


def by_direction(one: Compared) -> str:
    """``up`` or ``down``."""
    return one.move.direction


def by_size(one: Compared) -> str:
    """``small``, ``medium`` or ``large``, parted at 0.5 and 1.5 %."""
    return ("small", "medium", "large")[sum(abs(one.move.change_pct) >= edge for edge in EDGES_PCT)]


BY: Mapping[str, Callable[[Compared], str]] = {"year": by_year, "direction": by_direction, "size": by_size}


def split(compared: Sequence[Compared], by: str) -> Mapping[str, Agreement]:
    """The figures of each part of the reports, parts in the order of their names."""
    parts: dict[str, list[Compared]] = {}
    for one in compared:
        parts.setdefault(BY[by](one), []).append(one)
    return {name: agreement(parts[name]) for name in sorted(parts)}


def misses(compared: Iterable[Compared]) -> tuple[Compared, ...]:
    """Reports with a reason whose first group is not ours."""
    return tuple(one for one in compared if one.report.named and _group(one) != one.report.groups[0])
