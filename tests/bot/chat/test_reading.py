"""The parts that reading a question is made of: characters, scripts, spelling, words, phrases, directions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.direction import asserted
from bot.chat.intents import examples
from bot.chat.language import detect, simplified
from bot.chat.lexicon import Lexicon
from bot.chat.phrases import alternatives, grams, openings, says, spell_out
from bot.chat.question import Direction, Language
from bot.chat.rulebook import read
from bot.chat.spelling import corrected
from bot.chat.typed import READ_AT_MOST, clean
from tests.bot.chat.corpus import understand
from tests.bot.chat.test_rules import TODAY


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("why is it down", "en"),
        ("为什么跌了", "zh-hans"),
        ("為什麼跌了", "zh-hant"),
        ("點解恒指今朝升", "zh-hant"),
        ("今日点解跌咁多", "zh-hant"),
        ("why 大盘 跌", "mixed"),
        ("CSI300今天怎么了", "zh-hans"),
        ("沪深300ETF能买吗", "zh-hans"),
        ("1234", "en"),
    ],
)
def test_a_language_shows_in_its_characters_and_words(text: str, language: Language) -> None:
    assert detect(text) == language


def test_both_scripts_fold_into_one() -> None:
    assert simplified("為什麼滬指下跌撈底") == "为什么沪指下跌捞底"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("shangai", "shanghai"),
        ("shanghhai", "shanghai"),
        ("nikei", "nikkei"),
        ("yesteday", "yesterday"),
        ("unsubscibe", "unsubscribe"),
        ("crushing", "crushing"),
        ("thanking", "thanking"),
        ("stopping", "stopping"),
        ("season", "season"),
    ],
)
def test_one_slip_is_forgiven_and_other_words_stand(typed: str, meant: str) -> None:
    assert corrected(typed) == meant


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("why is it up", "up"),
        ("whats up with it", None),
        ("sea of red", "down"),
        ("一片红", "up"),
        ("翻绿了", "down"),
        ("冲高回落", None),
        ("after rallying yesterday, why is it falling", "down"),
        ("+8% today", "up"),
        ("-3%", "down"),
        ("🚀🚀", "up"),
        ("pmi上涨意味着什么", None),
        ("涨跌幅", None),
        ("熔断", None),
    ],
)
def test_a_direction_is_what_the_question_asserts(text: str, direction: Direction | None) -> None:
    assert asserted(text) == direction


def test_the_longest_word_wins_and_latin_words_stand_alone() -> None:
    words = Lexicon({"sse": 1, "sse 50": 2, "跌": 3, "跌停": 4})
    assert [mention.meaning for mention in words.find("assess sse 50 sse跌停跌")] == [2, 1, 4, 3]


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("should i (buy|sell)", "so should i sell"),
        ("(开|收)(了|)盘", "今天收盘"),
        ("invest*", "investing"),
        ("drop .. #", "drop below 3,000"),
        ("^help$", "help"),
        ("买 .. 吗", "买一点吗"),
    ],
)
def test_a_phrase_finds_what_it_describes(phrase: str, text: str) -> None:
    assert says(phrase).search(text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("buy", "buyer"),
        ("^help$", "help me"),
        ("drop .. #", "drop"),
        ("(a|b) c", "a"),
        ("买 .. 吗", "买" + "一" * 40 + "吗"),
    ],
)
def test_a_phrase_finds_nothing_else(phrase: str, text: str) -> None:
    assert not says(phrase).search(text)


def test_a_phrase_that_names_an_unknown_list_is_refused() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        spell_out("{nowhere}", {})


@pytest.mark.parametrize(
    ("phrase", "parts"),
    [("(a|b c)", ["a", "b c"]), ("(a|b)(c|d)", ["(a|b)(c|d)"]), ("(a|(b|c) d)", ["a", "(b|c) d"]), ("a", ["a"])],
)
def test_only_a_phrase_that_is_one_bracket_is_taken_apart(phrase: str, parts: list[str]) -> None:
    assert alternatives(phrase) == parts


WORDS = st.sampled_from(["buy", "sell", "涨", "大跌", "吗", "invest*", "vs", "3"])
PHRASES = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(" ".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda options: f"({'|'.join(options)})"),
        inner.map(lambda option: f"({option}|)"),
    ),
    max_leaves=6,
)


@given(PHRASES, st.lists(st.sampled_from(["buy", "sell", "涨", "大跌", "吗", "investing", "vs", "3"]), max_size=8))
def test_no_phrase_is_skipped_that_would_have_matched(phrase: str, words: list[str]) -> None:
    text = " ".join(words)
    if says(phrase).search(text) and openings(phrase):
        assert openings(phrase) & grams(text)


@given(st.text(max_size=2_000))
def test_cleaning_leaves_nothing_invisible_and_nothing_long(text: str) -> None:
    typed = clean(text)
    assert len(typed.shown) <= READ_AT_MOST
    assert not any("\ue000" <= char <= "\uf8ff" or char in "\u200b\u202e\x00" for char in typed.shown + typed.plain)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("What’s UP?", "whats up?"),
        ("沪指 今天 跌", "沪指今天跌"),
        ("sell-off", "sell off"),
        ("/why@bot hsi", "/why hsi"),
    ],
)
def test_plain_text_is_even(text: str, plain: str) -> None:
    assert clean(text).plain == plain


def test_the_examples_are_read_as_their_intents() -> None:
    told = [(intent, text) for intent, texts in read("examples").items() for text in texts]
    wrong = [text for intent, text in (*told, *examples()) if understand(text, TODAY).intent != intent]
    assert len(wrong) <= 0.02 * len(told), wrong
