"""What is wanted of the bot: the first intent, in the order of ``rules/intents.toml``, one of whose phrases matches."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from bot.chat.language import simplified
from bot.chat.phrases import MARKS, alternatives, grams, openings, says, spell_out
from bot.chat.question import Direction
from bot.chat.rulebook import read


@dataclass(frozen=True, slots=True)
class Facts:
    """What is already known about a question when its intent is asked for.

    Attributes:
        text: the plain, simplified question with marks in place of names and times.
        indices: how many indices it names.
        is_named: whether one of them goes by its own name, not by that of a country or city.
        has_when: whether it names a time.
        is_past: whether that time is a past day or period.
        asks_why: whether it asks for a cause.
        direction: the direction it asserts.
        driver: the cause it names; ``other`` for one without a word in the corpus.
    """

    text: str
    indices: int
    is_named: bool
    has_when: bool
    is_past: bool
    asks_why: bool
    direction: Direction | None
    driver: str | None

    @property
    def has_market(self) -> bool:
        """Whether it speaks of markets at all, by name or in general."""
        return self.indices > 0 or _book().market.search(self.text) is not None

    @property
    def speaks_of_market(self) -> bool:
        """Whether it speaks of markets in more than the name of a place."""
        return bool(self.is_named or self.direction) or _book().market.search(self.text) is not None

    @property
    def is_about_market(self) -> bool:
        """Whether it can be read as a question about a market."""
        return bool(self.direction or self.has_when) or self.has_market


@dataclass(frozen=True, slots=True)
class _Rule:
    intent: str
    counts: Callable[[Facts], bool]
    phrase: str


@dataclass(frozen=True, slots=True)
class _Book:
    order: tuple[str, ...]
    by_opening: Mapping[str, tuple[_Rule, ...]]
    unless: Mapping[str, tuple[str, ...]]
    yields_to_why: frozenset[str]
    yields_to_driver: frozenset[str]
    market: re.Pattern[str]


# When a table of phrases counts.
_COUNTS: Mapping[str, Callable[[Facts], bool]] = {
    "says": lambda _: True,
    "of_market": lambda facts: facts.is_about_market,
    "of_today": lambda facts: facts.is_about_market and not facts.is_past,
    "of_moved": lambda facts: facts.direction is not None and facts.is_about_market,
    "off_market": lambda facts: not facts.speaks_of_market,
    "of_two": lambda facts: facts.indices > 1,
    "without_driver": lambda facts: facts.driver in {None, "property", "other"},
}
_ALWAYS = ""
# "nikkei futures": the name of an index, and yet another thing.
_MADE_FROM_INDEX = re.compile(f"{MARKS['index']} ?{MARKS['asset']}")


def intent_of(facts: Facts) -> str | None:
    """The intent of a question; None when no rule knows it."""
    book, candidates = _book(), _candidates(facts.text)
    return next((intent for intent in book.order if _is_wanted(intent, candidates[intent], facts)), None)


def _is_wanted(intent: str, rules: list[_Rule], facts: Facts) -> bool:
    if intent == "drivers_detail" and facts.driver:
        return facts.driver != "other" or facts.is_about_market
    if intent == "other_market" and facts.indices and not _MADE_FROM_INDEX.search(facts.text):
        return False
    if _steps_back(intent, facts):
        return False
    said = any(rule.counts(facts) and says(rule.phrase).search(facts.text) for rule in rules)
    return said and not any(says(phrase).search(facts.text) for phrase in _book().unless[intent])


def _steps_back(intent: str, facts: Facts) -> bool:
    asks_why = facts.asks_why and (facts.direction or facts.driver) and intent in _book().yields_to_why
    return bool(asks_why) or (facts.driver not in {None, "other"} and intent in _book().yields_to_driver)


def _candidates(text: str) -> Mapping[str, list[_Rule]]:
    book, found = _book(), defaultdict[str, list[_Rule]](list)
    for opening in (_ALWAYS, *grams(text)):
        for rule in book.by_opening.get(opening, ()):
            found[rule.intent].append(rule)
    return found


@cache
def _book() -> _Book:
    tables = read("intents")
    words = tables["words"]
    by_opening: dict[str, list[_Rule]] = defaultdict(list)
    for rule in _rules(tables, words):
        for opening in openings(rule.phrase) or {_ALWAYS}:
            by_opening[opening].append(rule)
    return _Book(
        order=tuple(name for name in tables if name != "words"),
        by_opening={opening: tuple(rules) for opening, rules in by_opening.items()},
        unless={name: _spelled(table.get("unless", ()), words) for name, table in tables.items()},
        yields_to_why=_marked(tables, "yields_to_why"),
        yields_to_driver=_marked(tables, "yields_to_driver"),
        market=says(spell_out("{market}", words)),
    )


def _marked(tables: Mapping[str, Any], sign: str) -> frozenset[str]:
    return frozenset(name for name, table in tables.items() if table.get(sign))


def _rules(tables: Mapping[str, Any], words: Mapping[str, list[str]]) -> Iterator[_Rule]:
    for intent, table in tables.items():
        for condition, counts in _COUNTS.items():
            for phrase in _spelled(table.get(condition, ()), words):
                yield from (_Rule(intent, counts, part) for part in alternatives(phrase))


def _spelled(phrases: Iterable[str], words: Mapping[str, list[str]]) -> tuple[str, ...]:
    return tuple(simplified(spell_out(phrase, words)) for phrase in phrases)


def prepare() -> None:
    """Compile every phrase now; otherwise each waits for the first question that needs it."""
    book = _book()
    for phrase in (rule.phrase for rules in book.by_opening.values() for rule in rules):
        says(phrase)
    for phrase in (phrase for phrases in book.unless.values() for phrase in phrases):
        says(phrase)


def examples() -> Iterator[tuple[str, str]]:
    """The intent and the words of every example of the rules."""
    for intent, table in read("intents").items():
        for condition in _COUNTS.keys() & table.keys():
            yield from ((intent, example) for example in table[condition].values())


def cause_end(text: str) -> int | None:
    """Where the question's "why" ends, if it has one."""
    match = _cause().search(text)
    return match.end() if match else None


@cache
def _cause() -> re.Pattern[str]:
    return says(simplified(spell_out("({cause}|{happening})", read("intents")["words"])))
