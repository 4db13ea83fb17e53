"""The sessions of a picture: which they are, and what is not known of them."""

from dataclasses import replace
from datetime import date

import pytest

from bot.charts import CloseSeries
from tests.bot.charts.drawn import DOWN_DAY, made_series, sample_bars, sample_series


def test_the_change_is_taken_from_the_last_close_that_is_known() -> None:
    assert made_series([3087.53, None, 3336.50]).change_pts == pytest.approx(248.97)


def test_a_series_ends_with_the_session_asked_for() -> None:
    series = sample_series(DOWN_DAY, length=3)
    assert series.sessions == (date(2024, 1, 18), date(2024, 1, 19), DOWN_DAY)
    assert series.close[-1] == 2756.34


def test_a_figure_that_bars_do_not_know_is_none() -> None:
    series = CloseSeries.until(sample_bars("HSI"), date(2024, 9, 27))
    assert set(series.turnover_cny) == set(series.open) == {None}


def test_a_session_that_bars_do_not_hold_cannot_be_marked() -> None:
    with pytest.raises(ValueError, match="2024-09-28"):
        sample_series(date(2024, 9, 28))


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="2"):
        replace(made_series([3000.0, 3010.0]), close=(3000.0,))
