"""Opens and checks ``rules/headlines_*.toml``: what headlines say, kept as data that needs no Python to edit."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any

from bot.explainer.phrases import Phrasebook, Title, fold, needs, spell_out
from index.errors import RulesInvalid
from index.taxonomy import DRIVERS

_KINDS = ("policy", "data", "flows", "global", "sentiment", "event")
FILES = tuple(f"headlines_{kind}" for kind in _KINDS)
POLARITIES = ("good", "bad", "neutral", "rise is good", "rise is bad")
PLACES = ("china", "us", "any")
_MANNERS = (
    "beside",
    "comment",
    "overview",
    "opinion",
    "statement",
    "bright",
    "dark",
    "question",
    "denial",
    "forward",
    "asked",
    "decided",
    "reason",
    "tape",
    "big",
    "better",
    "worse",
)
_PHRASE_KEYS = ("says", "with", "unless", "good", "bad", "neutral", "acts", "minor")
_FLAGS = ("small_is_neutral", "local_counts", "is_fact", "circular", "ceremony_counts", "opinion_counts")
_NEEDED = ("name", "driver", "says", "polarity", "relevance", "place", "example")
_KNOWN = frozenset((*_PHRASE_KEYS, *_FLAGS, *_NEEDED, "weight", "large_pct", "large_points", "since", "until"))
_GLUED_FIGURE = re.compile(r"(?<=[a-z]{3})(?=\d)")
_USUAL_WEIGHT = 5
_HEAVIEST = 10


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that headlines speak of, and what it means for mainland shares.

    Attributes:
        polarity: one of `POLARITIES`; ``good``, ``bad`` and ``neutral`` are the phrases that settle it otherwise.
        relevance: 2 moves the market, 1 is weak.
        place: where the headline must play, one of `PLACES`.
        weight: 1 to 10; of several rules that speak, the heaviest is heard.
        large_pct: a move of that many percent, or one that is called big, keeps the relevance; a smaller one has 1.
        large_points: the same in points.
        acts: words of a decision, a figure or an event; a headline with none of them only talks and has 1.
        minor: words that make the headline one of a company, a trade or an opinion, and so of relevance 1.
        small_is_neutral: a smaller move has polarity 0.
        local_counts: a single city's news is as strong as the country's.
        is_fact: tells a move that has happened, though its cause may lie ahead; forward only when asked or expected.
        circular: tells only that the market itself moved, so that it cannot be the reason of the move.
        ceremony_counts: heard in headlines about calls and visits too, which are beside the point for every other rule.
        opinion_counts: a commentator's view is what the rule listens for, so his word has a sign.
        since: the first day on which the subject means this; before it the rule is silent.
        until: the last such day.
    """

    name: str
    driver: str
    polarity: str
    relevance: int
    place: str
    weight: int
    says: Phrasebook
    with_: Phrasebook | None
    unless: Phrasebook
    good: Phrasebook
    bad: Phrasebook
    neutral: Phrasebook
    acts: Phrasebook | None
    minor: Phrasebook
    large_pct: float | None
    large_points: float | None
    small_is_neutral: bool
    local_counts: bool
    is_fact: bool
    circular: bool
    ceremony_counts: bool
    opinion_counts: bool
    since: date
    until: date
    example: str

    def speaks(self, title: Title) -> bool:
        """Whether the headline, in which ``says`` was found, satisfies ``with`` and ``unless``."""
        return (self.with_ is None or self.with_.speaks(title)) and not self.unless.speaks(title)

    def is_weak(self, title: Title) -> bool:
        """Whether the headline has no word of an act where the rule wants one, or has one of its minor words."""
        return (self.acts is not None and not self.acts.speaks(title)) or self.minor.speaks(title)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules, and the phrases by which they are found: each names the rules that listen for it."""

    rules: tuple[Rule, ...]
    triggers: Phrasebook
    listeners: Mapping[str, tuple[Rule, ...]]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Several lists of phrases side by side."""

    book: Phrasebook
    lists: Mapping[str, tuple[str, ...]]

    def said(self, title: Title) -> Mapping[str, int]:
        """The lists of which a phrase stands in the headline, each with where its first one begins."""
        found: dict[str, int] = {}
        for start, phrase in self.book.starts(title):
            for name in self.lists[phrase]:
                found[name] = min(start, found.get(name, start))
        return found


def folded(text: str) -> str:
    """A headline or phrase in the one spelling that rules are compared in: "GDP593034亿" names the GDP too."""
    return _GLUED_FIGURE.sub(" ", fold(text, _simplified()))


@cache
def words(section: str, key: str = "says") -> Phrasebook:
    """A shared list of ``headlines_words.toml``."""
    return _checked("headlines_words", {"name": section}, _opened("headlines_words")[section][key])


@cache
def shelf() -> Shelf:
    """The shared lists that say where a headline plays and how it is meant, found in one go."""
    opened = _opened("headlines_words")
    others = {"local": opened["local"]["places"], "negation": opened["denial"]["before"]}
    named = {name: opened[name]["says"] for name in _MANNERS} | opened["places"] | others
    standing: dict[str, list[str]] = {}
    for name, phrases in named.items():
        for phrase in _phrases("headlines_words", {"name": name}, phrases):
            standing.setdefault(phrase, []).append(name)
    return Shelf(Phrasebook(standing), {phrase: tuple(names) for phrase, names in standing.items()})


@cache
def rulebook() -> Rulebook:
    """The rules of the package.

    Raises:
        RulesInvalid: naming the file, the rule and what is wrong with it.
    """
    return assemble((name, raw) for name in FILES for raw in _opened(name)["rule"])


def assemble(entries: Iterable[tuple[str, Mapping[str, Any]]]) -> Rulebook:
    """Rules from the tables of TOML files, each with the name of its file.

    Raises:
        RulesInvalid: naming the file, the rule and what is wrong with it.
    """
    listeners: dict[str, list[Rule]] = {}
    rules = []
    for file, raw in entries:
        rules.append(_rule(file, raw))
        for phrase in _phrases(file, raw, raw["says"]):
            listeners.setdefault(phrase, []).append(rules[-1])
    return Rulebook(tuple(rules), Phrasebook(listeners), {phrase: tuple(found) for phrase, found in listeners.items()})


def _rule(file: str, raw: Mapping[str, Any]) -> Rule:
    _check(file, raw)
    books = {key: _checked(file, raw, raw.get(key, ())) for key in _PHRASE_KEYS}
    told: dict[str, Any] = {key: raw[key] for key in ("name", "driver", "polarity", "relevance", "place", "example")}
    return Rule(
        **told,
        **{flag: raw.get(flag, False) for flag in _FLAGS},
        says=books["says"],
        with_=books["with"] if "with" in raw else None,
        unless=books["unless"],
        good=books["good"],
        bad=books["bad"],
        neutral=books["neutral"],
        acts=books["acts"] if "acts" in raw else None,
        minor=books["minor"],
        weight=raw.get("weight", _USUAL_WEIGHT),
        large_pct=raw.get("large_pct"),
        large_points=raw.get("large_points"),
        since=raw.get("since", date.min),
        until=raw.get("until", date.max),
    )


def _check(file: str, raw: Mapping[str, Any]) -> None:
    complaint = next(chain(_missing(raw), _unknown(raw), _senseless(raw)), None)
    if complaint:
        raise RulesInvalid(file, str(raw.get("name", "")), complaint)


def _missing(raw: Mapping[str, Any]) -> Iterable[str]:
    return (f"{key} is missing" for key in _NEEDED if not raw.get(key))


def _unknown(raw: Mapping[str, Any]) -> Iterable[str]:
    return (f"{key} is no key of a rule" for key in raw if key not in _KNOWN)


def _senseless(raw: Mapping[str, Any]) -> Iterable[str]:
    allowed = {"driver": DRIVERS, "polarity": POLARITIES, "relevance": (1, 2), "place": PLACES}
    yield from (f"{key} cannot be {raw[key]!r}" for key, values in allowed.items() if raw[key] not in values)
    if raw.get("weight", _USUAL_WEIGHT) not in range(1, _HEAVIEST + 1):
        yield f"weight cannot be {raw['weight']!r}"
    yield from (f"{key} is no list of phrases" for key in _PHRASE_KEYS if not isinstance(raw.get(key, []), list))


def _checked(file: str, raw: Mapping[str, Any], phrases: Iterable[str]) -> Phrasebook:
    return Phrasebook(_phrases(file, raw, phrases))


def _phrases(file: str, raw: Mapping[str, Any], phrases: Iterable[str]) -> list[str]:
    spelt = [_spelt(file, raw, each) for phrase in phrases for each in _apart(phrase)]
    for phrase in spelt:
        try:
            needs(phrase)
        except (ValueError, IndexError) as error:
            raise RulesInvalid(file, raw["name"], f"cannot listen for {phrase!r}") from error
    return spelt


def _apart(phrase: str) -> Iterable[str]:
    """A list that stands alone, as the phrases in it: each is then found by its own words."""
    return _lists().get(phrase[1:-1], [phrase]) if phrase.startswith("{") else [phrase]


def _spelt(file: str, raw: Mapping[str, Any], phrase: str) -> str:
    try:
        return folded(spell_out(phrase, _lists()))
    except KeyError as error:
        raise RulesInvalid(file, raw["name"], f"there is no word list {error}") from error


@cache
def _lists() -> dict[str, list[str]]:
    opened = _opened("headlines_words")
    moves = {name: opened[name]["says"] for name in ("up", "down")}
    return {**moves, **opened["places"], **opened["lists"]}


@cache
def _simplified() -> dict[int, int]:
    chars = "".join(_opened("headlines_words")["traditional"]["pairs"].split())
    return str.maketrans(chars[::2], chars[1::2])


@cache
def _opened(name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(files("bot.explainer").joinpath("rules", f"{name}.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise RulesInvalid(name, "", str(error)) from error
