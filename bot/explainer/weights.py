"""How much each sort of evidence counts when drivers are ranked: the only fitted numbers of the explainer.

Found by ``tests/benchmarks/fit_weights.py`` on closing reports of 2014-2025 and rounded; starting from them the search
moves within what its folds differ by. They are few on purpose: a weight for each topic and group fitted the same
reports no better, and reports it had not seen worse.
"""

from collections.abc import Mapping

from bot.explainer.evidence import Evidence

Weights = Mapping[str, float]

# Strengths are comparable within a topic: 1 is a fresh note, a release one usual miss beside its forecast, a sector
# that went 4 % among sectors 4 % apart. The weights make them comparable between topics.
WEIGHTS: Weights = {
    "event": 2.2,  # a dated note names its cause itself; reports put policy first in 38 % of cases (REPORTS.md)
    "policy_rate": 1.1,  # as a release: monthly fixings are mostly expected, and a note beside them says what they mean
    "headline.policy": 1.1,  # Chinese policy is told by its own evening news, so that a louder subject is a fact
    "headline": 0.35,  # other subjects fill headlines on days when no report names them
    "release": 1.1,  # named from about one usual miss on; published coefficients do not exist (index_math, 5)
    "peer": 0.85,  # on the effect of 0.25 % of opening gap per percent of the S&P 500 (index_math, 5.1)
    "sector": 0.23,  # first in 15 % of reports, mostly where nothing else is at hand (REPORTS.md)
    "style": 0.05,  # never a reason alone: one side always goes farther
    "holiday": 1.0,  # reports of the week before a long closure name it before all else
    "run": 0.35,  # profit-taking is named second more often than first
    "northbound": 0.17,  # big weeks agree with the market's sign about half the time (index_math, 5)
    "margin": 0.17,  # borrowing follows prices more than it leads them
    "fund_units": 0.17,  # creations follow prices too; a label for it did not stand in the reports
    "rate": 0.12,  # day R² of currency and yields with the Composite is below 0.03; a note beside them comes first
}


def weight_of(evidence: Evidence, weights: Weights = WEIGHTS) -> float:
    """The weight of a piece of evidence: by topic and group where that has one, else by topic; 0 for context."""
    return weights.get(f"{evidence.topic}.{evidence.group}", weights.get(evidence.topic, 0.0))
