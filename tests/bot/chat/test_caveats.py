"""An answer says how far its close can be trusted, in every language and in its JSON."""

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from bot.chat.answer import Answer
from bot.chat.answering import answer
from bot.chat.asked import Habits
from bot.clock import Clock
from bot.close_pages import explained, page
from bot.desk import Desk
from bot.pages import LANGUAGES
from bot.settings import Settings
from index.live.crosscheck import Reading, Verdict
from index.live.memory import Memory
from index.reader import Reader
from index.refresh import load_folder
from index.sessions import BEIJING, horizon
from index.store import Store

HEADER = "index,session,open,high,low,close,volume_shares,turnover_cny"
COMPOSITE = "000001.SH"
# The exchange's closes around the National Day holiday of 2024; 10 October is two sessions after the 8th.
WEEK = (
    "000001.SH,2024-09-26,,,,3000.95,,", "000001.SH,2024-09-27,,,,3087.53,,", "000001.SH,2024-09-30,,,,3336.50,,",
    "000001.SH,2024-10-08,,,,3489.78,,",
)  # fmt: skip
PUBLISHERS = "file,subject,publisher\nbars,,East Money\n"

Filled = Callable[..., Store]
in_each_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Filled]:
    """Makes a store of a few bars."""
    made: list[Store] = []

    def fill(*rows: str) -> Store:
        (tmp_path / "bars.csv").write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
        (tmp_path / "publishers.csv").write_text(PUBLISHERS, encoding="utf-8")
        made.append(Store(f"sqlite:///{tmp_path / 'figures.db'}"))
        load_folder(made[-1], tmp_path, datetime(2030, 1, 1, tzinfo=BEIJING))
        return made[-1]

    yield fill
    for store in made:
        store.engine.dispose()


def ask(store: Store, text: str, at: str, language: str = "en") -> Answer:
    return answer(text, datetime.fromisoformat(at).replace(tzinfo=BEIJING), Reader(store), Habits(language))


def caveats(found: Answer) -> list[str]:
    told: list[str] = json.loads(json.dumps(found.as_json()))["caveats"]
    return told


def test_a_close_that_is_sure_needs_no_word(sample_store: Store) -> None:
    assert caveats(ask(sample_store, "why is the index up?", "2024-09-30T16:00")) == []


# --- One source, or two that contradict each other --------------------------------------------------------------------


def heard(store: Store, verdict: Verdict, host: str = "East Money", session: date = date(2024, 10, 8)) -> None:
    at = datetime(2024, 10, 8, 15, 1, tzinfo=BEIJING)
    memory = Memory(store.engine, store.url)
    memory.add_readings(COMPOSITE, [Reading(host=host, family=host, session=session, retrieved_at=at, close=3489.78)])
    memory.add_verdicts(COMPOSITE, {session: (verdict, 3489.78)})


ALONE = {"en": "Only one source has given this close so far.", "zh-hans": "该收盘目前只有一个来源。"}
ALONE["zh-hant"] = "該收盤目前只有一個來源。"


@in_each_language
@pytest.mark.parametrize("text", ["why did the index move?", "level of the index", "which sectors?", "which stocks?"])
def test_a_close_of_one_source_is_called_that(filled: Filled, text: str, language: str) -> None:
    store = filled(*WEEK)
    heard(store, Verdict.PROVISIONAL)
    found = ask(store, text, "2024-10-08T16:00", language)
    assert caveats(found) == ["provisional"]
    assert found.page.plain.splitlines().count(ALONE[language]) == 1


def test_other_sessions_of_that_index_are_not_called_so(filled: Filled) -> None:
    store = filled(*WEEK)
    heard(store, Verdict.PROVISIONAL)
    assert caveats(ask(store, "why did it rise on 30 September?", "2024-10-08T16:00")) == []


def test_a_close_that_a_second_source_confirmed_is_not_called_so(filled: Filled) -> None:
    store = filled(*WEEK)
    heard(store, Verdict.PROVISIONAL)
    desk = Desk(store, Settings(), Clock(lambda: datetime(2024, 10, 8, 16, tzinfo=BEIJING)))
    assert caveats(desk.answer("why did the index move?", Habits())) == ["provisional"]
    heard(store, Verdict.ACCEPTED)
    assert caveats(desk.answer("why did the index move?", Habits())) == []


def test_an_imported_close_is_not_called_so(filled: Filled) -> None:
    store = filled(*WEEK)
    heard(store, Verdict.PROVISIONAL, "Tencent")
    assert caveats(ask(store, "why did the index move?", "2024-10-08T16:00")) == []


def test_a_close_that_sources_dispute_is_called_that(filled: Filled) -> None:
    store = filled(*WEEK)
    heard(store, Verdict.DISPUTED)
    found = ask(store, "level of the index", "2024-10-08T16:00")
    assert caveats(found) == ["disputed"]
    assert "Publishers contradict each other about this close." in found.page.plain


@in_each_language
def test_a_close_that_two_folders_dispute_is_called_that(filled: Filled, tmp_path: Path, language: str) -> None:
    store = filled(*WEEK)
    other = tmp_path / "another"
    other.mkdir()
    (other / "bars.csv").write_text("\n".join((HEADER, WEEK[-1].replace("3489.78", "3488.78"), "")), encoding="utf-8")
    load_folder(store, other, datetime(2030, 1, 2, tzinfo=BEIJING))
    found = ask(store, "level of the index on 8 October 2024", "2030-01-03T16:00", language)
    assert caveats(found) == ["disputed"]
    told = {"en": "Publishers contradict each other about this close.", "zh-hans": "各来源的该收盘互相矛盾。"}
    assert (told | {"zh-hant": "各來源的該收盤互相矛盾。"})[language] in found.page.plain
    assert caveats(ask(store, "level of the index on 30 September 2024", "2030-01-03T16:00")) == []


# --- Past the calendar's end ------------------------------------------------------------------------------------------

NEXT_YEAR = (
    "000001.SH,2098-12-30,,,,4000.10,,", "000001.SH,2098-12-31,,,,4010.50,,", "000001.SH,2099-01-05,,,,4070.25,,"
)  # fmt: skip
NOT_PUBLISHED = {
    "en": "The exchange's calendar for 5 Jan 2099 is not published yet; figures dated that day were found at East",
    "zh-hans": "交易所尚未公布2099年1月5日的休市安排；当日数据来自东方财富",
    "zh-hant": "交易所尚未公布2099年1月5日的休市安排；當日數據來自東方財富",
}


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Store]:
    """A store with a bar of a year whose holidays nobody knows yet."""
    (tmp_path / "bars.csv").write_text("\n".join((HEADER, *NEXT_YEAR, "")), encoding="utf-8")
    (tmp_path / "publishers.csv").write_text(PUBLISHERS, encoding="utf-8")
    store = Store(f"sqlite:///{tmp_path / 'far.db'}")
    load_folder(store, tmp_path, datetime(2100, 1, 1, tzinfo=BEIJING))
    yield store
    store.engine.dispose()


@in_each_language
def test_an_answer_past_the_calendars_end_says_so(far: Store, language: str) -> None:
    found = ask(far, "why is the index up?", "2099-01-05T16:00", language)
    assert caveats(found) == ["calendar_unknown"]
    assert NOT_PUBLISHED[language] in found.page.plain
    assert "+1.49%" in found.page.plain  # 4070.25 ÷ 4010.50


@in_each_language
def test_a_push_past_the_calendars_end_says_so(far: Store, language: str) -> None:
    at = datetime(2099, 1, 5, 15, 1, tzinfo=BEIJING)
    pushed = page(explained(Desk(far, Settings(), Clock(lambda: at)), date(2099, 1, 5), at), language)
    assert NOT_PUBLISHED[language] in pushed.plain


def test_a_weekday_without_a_bar_past_the_calendars_end_is_not_called_a_holiday(far: Store) -> None:
    found = ask(far, "why is the index up?", "2099-01-09T16:00")
    assert "The newest figures stored are those of 5 Jan 2099." in found.page.plain
    assert "closed" not in found.page.plain
    assert ask(far, "why did it rise on 7 January 2099?", "2099-01-09T16:00").error == "NoFigures"


@pytest.mark.parametrize("text", ["why did it rise last week?", "what about property policy?", "which sectors?"])
def test_every_question_has_its_answer_past_the_calendars_end(far: Store, text: str) -> None:
    assert ask(far, text, "2099-01-10T16:00").error == ""


def test_a_weekend_past_the_calendars_end_is_closed(far: Store) -> None:
    saturday = ask(far, "why did the index rise on 3 January 2099?", "2099-01-05T16:00")
    assert horizon().year < 2099
    assert saturday.error == "NoFigures"  # Friday the 2nd may have been a session


def test_the_first_monday_of_2027_is_told_with_its_label(filled: Filled) -> None:
    store = filled("000001.SH,2026-12-31,,,,4010.50,,", "000001.SH,2027-01-04,,,,4070.25,,")
    is_known = horizon() >= date(2027, 1, 4)
    found = ask(store, "why is the index up?", "2027-01-04T16:00")
    assert caveats(found) == ([] if is_known else ["calendar_unknown"])


# --- Sessions that are missing ----------------------------------------------------------------------------------------

AFTER_A_GAP = (*WEEK[:3], "000001.SH,2024-10-09,3400.0,3450.0,3250.0,3258.86,,")
MISSING = {
    "en": "No close is stored for 8 Oct 2024, the session before; the change is since 30 Sep 2024.",
    "zh-hans": "没有存档上一交易日（2024年10月8日）的收盘；涨跌自2024年9月30日起计算。",
    "zh-hant": "沒有上一交易日（2024年10月8日）的收盤；漲跌自2024年9月30日起計算。",
}


@in_each_language
@pytest.mark.parametrize("text", ["why did it fall on 9 October?", "level of the index"])
def test_a_change_over_missing_sessions_is_not_passed_off_as_one_days(filled: Filled, text: str, language: str) -> None:
    found = ask(filled(*AFTER_A_GAP), text, "2024-10-09T16:00", language)
    assert caveats(found) == ["previous_close_missing"]
    assert MISSING[language] in found.page.plain
    assert found.as_json()["slots"]["sessions"] == ["2024-10-09"]
    assert "-2.33%" in found.page.plain  # 3258.86 ÷ 3336.50


def test_nothing_of_a_single_day_is_told_of_a_change_over_missing_sessions(filled: Filled) -> None:
    text = ask(filled(*AFTER_A_GAP), "why did it fall on 9 October?", "2024-10-09T16:00").page.plain
    assert "8 Oct 2024 to 9 Oct 2024" in text
    assert "Opened" not in text
    assert "Largest" not in text


def test_a_period_lists_no_change_over_missing_sessions_among_its_days(filled: Filled) -> None:
    found = ask(filled(*AFTER_A_GAP), "what happened from 27 September to 9 October 2024?", "2024-10-09T16:00")
    listed = [line for line in found.page.plain.splitlines() if line.startswith("• ")]
    assert [line.split(": ")[0] for line in listed] == ["• Mon 30 Sep 2024", "• Fri 27 Sep 2024"]


# --- Figures in doubt -------------------------------------------------------------------------------------------------


@in_each_language
def test_a_close_outside_its_range_is_told_in_doubt(filled: Filled, language: str) -> None:
    store = filled(*WEEK[:3], "000001.SH,2024-10-08,3474.40,3480.00,3372.83,3489.78,,")
    found = ask(store, "level of the index", "2024-10-08T16:00", language)
    assert caveats(found) == ["in_doubt"]
    doubt = {"en": "In doubt: the close lies outside the day's range.", "zh-hans": "存疑：收盘在当日区间之外。"}
    assert (doubt | {"zh-hant": "存疑：收盤在當日區間之外。"})[language] in found.page.plain


@pytest.mark.parametrize(
    ("row", "told"),
    [("3336.50,,", ["in_doubt"]), ("3336.50,88000000000,1100000000000", []), ("3336.51,,", [])],
    ids=["to the last digit", "with a turnover of its own", "a hundredth apart"],
)
def test_a_close_that_repeats_the_one_before_is_told_in_doubt(filled: Filled, row: str, told: list[str]) -> None:
    before = "000001.SH,2024-09-30,,,,3336.50,110233700000,1167772000000"
    found = ask(filled(*WEEK[:2], before, f"000001.SH,2024-10-08,,,,{row}"), "level of the index", "2024-10-08T16:00")
    assert caveats(found) == told


def test_a_leap_that_later_closes_confirm_is_told_in_doubt(filled: Filled) -> None:
    tenfold = (
        "000001.SH,2024-10-08,,,,34897.8,,",
        "000001.SH,2024-10-09,,,,32588.6,,",
        "000001.SH,2024-10-10,,,,33019.3,,",
    )
    found = ask(filled(*WEEK[:3], *tenfold), "level of the index on 8 October 2024", "2024-10-10T16:00")
    assert "In doubt: the change is larger than the price limits allow." in found.page.plain


def test_a_leap_that_nothing_confirms_is_not_told_at_all(filled: Filled) -> None:
    found = ask(filled(*WEEK[:3], "000001.SH,2024-10-08,,,,348.978,,"), "level of the index", "2024-10-08T16:00")
    assert "348.98" not in found.page.plain
    assert "The newest figures stored are those of 30 Sep 2024." in found.page.plain


# --- The first close --------------------------------------------------------------------------------------------------

OPENING = ("000001.SH,1990-12-19,96.05,99.98,95.79,99.98,126000,494000", "000001.SH,1990-12-20,,,,104.39,,")
FIRST = {"en": "This was the exchange's first session", "zh-hans": "这是交易所的首个交易日"}
FIRST["zh-hant"] = "這是交易所的首個交易日"


@in_each_language
@pytest.mark.parametrize("text", ["why did the index rise on 19 December 1990?", "level of the index on 1990-12-19"])
def test_the_first_session_is_told_with_its_level_and_without_a_change(
    filled: Filled, text: str, language: str
) -> None:
    found = ask(filled(*OPENING), text, "2024-09-30T16:00", language)
    assert found.error == ""
    assert FIRST[language] in found.page.plain
    assert "99.98" in found.page.plain
    assert "%" not in found.page.plain
    assert found.as_json()["move"] is None
    assert {"level", "session"} <= {figure.name for figure in found.page.figures}


def test_the_first_stored_close_is_not_called_the_exchanges_first(sample_store: Store) -> None:
    found = ask(sample_store, "level of the index on 3 January 2023", "2024-09-30T16:00")
    assert "3,116.51" in found.page.plain
    assert "No earlier close is stored" in found.page.plain


def test_a_period_that_begins_with_the_first_close_is_counted_from_it(filled: Filled) -> None:
    found = ask(filled(*OPENING), "what happened in December 1990?", "2024-09-30T16:00")
    assert found.told.move
    assert found.told.move.change_pts == pytest.approx(4.41)


def test_the_second_session_is_explained_from_the_first(filled: Filled) -> None:
    found = ask(filled(*OPENING), "why did it rise on 20 December 1990?", "2024-09-30T16:00")
    assert "+4.41%" in found.page.plain  # 104.39 ÷ 99.98
