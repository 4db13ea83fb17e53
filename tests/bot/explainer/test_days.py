"""A range by the days that made it."""

from collections.abc import Callable
from datetime import date

import pytest

from bot.explainer import days
from bot.explainer.explanation import explain, gather
from index.reader import Reader
from index.sessions import close_of
from tests.bot.explainer.conftest import move_of

HEADER = "announced_at,effective_on,driver,polarity,title_en,title_zh,url"
Beside = Callable[..., Reader]


@pytest.fixture
def noted(beside: Beside) -> Reader:
    """A note in support before the rise of 24 September (+4.15 %) and one before the fall of 11 September (−0.82 %)."""
    told = ("2024-09-24T09:00,,policy.monetary,1,A package,一揽子,", "2024-09-11T09:00,,policy.market,1,A study,研究,")
    return beside(events=[HEADER, *told])


def test_the_days_of_the_last_week_of_september_2024_stand_by_size(reader: Reader) -> None:
    bars = reader.bars("000001.SH", close_of(date(2024, 9, 30)))
    found = days.largest(bars, date(2024, 9, 23), date(2024, 9, 30), most=3)
    assert [one.session.day for one in found] == [30, 24, 26]  # +8.06, +4.15 and +3.61 %


def test_the_first_stored_session_has_no_change_to_rank(reader: Reader) -> None:
    bars = reader.bars("000001.SH", close_of(date(2024, 9, 30)))
    assert not days.largest(bars, bars.session(0), bars.session(0))


def told(reader: Reader) -> dict[str, float]:
    move = move_of(reader, "2024-09-24", first="2024-09-02")
    found = days.spoken(move, reader, move.published_at, gather)
    return {str(one.facts["title_en"]): one.strength for one in found if one.topic == "event"}


def test_a_note_speaks_for_a_range_by_the_day_that_answered_to_it(noted: Reader) -> None:
    assert told(noted)["A package"] == pytest.approx(1.0)


def test_news_that_the_market_passed_over_is_no_more_than_a_background_of_the_range(noted: Reader) -> None:
    assert told(noted)["A study"] < 0.3  # what is left of a note ten closes later


def test_each_note_is_told_once(noted: Reader) -> None:
    move = move_of(noted, "2024-09-30", first="2024-09-02")
    found = days.spoken(move, noted, move.published_at, gather)
    assert len({(one.topic, one.driver, one.published_at) for one in found}) == len(found)


def test_a_month_is_explained_by_what_made_its_largest_day(noted: Reader) -> None:
    move = move_of(noted, "2024-09-24", first="2024-09-02")
    first = explain(move, noted, move.published_at).drivers[0]
    assert first.evidence[0].facts["title_en"] == "A package"
