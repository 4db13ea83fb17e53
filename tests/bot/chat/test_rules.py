"""The word lists in bot/chat/rules are data that operators edit, so their promises are checked line by line."""

import time
from collections.abc import Iterator
from datetime import date

import pytest

from bot.chat.direction import asserted
from bot.chat.intents import cause_end
from bot.chat.language import simplified
from bot.chat.phrases import says, spell_out
from bot.chat.question import Question
from bot.chat.rulebook import lexicon, read
from bot.chat.understanding import understand
from index.catalog import CATALOG

TODAY = date(2025, 3, 12)
INTENTS = {
    *("why_move", "level", "drivers_detail", "compare", "history", "sustainability", "entry_advice", "forecast"),
    *("methodology", "hours_calendar", "limitations", "sectors", "movers", "global_relation", "subscribe"),
    *("unsubscribe", "settings", "help", "greeting_smalltalk", "other_market", "off_topic", "abuse_injection"),
}
CONDITIONS = {"says", "of_market", "of_today", "of_moved", "of_two", "off_market", "without_driver"}


def _asked(text: str) -> Question:
    return understand(text, TODAY)


def _tables() -> Iterator[tuple[str, str, dict[str, str]]]:
    for intent, table in read("intents").items():
        named = table.items() if intent != "words" else ()
        yield from ((intent, name, rules) for name, rules in named if isinstance(rules, dict))


RULES = [(intent, rule, text) for intent, name, table in _tables() if name != "unless" for rule, text in table.items()]
EXCEPTIONS = [(intent, text) for intent, name, table in _tables() if name == "unless" for text in table.values()]


@pytest.mark.parametrize(("intent", "rule", "example"), RULES, ids=[f"{intent}: {text}" for intent, _, text in RULES])
def test_a_rules_example_comes_out_as_its_intent(intent: str, rule: str, example: str) -> None:
    assert _asked(example).intent == intent, rule


@pytest.mark.parametrize(("intent", "example"), EXCEPTIONS, ids=[f"{intent}: {text}" for intent, text in EXCEPTIONS])
def test_an_exceptions_example_comes_out_as_another_intent(intent: str, example: str) -> None:
    assert _asked(example).intent != intent


def test_the_rules_know_exactly_the_intents_of_the_contract() -> None:
    assert read("intents").keys() - {"words"} == INTENTS
    assert read("examples").keys() == INTENTS


def test_no_table_of_rules_is_misspelt() -> None:
    tables = (table for name, table in read("intents").items() if name != "words")
    assert {condition for table in tables for condition in table} <= CONDITIONS | {
        "unless",
        "yields_to_why",
        "yields_to_driver",
    }


def test_every_word_of_a_driver_is_found_as_that_driver() -> None:
    listed = {simplified(word): driver for driver, words in read("drivers").items() for word in words}
    assert {word: lexicon("drivers").first(word) for word in listed} == listed


@pytest.mark.parametrize("way", ["up", "down"])
def test_every_word_of_a_direction_says_it(way: str) -> None:
    contradicted = [word for word in read("direction")[way] if asserted(simplified(word)) != way]
    assert not contradicted


def test_every_word_of_no_direction_says_none() -> None:
    assert not [word for word in read("direction")["neither"] if asserted(simplified(word))]


@pytest.mark.parametrize("table", ["countries", "markets"])
def test_every_market_named_by_its_place_is_in_the_catalogue(table: str) -> None:
    assert read("names")[table].keys() <= {index.short for index in CATALOG}


HOSTILE = {
    "one letter": "a" * 500,
    "one character": "涨" * 500,
    "words without an end": "why up down " * 41,
    "openings without an end": "should i buy hold " * 27,
    "cause without an end": "为什么会不会涨跌要不要买" * 41,
    "digits": "1" * 500,
    "dates": "1/2/" * 125,
    "Chinese dates": "一月二十" * 125,
    "months": "may " * 125,
    "spaces": "a " * 250,
    "brackets": "([{<" * 125,
    "names": "sse hsi " * 62,
    "marks": "\ue000\ue001" * 250,
}


def _phrases() -> Iterator[str]:
    words = read("intents")["words"]
    for _, _, rules in _tables():
        yield from (simplified(spell_out(phrase, words)) for phrase in rules)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_phrase_runs_away_on_a_hostile_text(text: str) -> None:
    for phrase in _phrases():
        pattern = says(phrase)
        start = time.process_time()
        pattern.search(text)
        assert time.process_time() - start < 0.05, phrase


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_understood_at_once(text: str) -> None:
    _asked(text)
    start = time.process_time()
    _asked(text)
    cause_end(text)
    assert time.process_time() - start < 0.05
