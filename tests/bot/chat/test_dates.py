"""Arithmetic on calendar dates, against the standard library's calendar."""

import calendar
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.chat import dates

ANY_DAY = st.dates(date(1900, 1, 1), date(2190, 12, 31))


@given(ANY_DAY, st.integers(1, 12), st.integers(1, 28), st.booleans())
def test_the_nearest_day_of_a_year_is_less_than_a_year_away(today: date, month: int, day: int, ahead: bool) -> None:
    found = dates.nearest(month, day, today, ahead=ahead)
    assert found is not None
    assert (found.month, found.day) == (month, day)
    assert 0 <= (found - today).days * (1 if ahead else -1) <= 365


@given(ANY_DAY, st.integers(-60, 60))
def test_a_month_runs_from_its_first_to_its_last_day(today: date, months: int) -> None:
    first, last = dates.month(today.year, today.month + months)
    assert (first.day, last.day) == (1, calendar.monthrange(first.year, first.month)[1])
    assert (first.year - today.year) * 12 + first.month - today.month == months


@given(ANY_DAY, st.integers(-5, 5))
def test_a_week_runs_from_monday_to_friday(today: date, weeks: int) -> None:
    monday, friday = dates.week(today, weeks)
    assert (monday.isoweekday(), friday - monday) == (1, timedelta(days=4))
    assert 0 <= (today + timedelta(weeks=weeks) - monday).days < 7


@given(ANY_DAY, st.integers(1, 12))
def test_the_latest_whole_month_is_over(today: date, number: int) -> None:
    first, last = dates.latest_whole_month(number, today)
    assert first.month == number
    assert last <= today < date(last.year + 1, last.month, 1) + timedelta(days=31)


def test_months_before_the_end_of_a_long_month_end_with_the_short_one() -> None:
    assert dates.months_before(date(2025, 3, 31), 1) == date(2025, 2, 28)


def test_a_quarter_before_the_first_is_last_years_fourth() -> None:
    assert dates.quarter(2025, 0) == (date(2024, 10, 1), date(2024, 12, 31))
