"""What a rule finds: a named driver with the evidence it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from bot.explainer.evidence import Evidence, Kind
from index.taxonomy import group_of

# The second piece of evidence adds half of its strength, the third a quarter …: five reports of one story are not five
# reasons, yet agreement counts.
AGREEMENT = 0.5


@dataclass(frozen=True, slots=True)
class Driver:
    """A driver of a move.

    Attributes:
        label: of the taxonomy, ``policy.monetary``: what the strongest evidence speaks for.
        polarity: +1 or −1 for mainland shares.
        kind: of the strongest evidence; fixes the wording.
        score: comparable between drivers of one move.
        evidence: strongest first.
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
    def confidence(self) -> float:
        """0 to 1, from the score: what a closing report would name it with."""
        return 1 - exp(-self.score)


def named(group: str, evidence: Sequence[Evidence], weight: float = 1.0) -> Driver | None:
    """The driver that a group's evidence adds up to.

    Args:
        group: ``policy``; evidence of other groups is ignored.
        evidence: facts that point one way.
        weight: how often closing reports name this group, relative to the others.
    """
    found = sorted((one for one in evidence if one.group == group), key=_rank)
    if not found:
        return None
    score = weight * sum(one.strength * AGREEMENT**place for place, one in enumerate(found))
    return Driver(found[0].driver, found[0].polarity, found[0].kind, score, tuple(found))


def _rank(evidence: Evidence) -> tuple[float, float, str]:
    return -evidence.strength, -evidence.published_at.timestamp(), evidence.url
