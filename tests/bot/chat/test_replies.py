"""What replies find, against publishers' notices and arithmetic by another route."""

import csv
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bot.chat.answer import Answer
from bot.chat.answering import answer, reply_to
from bot.chat.asked import Asked, Habits
from bot.chat.question import Question, When
from bot.chat.replies.history import records
from bot.chat.replies.hours import Holiday, holiday, state
from bot.chat.replies.together import SESSIONS, together
from index.catalog import BY_CODE
from index.reader import Reader
from index.sessions import BEIJING

SAMPLE = Path(__file__).parents[3] / "index" / "sample"
AFTER = datetime(2024, 9, 30, 16, tzinfo=BEIJING)
EVENING = datetime(2024, 9, 30, 18, tzinfo=BEIJING)  # Hong Kong has closed too


def asked(reader: Reader, intent: str, *codes: str, when: When | None = None, at: datetime = AFTER) -> Answer:
    first, *others = (BY_CODE[code] for code in codes or ("000001.SH",))
    question = Question("", "en", intent, first, tuple(others), when or When(), None, None)
    return reply_to(Asked(question, at, reader, "en", Habits("en")))


def closes(code: str) -> "pd.Series[Any]":
    table = pd.read_csv(SAMPLE / "bars.csv", parse_dates=["session"])
    return table[table["index"] == code].set_index("session")["close"].loc[:"2024-09-30"]  # type: ignore[misc]


# --- Side by side -----------------------------------------------------------------------------------------------------


def test_indices_stand_side_by_side_the_best_first(sample_reader: Reader) -> None:
    lines = asked(sample_reader, "compare", "000001.SH", "399006.SZ", "HSI", at=EVENING).page.plain.splitlines()
    assert [line.split(" ", 1)[1].split(",")[0] for line in lines[1:4]] == [
        "ChiNext 2", "Shanghai Composite 3", "Hang Seng 21"
    ]  # fmt: skip
    assert "+15.36%" in lines[1]  # the Shenzhen exchange's close of 2,175.09 after 1,885.49
    assert "+8.06%" in lines[2]


def test_the_distance_between_two_is_told_in_percentage_points(sample_reader: Reader) -> None:
    assert "7.30 percentage points" in asked(sample_reader, "compare", "000001.SH", "399006.SZ").page.plain


def test_indices_of_different_sessions_are_not_measured_against_each_other(sample_reader: Reader) -> None:
    text = asked(sample_reader, "compare", "000001.SH", "HSI").page.plain  # at 16:00 Hong Kong has not closed
    assert "Mind the dates" in text
    assert "percentage points" not in text


def test_an_index_without_figures_is_named_and_the_rest_told(sample_reader: Reader) -> None:
    text = asked(sample_reader, "compare", "000001.SH", "000852.SH").page.plain
    assert "No figures are stored for CSI 1000 then" in text
    assert "3,336.50" in text


def test_a_single_index_is_compared_with_its_companion(sample_reader: Reader) -> None:
    assert "CSI 300" in asked(sample_reader, "compare").page.plain
    assert "Shanghai Composite" in asked(sample_reader, "compare", "HSI").page.plain


def test_a_comparison_over_a_period_says_from_when_to_when(sample_reader: Reader) -> None:
    week = When("range", (date(2024, 9, 23), date(2024, 9, 27)))
    assert "23 Sep to 27 Sep 2024" in asked(sample_reader, "compare", when=week).page.plain


# --- Together ---------------------------------------------------------------------------------------------------------


def test_two_markets_of_one_day_are_related_as_pandas_relates_them(sample_reader: Reader) -> None:
    found = together(sample_reader.bars("000001.SH", AFTER), sample_reader.bars("000300.SH", AFTER))
    changes = pd.concat({code: closes(code).pct_change() for code in ("000001.SH", "000300.SH")}, axis=1).dropna()
    both = changes.tail(SESSIONS)
    assert found
    assert found.count == len(both)
    assert found.correlation == pytest.approx(both.corr().iloc[0, 1])
    same = (both["000001.SH"] > 0) == (both["000300.SH"] > 0)
    assert found.same_way == pytest.approx(same.mean(), abs=1e-9)
    assert not found.is_overnight


def test_wall_street_is_related_by_its_session_of_the_night_before(sample_reader: Reader) -> None:
    found = together(sample_reader.bars("SPX", AFTER), sample_reader.bars("000001.SH", AFTER))
    assert found
    assert (found.first, found.other, found.is_overnight) == ("000001.SH", "SPX", True)
    american = closes("SPX").pct_change().dropna()
    chinese = closes("000001.SH").pct_change().dropna()
    pairs = [
        (change, american[american.index < day].iloc[-1])
        for day, change in chinese.items()
        if (before := american.index[american.index < day]).size and (day - before[-1]).days <= 4  # type: ignore[operator]
    ]
    expected = pd.DataFrame(pairs[-SESSIONS:]).corr().iloc[0, 1]
    assert found.correlation == pytest.approx(expected)


def test_too_few_days_relate_nothing(sample_reader: Reader) -> None:
    bars = sample_reader.bars("000001.SH", AFTER)
    assert together(bars.rows(0, 30), bars.rows(0, 30)) is None
    assert together(bars.rows(0, 0), bars) is None


def test_moving_together_is_said_to_be_no_cause(sample_reader: Reader) -> None:
    assert "not a cause" in asked(sample_reader, "global_relation", "SPX", "000001.SH").page.plain


# --- Records ----------------------------------------------------------------------------------------------------------


def test_records_are_those_of_the_table(sample_reader: Reader) -> None:
    with (SAMPLE / "bars.csv").open(encoding="utf-8") as table:
        rows = [(float(row["close"]), row["session"]) for row in csv.DictReader(table) if row["index"] == "000001.SH"]
    rows = [row for row in rows if row[1] <= "2024-09-30"]
    found = records(sample_reader.bars("000001.SH", AFTER))
    assert (found.highest.level, found.highest.session.isoformat()) == max(rows)
    assert (found.lowest.level, found.lowest.session.isoformat()) == min(rows)
    assert found.rise.session == date(2024, 9, 30)
    assert found.fall.session == date(2024, 1, 22)


def test_history_without_a_time_tells_the_records(sample_reader: Reader) -> None:
    text = asked(sample_reader, "history").page.plain
    assert "Largest rise +8.06%" in text
    assert "Largest fall -2.68%" in text


# --- Hours and holidays -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2024-09-30T09:29", "before"),
        ("2024-09-30T09:30", "open"),
        ("2024-09-30T11:29", "open"),
        ("2024-09-30T11:30", "lunch"),
        ("2024-09-30T12:59", "lunch"),
        ("2024-09-30T13:00", "open"),
        ("2024-09-30T14:59", "open"),
        ("2024-09-30T15:00", "after"),
        ("2024-10-01T10:00", "closed"),
        ("2024-09-28T10:00", "closed"),
    ],
)
def test_what_the_exchange_is_doing(moment: str, expected: str) -> None:
    assert state(datetime.fromisoformat(moment).replace(tzinfo=BEIJING)) == expected


# Shanghai Stock Exchange, notice of 2023-12 on the closures of 2024.
@pytest.mark.parametrize(
    ("day", "first", "last", "reopens"),
    [
        ("2024-01-02", "2024-02-09", "2024-02-18", "2024-02-19"),
        ("2024-02-12", "2024-02-09", "2024-02-18", "2024-02-19"),
        ("2024-03-01", "2024-04-04", "2024-04-07", "2024-04-08"),
        ("2024-04-30", "2024-05-01", "2024-05-05", "2024-05-06"),
        ("2024-09-30", "2024-10-01", "2024-10-07", "2024-10-08"),
        ("2024-10-07", "2024-10-01", "2024-10-07", "2024-10-08"),
    ],
)
def test_the_holiday_at_hand_is_that_of_the_exchanges_notice(day: str, first: str, last: str, reopens: str) -> None:
    days = (date.fromisoformat(one) for one in (first, last, reopens))
    assert holiday(date.fromisoformat(day)) == Holiday(*days)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("is the market open on 1 October?", "Tue 1 Oct 2024 is no session. The next one after it: Tue 8 Oct 2024"),
        ("is it a trading day on 8 October?", "Tue 8 Oct 2024 is a session"),
        ("when does lunch break start in shanghai", "09:30–11:30 and 13:00–15:00"),
        ("国庆休市到几号", "2024年10月1日 周二至2024年10月7日 周一；2024年10月8日 周二恢复交易"),
        ("下周开市吗", "以下工作日休市：2024年10月7日 周一"),
        ("恆指幾點收市", "16:10"),
    ],
)
def test_a_question_about_hours_is_answered_for_the_day_it_names(text: str, words: str, sample_reader: Reader) -> None:
    assert words in answer(text, AFTER, sample_reader).page.plain


def test_a_day_past_the_calendar_is_not_guessed(sample_reader: Reader) -> None:
    found = asked(sample_reader, "hours_calendar", when=When("date", (date(2031, 3, 5),)))
    assert "is not known: the holidays are published to" in found.page.plain


# --- The rest ---------------------------------------------------------------------------------------------------------


def test_sectors_are_told_the_best_first_and_only_for_the_mainland(sample_reader: Reader) -> None:
    text = asked(sample_reader, "sectors").page.plain
    changes = [float(line.rsplit(" ", 1)[1].rstrip("%")) for line in text.splitlines() if line.startswith("• ")]
    assert changes == sorted(changes, reverse=True)
    assert len(changes) >= 5
    assert "only" in asked(sample_reader, "sectors", "HSI", at=EVENING).page.plain


def test_the_sources_page_names_publisher_and_moment_of_each_piece(sample_reader: Reader) -> None:
    found = asked(sample_reader, "sources")
    assert "Shanghai Composite: East Money, 30 Sep 2024 15:00" in found.page.plain
    assert all("Beijing" in line or "20" in line for line in found.page.plain.splitlines() if line.startswith("• "))


def test_settings_say_what_the_chat_has_chosen(sample_reader: Reader) -> None:
    question = Question("", "en", "settings", None, (), When(), None, None)
    habits = Habits("zh-hant", "green_up", BY_CODE["HSI"])
    text = reply_to(Asked(question, AFTER, sample_reader, "en", habits)).page.plain
    assert all(words in text for words in ("繁體中文", "green is up", "Hang Seng"))


def test_a_group_of_causes_is_told_by_all_its_evidence(sample_reader: Reader) -> None:
    question = Question("", "en", "drivers_detail", None, (), When(), None, "data")
    text = reply_to(Asked(question, AFTER, sample_reader, "en", Habits("en"))).page.plain
    assert "economic data" in text
    assert "PMI 49.3" in text
