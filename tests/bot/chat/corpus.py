"""Labelled questions, and how many of them are understood."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.chat.question import Question
from bot.chat.understanding import understand


@dataclass(frozen=True, slots=True)
class Labelled:
    """One line of a corpus and what the bot makes of it."""

    line: Mapping[str, Any]
    question: Question

    @property
    def slots(self) -> Mapping[str, Any]:
        return self.line["slots"]


def read(path: Path) -> list[Labelled]:
    """The lines of a corpus, understood as on their day of asking."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Labelled(line, understand(line["text"], date.fromisoformat(line["reference_date"]))) for line in lines]


def intent_is_right(one: Labelled) -> bool:
    accepted = {"wrong_premise": "why_move"}.get(one.line["intent"], one.line["intent"])
    return one.question.intent == accepted


def index_is_right(one: Labelled) -> bool:
    """A null index is the default one; of two, either may come first."""
    if one.slots.get("index2"):
        found = [one.question.index, *one.question.others]
        return sorted(index.short for index in found if index) == sorted([one.slots["index"], *one.slots["index2"]])
    return (one.question.index.short if one.question.index else "SSE") == (one.slots["index"] or "SSE")


def when_is_right(one: Labelled) -> bool:
    wanted, found = one.slots["when"], one.question.when
    if wanted["iso"]:
        return [day.isoformat() for day in found.days] == wanted["iso"]
    return wanted["type"] is None or found.type == wanted["type"]


def direction_is_right(one: Labelled) -> bool:
    return one.question.direction == one.slots["direction_asked"]


def driver_is_right(one: Labelled) -> bool:
    return one.question.driver == one.slots["driver"]


def language_is_right(one: Labelled) -> bool:
    return one.question.language == one.line["lang"]


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured, on which lines, and the share of them that must be right."""

    name: str
    is_right: Callable[[Labelled], bool]
    at_least: float
    counts: Callable[[Labelled], bool] = lambda _: True


MOVES = frozenset({"why_move", "drivers_detail", "wrong_premise"})
MEASURES = (
    Measure("intent", intent_is_right, 0.97),
    Measure("index", index_is_right, 0.98),
    Measure("when", when_is_right, 0.97),
    Measure("direction", direction_is_right, 0.97, lambda one: one.line["intent"] in MOVES),
    Measure("driver", driver_is_right, 0.95, lambda one: one.line["intent"] == "drivers_detail"),
    Measure("language", language_is_right, 0.99, lambda one: any(map(str.isalpha, one.line["text"]))),
)


def missed(corpus: list[Labelled], measure: Measure) -> tuple[float, list[str]]:
    """The share understood, and the questions that were not."""
    lines = [one for one in corpus if measure.counts(one)]
    wrong = list(_wrong(lines, measure))
    return 1 - len(wrong) / len(lines), wrong


def _wrong(lines: list[Labelled], measure: Measure) -> Iterator[str]:
    for one in lines:
        if not measure.is_right(one):
            yield f"{one.line['text']!r}: {one.question.intent} {one.question}"
