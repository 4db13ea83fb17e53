"""Printed numbers that add up."""

import doctest
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import rounding
from index.rounding import allocate, rounded
from tests.index.constituents import patient

parts_of_a_day = st.lists(st.floats(-100, 100), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        pytest.param(28.9451, "28.95", id="the Composite's change of one day in 2023"),
        pytest.param(2.675, "2.68", id="a half as the reader sees it"),
        pytest.param(-0.005, "-0.01", id="halves go away from zero"),
        pytest.param(-0.001, "0.00", id="no negative zero"),
        pytest.param(3107.9007, "3107.90", id="a closing zero"),
    ],
)
def test_a_number_is_printed_with_two_decimals(value: float, printed: str) -> None:
    assert str(rounded(value)) == printed


@patient
@given(parts_of_a_day)
def test_rounded_parts_add_up_to_the_rounded_sum(parts: list[float]) -> None:
    total = sum(map(Fraction, parts), Fraction(0))
    assert abs(Fraction(sum(allocate(parts))) - total) <= Fraction(501, 100_000)


@patient
@given(parts_of_a_day)
def test_no_part_moves_by_a_whole_unit(parts: list[float]) -> None:
    assert all(
        abs(Fraction(printed) - Fraction(part)) < Fraction(1, 100)
        for part, printed in zip(parts, allocate(parts), strict=True)
    )


@patient
@given(parts_of_a_day)
def test_a_suspended_stock_is_never_printed_with_points(parts: list[float]) -> None:
    assert allocate([*parts, 0.0])[-1] == 0


def test_the_greatest_remainder_is_served_first() -> None:
    assert allocate([1.111, 2.226, 3.333]) == (Decimal("1.11"), Decimal("2.23"), Decimal("3.33"))


def test_equal_remainders_are_served_in_order() -> None:
    assert allocate([0.005, 0.005, 0.005, 0.005]) == tuple(map(Decimal, ("0.01", "0.01", "0.00", "0.00")))


def test_no_parts_are_no_numbers() -> None:
    assert allocate([]) == ()


def test_a_total_that_the_parts_cannot_make_is_refused() -> None:
    with pytest.raises(ValueError, match=r"9\.99"):
        allocate([1.0, 2.0], total=Decimal("9.99"))


def test_the_docstrings_examples_hold() -> None:
    assert doctest.testmod(rounding).failed == 0
