from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.conversation import ALONE, ASKABLE, Thread, Turn, followed
from bot.chat.question import Question
from bot.chat.rulebook import read
from bot.chat.understanding import understand
from index.catalog import CATALOG

TODAY = date(2024, 9, 30)
LAST = Turn("why_move", "en", "000001.SH", (), (TODAY,))
WEEK = (date(2024, 9, 23), date(2024, 9, 27))


def asked(text: str, last: Turn = LAST) -> Question:
    return followed(understand(text, TODAY), last, TODAY)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("and yesterday?", (date(2024, 9, 29),)),
        ("and the day before", (date(2024, 9, 27),)),
        ("the day after?", (date(2024, 10, 8),)),
        ("what about last week?", WEEK),
        ("and on 24 September", (date(2024, 9, 24),)),
        ("昨天呢", (date(2024, 9, 29),)),
        ("那前一天呢？", (date(2024, 9, 27),)),
        ("再前一天", (date(2024, 9, 27),)),
        ("那9月24日呢", (date(2024, 9, 24),)),
        ("尋日呢", (date(2024, 9, 29),)),
        ("咁前一日呢", (date(2024, 9, 27),)),
        ("上週五呢", (date(2024, 9, 27),)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_another_day_is_asked_the_same_about(text: str, days: tuple[date, ...]) -> None:
    found = asked(text)
    assert (found.intent, found.when.days) == ("why_move", days)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("what about chinext?", "399006.SZ"),
        ("and the hang seng", "HSI"),
        ("nikkei too?", "N225"),
        ("那创业板呢", "399006.SZ"),
        ("深证呢", "399001.SZ"),
        ("那恆指呢？", "HSI"),
        ("同埋日經呢", "N225"),
    ],
)
def test_another_index_is_asked_the_same_about(text: str, code: str) -> None:
    found = asked(text)
    assert found.index
    assert (found.intent, found.index.code, found.when.days) == ("why_move", code, (TODAY,))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("more", "details"),
        ("tell me more", "details"),
        ("更多", "details"),
        ("仲有呢", "details"),
        ("source?", "sources"),
        ("Where is that from?", "sources"),
        ("來源？", "sources"),
        ("数据来源", "sources"),
        ("which sectors?", "sectors"),
        ("板塊呢", "sectors"),
        ("which stocks", "movers"),
        ("compare", "compare"),
        ("對比一下", "compare"),
        ("why?", "why_move"),
        ("点解", "why_move"),
        ("多少点？", "level"),
    ],
)
def test_another_view_of_the_same_day_and_index_is_asked_for(text: str, intent: str) -> None:
    found = asked(text, Turn("level", "en", "HSI", (), (date(2024, 9, 24),)))
    assert found.index
    assert (found.intent, found.index.code, found.when.days) == (intent, "HSI", (date(2024, 9, 24),))


@pytest.mark.parametrize("intent", ["forecast", "entry_advice", "sustainability"])
@pytest.mark.parametrize("text", ["why not?", "为什么不能", "點解唔得？"])
def test_after_a_refusal_why_not_asks_for_the_limits(text: str, intent: str) -> None:
    assert asked(text, Turn(intent, "en", "000001.SH", (), (TODAY,))).intent == "limitations"


def test_why_not_after_facts_asks_for_the_reasons() -> None:
    assert asked("why not?").intent == "why_move"


def test_an_index_named_after_a_comparison_joins_it() -> None:
    last = Turn("compare", "en", "000001.SH", ("HSI",), (TODAY,))
    found = asked("and the nikkei?", last)
    assert found.index
    assert [found.index.code, *(other.code for other in found.others)] == ["000001.SH", "HSI", "N225"]


def test_a_period_is_kept_for_another_index() -> None:
    assert asked("what about chinext?", Turn("history", "en", "000001.SH", (), WEEK)).when.days == WEEK


@pytest.mark.parametrize(
    "text",
    [
        "why is the market up?",
        "HSI",
        "what about gold?",
        "and apple?",
        "is it a buy?",
        "thanks",
        "大盘为什么涨",
        "那茅台呢",
        "那天气呢",
        "下周开市吗",
        "help",
        "more money for me and all my friends, and then some more",
        "more " * 200,
        "",
        "🙂",
    ],
)
def test_a_whole_question_or_anything_else_stands_for_itself(text: str) -> None:
    alone = understand(text, TODAY)
    assert followed(alone, LAST, TODAY) is alone


@pytest.mark.parametrize(
    ("text", "language"),
    [("HSI?", "zh-hant"), ("更多", "zh-hant"), ("what about chinext?", "en"), ("more", "en")],
)
def test_a_conversation_goes_on_in_its_language_unless_another_one_is_spoken(text: str, language: str) -> None:
    assert asked(text, Turn("why_move", "zh-hant", "000001.SH", (), (TODAY,))).language == language


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("那银行股呢", "sectors"),
        ("and did northbound money leave?", "drivers_detail"),
        ("那外資有買嗎", "drivers_detail"),
    ],
)
def test_a_question_that_begins_as_a_continuation_is_about_the_same_day(text: str, intent: str) -> None:
    found = asked(text, Turn("why_move", "en", "399006.SZ", (), (date(2024, 1, 22),)))
    assert found.index
    assert (found.intent, found.index.code, found.when.days) == (intent, "399006.SZ", (date(2024, 1, 22),))


def test_nothing_is_asserted_by_a_follow_up() -> None:
    assert asked("and yesterday?").direction is None


def test_a_command_says_the_intent_and_the_text_only_the_day() -> None:
    found = Thread(LAST, "sectors").meant(understand("last Friday", TODAY), TODAY)
    assert (found.intent, found.when.days) == ("sectors", (date(2024, 9, 27),))


def test_a_text_alone_is_meant_as_it_stands() -> None:
    alone = understand("and yesterday?", TODAY)
    assert ALONE.meant(alone, TODAY) is alone


codes = st.sampled_from([index.code for index in CATALOG])
turns = st.builds(
    Turn,
    st.sampled_from(sorted(ASKABLE)),
    st.sampled_from(["en", "zh-hans", "zh-hant"]),
    codes,
    st.lists(codes, max_size=3).map(tuple),
    st.lists(st.dates(), max_size=2).map(tuple),
    st.none() | st.sampled_from(["policy", "pmi"]),
)


@given(turns)
def test_a_turn_comes_back_from_the_store_as_it_was(turn: Turn) -> None:
    assert Turn.from_text(turn.as_text()) == turn


days = st.dates(date(1990, 12, 20), date(2026, 12, 31))
past = st.builds(lambda turn, day: Turn(turn.intent, turn.language, turn.index, turn.others, (day,)), turns, days)


@given(st.text(max_size=80), past)
def test_any_text_after_any_answer_is_understood_without_an_error(text: str, last: Turn) -> None:
    assert asked(text, last).intent


STEPS = {
    "previous": (date(2024, 9, 23),),
    "next": (date(2024, 9, 25),),
    "week_before": (date(2024, 9, 16), date(2024, 9, 20)),
}
SAYINGS = [(kind, word) for kind, words in read("followups")["says"].items() for word in words]


@pytest.mark.parametrize(("kind", "word"), SAYINGS, ids=[word for _, word in SAYINGS])
def test_every_listed_saying_is_heard_as_listed(kind: str, word: str) -> None:
    meant = {"why": "why_move", "why_not": "why_move", **dict.fromkeys(STEPS, "level")}
    found = asked(word, Turn("level", "en", "000001.SH", (), (date(2024, 9, 24),)))
    assert found.intent == meant.get(kind, kind)
    assert found.when.days == STEPS.get(kind, (date(2024, 9, 24),))
