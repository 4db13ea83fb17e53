"""Each folder here is a day: its question is asked at its moment and held against what publishers printed."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.chat.answer import Answer
from bot.chat.answering import answer
from bot.chat.asked import Habits
from index.reader import Reader
from index.sessions import BEIJING

Day = Mapping[str, Any]

DAYS = {path.parent.name: tomllib.loads(path.read_text("utf-8")) for path in Path(__file__).parent.glob("*/day.toml")}

on_each_day = pytest.mark.parametrize("day", DAYS.values(), ids=DAYS)


def on_days_with(section: str) -> pytest.MarkDecorator:
    having = {name: day for name, day in DAYS.items() if section in day}
    return pytest.mark.parametrize("day", having.values(), ids=having)


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def ask(day: Day, reader: Reader, question: str = "question") -> Answer:
    return answer(day[question], beijing(day["at"]), reader, Habits())


def test_the_days_are_found() -> None:
    assert len(DAYS) >= 5


@on_each_day
@pytest.mark.parametrize("question", ["question", "question_zh"])
def test_the_move_is_what_was_printed(sample_reader: Reader, day: Day, question: str) -> None:
    move, printed = ask(day, sample_reader, question).told.move, day["move"]
    assert move
    assert (move.session, move.previous_session) == tuple(
        date.fromisoformat(printed[name]) for name in ("session", "previous_session")
    )
    assert (f"{move.level:.2f}", f"{move.change_pts:+.2f}") == (printed["level"], printed["change_pts"])
    assert f"{move.change_pct:+.2f}" == printed["change_pct"]
    assert move.day
    assert move.day.turnover_cny == printed["turnover_cny"]


@on_each_day
def test_level_and_change_stand_in_the_text(sample_reader: Reader, day: Day) -> None:
    text = ask(day, sample_reader).page.plain.replace(",", "")
    for name in ("level", "change_pts", "change_pct"):
        assert day["move"][name] in text


@on_days_with("premise")
@pytest.mark.parametrize("question", ["question", "question_zh"])
def test_the_premise_is_judged(sample_reader: Reader, day: Day, question: str) -> None:
    found = ask(day, sample_reader, question)
    assert (found.question.direction, found.told.premise) == (day["premise"]["asked"], day["premise"]["answer"])


@on_days_with("reasons")
def test_the_first_reason_is_one_that_reports_name_first(sample_reader: Reader, day: Day) -> None:
    explanation = ask(day, sample_reader).told.explanation
    assert explanation
    assert explanation.drivers[0].group in day["reasons"]["groups"]


@on_days_with("evidence")
def test_the_announcements_stand_among_the_evidence(sample_reader: Reader, day: Day) -> None:
    explanation = ask(day, sample_reader).told.explanation
    assert explanation
    facts = [fact for driver in explanation.drivers for fact in driver.evidence]
    found = {
        (f"{fact.published_at.astimezone(BEIJING):%Y-%m-%d}", str(fact.facts.get("effective_on") or ""))
        for fact in facts
    }
    expected = {(one["published_on"], one.get("effective_on", "")) for one in day["evidence"]}
    assert {one[0] for one in expected} <= {one[0] for one in found}
    assert {one for one in expected if one[1]} <= found


@on_days_with("never")
def test_what_came_after_the_close_explains_nothing(sample_reader: Reader, day: Day) -> None:
    explanation = ask(day, sample_reader).told.explanation
    assert explanation
    drivers = (*explanation.drivers, *explanation.against)
    published = [fact.published_at for driver in drivers for fact in driver.evidence]
    published += [fact.published_at for fact in explanation.context]
    assert published
    assert max(published) <= beijing(day["never"]["published_after"])


@on_days_with("closed")
def test_a_closed_day_is_said(sample_reader: Reader, day: Day) -> None:
    found = ask(day, sample_reader)
    assert day["closed"]["day"] in {figure.value for figure in found.page.figures if figure.name == "closed_day"}


@on_days_with("shown")
def test_what_readers_look_for_is_shown(sample_reader: Reader, day: Day) -> None:
    text = ask(day, sample_reader).page.plain
    assert [number for number in day["shown"]["numbers"] if number not in text] == []
