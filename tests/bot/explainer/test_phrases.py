import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.explainer.phrases import Phrasebook, fold, listen, needs, spell_out


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        pytest.param("降准", "央行今日降准", id="characters"),
        pytest.param("rate cut", "no rate cut", id="words in order"),
        pytest.param("tariff*", "tariffs rise", id="the beginning of a word"),
        pytest.param("外资(买入|增持)", "外资增持", id="one of several"),
        pytest.param("下调..利率", "下调7天期逆回购利率", id="something in between"),
        pytest.param("跌#点", "跌12.5点", id="a number"),
        pytest.param("^oil", "oil rises", id="at the beginning"),
        pytest.param("china(n|) stocks", "china stocks", id="a part that may be missing"),
        pytest.param("a股", "a股大涨", id="a letter beside a character"),
    ],
)
def test_a_phrase_is_heard(phrase: str, text: str) -> None:
    assert Phrasebook([phrase]).speaks(listen(text))


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        pytest.param("fed", "federal", id="part of a word"),
        pytest.param("rate cut", "cut rate", id="another order"),
        pytest.param("^oil", "palm oil", id="not at the beginning"),
        pytest.param("下调..利率", "利率下调", id="the parts the other way round"),
    ],
)
def test_a_phrase_that_is_not_there_is_not_heard(phrase: str, text: str) -> None:
    assert not Phrasebook([phrase]).speaks(listen(text))


@pytest.mark.parametrize("phrase", ["..", "(降准", "(a|)", "x)", "ab*"])
def test_a_phrase_that_would_be_tried_everywhere_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match=re.escape(phrase)):
        needs(phrase)


@given(
    st.lists(st.sampled_from(["降准", "rate", "股", "利率", "oil price"]), min_size=1, max_size=3),
    st.lists(st.sampled_from(["下调", "cut", "涨"]), min_size=2, max_size=3),
    st.text("央行 xyz,", max_size=6),
)
def test_looking_up_by_what_a_phrase_needs_loses_no_match(words: list[str], options: list[str], filler: str) -> None:
    phrase = "..".join(words) + f"..({'|'.join(options)})"
    assert Phrasebook([phrase]).speaks(listen(f" {filler} ".join([*words, options[-1]])))


def test_the_country_is_not_the_pronoun() -> None:
    assert (fold("They told us", {}), fold("U.S. stocks", {}), fold("US stocks", {})) == (
        "they told us",
        "usa stocks",
        "usa stocks",
    )


def test_a_word_list_stands_in_for_its_name() -> None:
    assert spell_out("{fed} cuts", {"fed": ["Fed", "美联储"]}) == "(Fed|美联储) cuts"


def test_a_phrase_spans_the_characters_that_it_matched() -> None:
    assert sorted(Phrasebook(["油", "齐涨"]).spans(listen("油股齐涨"))) == [(0, 1), (2, 4)]
