"""Reads a question that no rule knows like the examples it resembles most.

Every word and every run of two or three of a question speaks for the intents in whose examples it occurs more often
than by chance, the louder the rarer it is (the log-odds of naive Bayes, weighted by rarity).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import log

from bot.chat.intents import Facts

# Weights chosen on questions kept out of the examples; a wide plateau surrounds them.
_PRIOR, _SMOOTHING, _FLOOR, _FULL_VOICE = 0.3, 0.3, 1e-3, 6
# By how much the best intent must lead the second; below it the resemblance says too little.
_LEAD = 2.0
_WORD = re.compile(r"[a-z0-9&]+|[^\sa-z0-9]")


@dataclass(frozen=True, slots=True)
class Likeness:
    """How strongly each feature of a question speaks for each intent."""

    votes: Mapping[str, Mapping[str, float]]
    start: Mapping[str, float]

    def intent_of(self, facts: Facts) -> str | None:
        """The intent whose examples the question resembles most, or None when two are about as near."""
        scores = dict(self.start)
        for feature in _features(facts):
            for intent, vote in self.votes.get(feature, {}).items():
                scores[intent] += vote
        second, best = sorted(scores, key=scores.__getitem__)[-2:]
        return best if scores[best] - scores[second] > _LEAD else None


def learned(examples: Iterable[tuple[str, Facts]]) -> Likeness:
    """The likeness to examples, each given with its intent."""
    intents, seen = Counter[str](), defaultdict[str, Counter[str]](Counter)
    for intent, facts in examples:
        intents[intent] += 1
        for feature in _features(facts):
            seen[feature][intent] += 1
    shares = {intent: count / intents.total() for intent, count in intents.items()}
    votes = {feature: _votes(counts, shares, intents.total()) for feature, counts in seen.items()}
    return Likeness(votes, {intent: _PRIOR * log(share) for intent, share in shares.items()})


def _votes(counts: Counter[str], shares: Mapping[str, float], examples: int) -> Mapping[str, float]:
    times = counts.total()
    voice = min(1.0, log(1 + examples / times) / _FULL_VOICE)
    lifts = {
        intent: (counts[intent] + _SMOOTHING * share) / (times + _SMOOTHING) / share for intent, share in shares.items()
    }
    return {intent: voice * log(lift + _FLOOR) for intent, lift in lifts.items()}


def _features(facts: Facts) -> set[str]:
    words = ["^", *_WORD.findall(facts.text), "$"]
    runs = (" ".join(words[start : start + length]) for length in (1, 2, 3) for start in range(len(words) - length + 1))
    return {*runs, *_traits(facts)}


def _traits(facts: Facts) -> Iterator[str]:
    """What is known of a question beyond its words, as words that nobody types."""
    yield f"<moved {facts.direction is not None}>"
    yield f"<cause {facts.driver not in {None, 'other'}}>"
    yield f"<why {facts.asks_why}>"
    yield f"<indices {min(facts.indices, 2)}>"
    yield f"<past {facts.is_past}>"
    yield f"<market {facts.has_market}>"
