"""Dates by the labelling rules of the question corpus; expected days were counted on a calendar."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.language import simplified
from bot.chat.question import When
from bot.chat.timewords import Asking
from bot.chat.when import resolve, spot

WEDNESDAY = date(2025, 3, 12)


def when(text: str, today: date = WEDNESDAY, *, ahead: bool = False) -> When:
    return resolve(spot(text), Asking(today, ahead))


def days(text: str, today: date = WEDNESDAY, *, ahead: bool = False) -> list[str]:
    return [day.isoformat() for day in when(text, today, ahead=ahead).days]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("why is it down today", "2025-03-12"),
        ("沪指今天", "2025-03-12"),
        ("而家几多点", "2025-03-12"),
        ("yesterday", "2025-03-11"),
        ("昨晚", "2025-03-11"),
        ("琴日", "2025-03-11"),
        ("the day before yesterday", "2025-03-10"),
        ("前天", "2025-03-10"),
        ("大前天", "2025-03-09"),
        ("tmrw", "2025-03-13"),
        ("后天", "2025-03-14"),
        ("on monday", "2025-03-10"),
        ("周三", "2025-03-12"),
        ("last wednesday", "2025-03-05"),
        ("last friday", "2025-03-07"),
        ("上周五", "2025-03-07"),
        ("上周日", "2025-03-09"),
        ("next monday", "2025-03-17"),
        ("下周一", "2025-03-17"),
        ("本周一", "2025-03-10"),
        ("3.11收盘", "2025-03-11"),
        ("9.30 行情", "2024-09-30"),
        ("924行情", "2024-09-24"),
        ("924那天", "2024-09-24"),
        ("on 4/7", "2024-04-07"),
        ("13/2", "2025-02-13"),
        ("2/13", "2025-02-13"),
        ("2024/9/30", "2024-09-30"),
        ("20240930", "2024-09-30"),
        ("9月30日", "2024-09-30"),
        ("九月三十号", "2024-09-30"),
        ("2024年12月31日", "2024-12-31"),
        ("113年9月30日", "2024-09-30"),
        ("去年9月30日", "2024-09-30"),
        ("上个月5号", "2025-02-05"),
        ("4日", "2025-03-04"),
        ("18号", "2025-02-18"),
        ("july 27", "2024-07-27"),
        ("27 july 2015", "2015-07-27"),
        ("on the 3rd", "2025-03-03"),
        ("去年今天", "2024-03-12"),
        ("three days ago", "2025-03-09"),
    ],
)
def test_a_time_word_means_one_day(text: str, day: str) -> None:
    assert days(text) == [day]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("this week", "2025-03-10", "2025-03-12"),
        ("上周", "2025-03-03", "2025-03-07"),
        ("上上周", "2025-02-24", "2025-02-28"),
        ("next week", "2025-03-17", "2025-03-21"),
        ("本月", "2025-03-01", "2025-03-12"),
        ("last month", "2025-02-01", "2025-02-28"),
        ("this quarter", "2025-01-01", "2025-03-12"),
        ("ytd", "2025-01-01", "2025-03-12"),
        ("去年", "2024-01-01", "2024-12-31"),
        ("in 2008", "2008-01-01", "2008-12-31"),
        ("2015年", "2015-01-01", "2015-12-31"),
        ("in august", "2024-08-01", "2024-08-31"),
        ("十月", "2024-10-01", "2024-10-31"),
        ("october 2024", "2024-10-01", "2024-10-31"),
        ("q3 2024", "2024-07-01", "2024-09-30"),
        ("since 24 september", "2024-09-24", "2025-03-12"),
        ("自从9月24日以来", "2024-09-24", "2025-03-12"),
        ("2015年至今", "2015-01-01", "2025-03-12"),
        ("past 3 years", "2022-03-12", "2025-03-12"),
        ("过去两年", "2023-03-12", "2025-03-12"),
        ("last year", "2024-01-01", "2024-12-31"),
        ("from monday to tuesday", "2025-03-10", "2025-03-11"),
        ("march 3-7", "2025-03-03", "2025-03-07"),
        ("first half of 2018", "2018-01-01", "2018-06-30"),
        ("h2 2018", "2018-07-01", "2018-12-31"),
        ("2018年上半年", "2018-01-01", "2018-06-30"),
        ("2024年三季度", "2024-07-01", "2024-09-30"),
        ("between 8 and 11 october 2024", "2024-10-08", "2024-10-11"),
        ("自8月5日低点以来", "2024-08-05", "2025-03-12"),
    ],
)
def test_a_time_word_means_a_range(text: str, first: str, last: str) -> None:
    assert (when(text).type, days(text)) == ("range", [first, last])


@pytest.mark.parametrize(
    ("text", "day"),
    [("on friday", "2025-03-14"), ("周五", "2025-03-14"), ("4/7", "2025-04-07"), ("18号", "2025-03-18")],
)
def test_a_question_that_looks_ahead_means_the_next_such_day(text: str, day: str) -> None:
    assert days(text, ahead=True) == [day]


@pytest.mark.parametrize(
    ("text", "extreme"),
    [
        ("why is it up since the low", "low"),
        ("从低点以来为什么涨", "low"),
        ("从最低点以来", "low"),
        ("why has it fallen from its peak", "high"),
    ],
)
def test_an_extreme_of_the_index_is_a_range_whose_dates_the_figures_know(text: str, extreme: str) -> None:
    assert when(text) == When("range", (), extreme)


@pytest.mark.parametrize(
    "text", ["past five sessions", "last 5 sessions", "the last 5 trading days", "过去5个交易日", "近五个交易日"]
)
def test_a_number_of_sessions_is_a_range_whose_dates_the_figures_know(text: str) -> None:
    assert when(text) == When("range", (), count=5)


@pytest.mark.parametrize("text", ["recently", "最近", "lately", "这两天"])
def test_a_vague_word_is_a_range_without_dates(text: str) -> None:
    assert when(text) == When("range", ())


@pytest.mark.parametrize(
    "text",
    [
        "by year end",
        "年底能到",
        "3000点",
        "跌7.7%",
        "24/7",
        "1.7元",
        "csi 300",
        "4日均线",
        "weekend",
        "sse 50",
        "may fall",
    ],
)
def test_what_only_looks_like_a_time_is_none(text: str) -> None:
    assert when(text) == When()


def test_a_named_day_beats_a_loose_today() -> None:
    assert days("10月8日早盘") == ["2024-10-08"]


@pytest.mark.parametrize(("today", "leap_day"), [(date(2025, 3, 1), "2024-02-29"), (date(2023, 1, 1), "2020-02-29")])
def test_a_leap_day_is_the_latest_there_was(today: date, leap_day: str) -> None:
    assert days("2月29日", today) == [leap_day]


@pytest.mark.parametrize("text", ["2月30日", "2024-02-30", "31/31", "13月", "2025年13月1日"])
def test_a_day_that_no_calendar_has_is_no_time(text: str) -> None:
    assert when(text).type != "date"


@given(st.text(alphabet="0123456789/.-年月日号上下周一二三十 qjanto", max_size=40), st.dates(date(1990, 12, 19)))
def test_any_mixture_of_digits_and_time_words_resolves_without_an_exception(text: str, today: date) -> None:
    found = when(text, today)
    assert len(found.days) <= 2
    assert list(found.days) == sorted(found.days)


@pytest.mark.parametrize(
    "text", ["why did it fall in the week of the tariffs", "关税那周A股跌了多少", "關稅那一周大盤點解跌"]
)
def test_a_week_that_became_a_name_is_known(text: str) -> None:
    assert when(simplified(text), date(2025, 5, 20)) == When("range", (date(2025, 4, 7), date(2025, 4, 11)))
