"""The operator's own policy notes."""

import json

import pytest

from bot.commands.noting import PUBLISHER
from bot.pages import LANGUAGES, words_of
from tests.bot.conftest import Whyup

NOTE = ("2024-09-29T12:00", "policy.market", "1", "A note of mine", "我的一条记录", "--url", "https://example.org/note")


def test_a_note_is_stored_and_listed(whyup: Whyup, empty: dict[str, str]) -> None:
    assert whyup("events", "add", *NOTE, **empty).stdout == "Noted: Stock-market policy: A note of mine\n"
    listed = whyup("events", "list", "--since", "2024-09-29", **empty).stdout
    assert "29 Sep 2024 12:00 Stock-market policy: A note of mine https://example.org/note" in listed


def test_the_same_note_again_is_no_second_one(whyup: Whyup, empty: dict[str, str]) -> None:
    whyup("events", "add", *NOTE, **empty)
    again = whyup("events", "add", *NOTE, **empty)
    assert (again.exit_code, again.stdout) == (0, "Stored before: Stock-market policy: A note of mine\n")


def test_a_note_becomes_evidence(whyup: Whyup, empty: dict[str, str]) -> None:
    whyup("events", "add", *NOTE, **empty)
    told = whyup("ask", "why is the index up?", "--at", "2024-09-30T16:00", "--json", **empty).stdout
    (fact,) = (one for one in json.loads(told)["figures"] if one["value"] == "A note of mine")
    assert (fact["source"], fact["as_of"]) == ("operator", "2024-09-29T04:00:00+00:00")  # noon in Beijing


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (0, "some day", "not a date in announced_at (some day)"),
        (1, "policy.magic", "not a driver of the taxonomy in driver (policy.magic)"),
        (2, "5", "not +1, 0 or -1 in polarity (5.0)"),
        (0, "2999-01-01", "cannot have been published yet in announced_at (2999-01-01)"),
    ],
    ids=["moment", "driver", "polarity", "future"],
)
def test_a_note_that_breaks_a_rule_is_refused_with_its_reason(
    whyup: Whyup, empty: dict[str, str], place: int, value: str, words: str
) -> None:
    note = [*NOTE[:place], value, *NOTE[place + 1 :]]
    result = whyup("events", "add", *note, **empty)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"The note was not stored: {words}; correct it and add it again.\n"


def test_a_note_without_a_link_is_refused(whyup: Whyup, empty: dict[str, str]) -> None:
    result = whyup("events", "add", *NOTE[:-1], "example.org", **empty)
    assert result.exit_code == 2
    assert "link" in result.stderr


def test_the_list_is_dated_in_beijing_and_counts_all_notes(whyup: Whyup) -> None:
    listed = whyup("events", "list", "--since", "2024-09-26").stdout
    assert "26 Sep 2024 13:00" in listed  # the Politburo's meeting, index/sample/events.csv
    assert "60 notes are stored." in listed  # index/sample/README.md


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_publisher_of_a_note_has_its_name(language: str) -> None:
    assert PUBLISHER in words_of(language)["publishers"]
