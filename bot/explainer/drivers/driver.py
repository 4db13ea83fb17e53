"""What a rule finds: a named driver with the evidence it rests on."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal

from bot.explainer.evidence import Evidence, Kind
from bot.explainer.weights import WEIGHTS, Weights, weight_of
from index.taxonomy import group_of

# The second piece of evidence adds half of its strength, the third a quarter …: five reports of one story are not five
# reasons, yet agreement counts.
AGREEMENT = 0.5

# The least score, and how often reports name a group that scores so (out of fold; tests/benchmarks/explainer.py).
CALIBRATION = ((0.0, 0.2), (0.4, 0.5), (1.0, 0.75), (2.4, 0.9))

# A reason is told as the reason when reports name such a group in most cases, as a possible one from every second on.
# What is less, or rests on a policy in force alone, is told as a sign and never as why a market moved.
CLEAR, POSSIBLE = 0.7, 0.5
PLAIN = 1.0  # a plain piece of news of this session; nothing names a driver more clearly than that
SHOWN = 3  # pieces of evidence in a message; a driver takes its name from these
Tier = Literal["clear", "possible", "weak"]


@dataclass(frozen=True, slots=True)
class Driver:
    """A driver of a move.

    Attributes:
        label: of the taxonomy, ``policy.monetary``: what most of the evidence shown speaks for.
        polarity: +1 or −1 for mainland shares.
        kind: of the first evidence.
        score: comparable between drivers of one move.
        evidence: the most telling first: how far a price went says no more than that it went far.
    """

    label: str
    polarity: int
    kind: Kind
    score: float
    evidence: tuple[Evidence, ...]

    @property
    def group(self) -> str:
        """The group of its label."""
        return group_of(self.label)

    @property
    def heading(self) -> str:
        """Its label when all that is shown of it speaks for that, else its group: a rate cut is no property policy."""
        return self.label if len({one.driver for one in self.evidence[:SHOWN]}) == 1 else self.group

    @property
    def is_open(self) -> bool:
        """Whether it rests on meetings alone whose reading is open."""
        return all(one.is_open for one in self.evidence)

    @property
    def tier(self) -> Tier:
        """How it may be told: as the reason, as a possible one, or as no more than a sign.

        A meeting whose reading is open goes with any move, and one headline alone may be anything: neither is a reason
        to a reader, however often reports name such a group. A policy in force is at most a possible one.
        """
        if self.confidence < POSSIBLE or _is_faint(self.evidence):
            return "weak"
        in_force = self.evidence[0].topic == "event" and self.kind == "coincident"
        return "possible" if in_force or self.confidence < CLEAR else "clear"

    @property
    def confidence(self) -> float:
        """How often closing reports name this group when it scores like this, by cross-validation."""
        share = next(share for least, share in reversed(CALIBRATION) if self.score >= least)
        return min(share, POSSIBLE) if _is_faint(self.evidence) else share


def _is_faint(evidence: Sequence[Evidence]) -> bool:
    """Whether nothing but open meetings and single headlines stands behind a driver."""
    return all(one.is_open or (one.topic == "headline" and not one.facts.get("others")) for one in evidence)


def named(group: str, evidence: Sequence[Evidence], weights: Weights = WEIGHTS) -> Driver | None:
    """The driver that a group's evidence adds up to.

    Args:
        group: ``policy``; evidence of other groups is ignored.
        evidence: facts that point one way.
        weights: how much each sort of evidence counts.
    """
    found = [one for one in evidence if one.group == group and one.strength and weight_of(one, weights)]
    if not found:
        return None
    found.sort(key=lambda one: _rank(one, weights, most=inf))
    shown = sorted(found, key=lambda one: (one.is_open, *_rank(one, weights, most=PLAIN)))
    return Driver(_label(shown, weights), shown[0].polarity, shown[0].kind, score_of(found, weights), tuple(shown))


def _label(shown: Sequence[Evidence], weights: Weights) -> str:
    """What most of the evidence shown speaks for."""
    says = defaultdict[str, float](float)
    for one in shown[:SHOWN]:
        says[one.driver] += weight_of(one, weights) * min(one.strength, PLAIN)
    return max(says, key=lambda label: says[label])


def score_of(ranked: Iterable[Evidence], weights: Weights = WEIGHTS) -> float:
    """What evidence of one group adds up to, strongest first."""
    return sum(weight_of(one, weights) * one.strength * AGREEMENT**place for place, one in enumerate(ranked))


def _rank(one: Evidence, weights: Weights, most: float) -> tuple[float, float, str]:
    return -weight_of(one, weights) * min(one.strength, most), -one.published_at.timestamp(), one.url
