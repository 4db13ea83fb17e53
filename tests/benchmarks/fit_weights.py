"""How ``bot/explainer/weights.py`` was fitted: ``python -m tests.benchmarks.fit_weights``.

Reports of one session stay in one fold. The loss is the logarithm of the probability that a report's first group, and
with half the weight any of its groups, gets when our scores are read as a softmax; a pull towards the starting table
(squared logarithms) keeps what a few sessions cannot settle. Coordinate search, because there are a dozen weights and
under a hundred sessions. Prints in-sample and cross-validated agreement side by side, and the fitted table.
"""

import random
from collections.abc import Sequence
from math import exp, log
from statistics import fmean

from rich.console import Console

from bot.explainer.drivers.driver import Driver
from bot.explainer.evaluation import Compared, agreement
from bot.explainer.explanation import RULES, weigh
from bot.explainer.weights import WEIGHTS, Weights
from tests.benchmarks.reports import Case, cases, history

FOLDS, SEEDS = 5, (1, 2, 3)
PULL = 2.0
UNIT = "event"  # not fitted: it fixes the scale, which the softmax leaves open and the threshold of a reason does not
SHARPNESS = 1.0  # of the softmax, per unit of score
ABSENT = -1.0  # the score of a group for which there is no driver
FLOOR = 0.02  # of a probability; a report that no figure explains must not steer the fit
FIRST_STEP, LAST_STEP, ROUNDS = 0.4, 0.03, 40


def loss(found: Sequence[Case], weights: Weights, start: Weights) -> float:
    """How badly some sessions are explained by a table of weights."""
    pull = sum(log(weights[name] / start[name]) ** 2 for name in start)
    return sum(_surprise(case, weights) for case in found) + PULL * pull


def _surprise(case: Case, weights: Weights) -> float:
    odds = {driver.group: exp(SHARPNESS * driver.score) for driver in _every_driver(case, weights)}
    absent = exp(SHARPNESS * ABSENT)
    total = sum(odds.values()) + absent
    reasoned = [report.groups for report in case.reports if report.named]
    firsts = (odds.get(groups[0], absent) / total for groups in reasoned)
    named = (sum(odds.get(group, absent) for group in set(groups)) / total for groups in reasoned)
    losses = [-log(first + FLOOR) - log(any_ + FLOOR) / 2 for first, any_ in zip(firsts, named, strict=True)]
    return sum(losses) / len(losses) ** 0.5 if losses else 0.0


def _every_driver(case: Case, weights: Weights) -> list[Driver]:
    """The drivers of a session, those too weak to be shown among them: a threshold has no slope to climb."""
    sign = 1 if case.move.change_pct > 0 else -1
    evidence = [one for one in case.evidence if one.polarity == sign]
    return [driver for find in RULES.values() if (driver := find(case.move, evidence, weights))]


def fit(found: Sequence[Case], start: Weights) -> Weights:
    """The table with the least loss that a coordinate search finds from a start."""
    weights, best = dict(start), loss(found, start, start)
    steps = {name: FIRST_STEP for name in start if name != UNIT}
    for _ in range(ROUNDS):
        before = best
        for name, step in steps.items():
            tried = [{**weights, name: weights[name] * exp(sign * step)} for sign in (1, -1)]
            losses = [loss(found, table, start) for table in tried]
            steps[name] = step * (1.2 if min(losses) < best else 0.6)
            if min(losses) < best:
                best, weights = min(losses), tried[losses.index(min(losses))]
        if best == before and max(steps.values()) < LAST_STEP:
            break
    return weights


def compared(found: Sequence[Case], weights: Weights) -> list[Compared]:
    """Each report beside what a table of weights names for its session."""
    explained = [(case, weigh(case.move, case.evidence, case.move.published_at, weights).drivers) for case in found]
    return [Compared(report, case.move, drivers) for case, drivers in explained for report in case.reports]


def out_of_fold(found: Sequence[Case], start: Weights, seed: int) -> list[Compared]:
    """Every report beside our answer by weights that were fitted without its session."""
    shuffled = random.Random(seed).sample(list(found), len(found))
    folds = [shuffled[place::FOLDS] for place in range(FOLDS)]
    rest = [[case for other in folds if other is not fold for case in other] for fold in folds]
    return [one for fold, others in zip(folds, rest, strict=True) for one in compared(fold, fit(others, start))]


def main() -> None:
    """Fit, and print both agreements."""
    say = Console(highlight=False).print
    with history() as reader:
        found = cases(reader)
    fitted = fit(found, WEIGHTS)
    by_seed = [agreement(out_of_fold(found, WEIGHTS, seed)) for seed in SEEDS]
    shipped, inside = agreement(compared(found, WEIGHTS)), agreement(compared(found, fitted))
    for name in ("top1_group", "top1_label", "first_named", "recall", "polarity", "silent", "top1_with_none"):
        crossed = fmean(getattr(one, name).share for one in by_seed)
        span = getattr(by_seed[0], name)
        say(
            f"{name:15} cross-validated {crossed:.1%} ({span.low:.0%} to {span.high:.0%})"
            f"  fitted on all {getattr(inside, name).share:.1%}  shipped {getattr(shipped, name).share:.1%}"
        )
    for bin_ in by_seed[0].calibration:
        say(f"confidence {bin_.confidence:.2f}: {bin_.drivers} drivers, named by {bin_.named_share:.1%}")
    say({name: round(weight, 2) for name, weight in fitted.items()})


if __name__ == "__main__":
    main()
