import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery import choice
from bot.delivery.choice import OFFERED, USUAL, Reading, ordered, toggled
from index.catalog import BY_CODE

CODES = st.lists(st.sampled_from([*BY_CODE, "none of ours"]))


def test_the_examples_hold() -> None:
    assert doctest.testmod(choice).failed == 0


def test_indices_of_shanghai_and_shenzhen_are_offered_the_composite_first() -> None:
    assert OFFERED[0] == "000001.SH"
    assert {"000016.SH", "000300.SH", "000905.SH", "000852.SH", "000688.SH", "399006.SZ"} < set(OFFERED)
    assert not {"HSI", "SPX"} & set(OFFERED)


@given(CODES)
def test_a_choice_does_not_depend_on_the_order_in_which_it_was_made(codes: list[str]) -> None:
    assert ordered(codes) == ordered(reversed(codes)) == ordered(ordered(codes))


@given(CODES, st.sampled_from(OFFERED))
def test_pressing_twice_is_pressing_never_and_something_always_stays(codes: list[str], code: str) -> None:
    before = ordered(codes) or USUAL
    after = toggled(before, code)
    assert after
    assert toggled(after, code) == before or before == (code,)


@pytest.mark.parametrize("code", ["HSI", "000002.SZ"])
def test_what_is_not_offered_cannot_be_chosen(code: str) -> None:
    assert toggled(USUAL, code) == USUAL


@given(st.sampled_from(["en", "zh-hans"]), st.sampled_from(["red_up", "green_up"]), CODES)
def test_a_key_names_its_reading(language: str, colours: str, codes: list[str]) -> None:
    reading = Reading(language, colours, ordered(codes))
    assert Reading.of(str(reading)) == reading
