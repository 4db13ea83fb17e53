"""The table of all moves says row by row what a single move says."""

from datetime import date
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import history, moves
from index.bars import Bars

CLOSES = st.lists(st.integers(1000, 5000), min_size=3, max_size=330)


def bars_of(closes: list[int]) -> Bars:
    sessions = np.array(date(2020, 1, 1), dtype="datetime64[D]") + np.arange(len(closes))
    level = np.array(closes, dtype=np.float64)
    opened = np.roll(level, 1) * 1.01
    return Bars("HSI", sessions, opened, level * 1.1, level * 0.9, level, level * 10, level * 7, ("x",) * len(closes))


def same(one: float, other: float | None) -> bool:
    return isnan(one) if other is None else one == pytest.approx(other, rel=1e-9, abs=1e-9)


@given(CLOSES)
def test_every_row_agrees_with_the_move_of_its_session(closes: list[int]) -> None:
    bars = bars_of(closes)
    row, move = history.table(bars).iloc[-1], moves.of(bars, bars.session(-1))
    assert move.day
    assert same(row["change_pts"], move.change_pts)
    assert same(row["change_pct"], move.change_pct)
    assert same(row["gap_pct"], move.day.gap_pct)
    assert same(row["session_pct"], move.day.session_pct)
    assert row["stored_rank"] == move.day.stored.rank
    assert same(row["year_rank"], move.day.year and move.day.year.rank)
    assert same(row["drawdown_pct"], move.drawdown_pct)
    assert same(row["turnover_ratio"], move.day.turnover_ratio)
    assert row["streak"] == move.streak


def test_z_is_measured_on_the_year_before_and_not_on_the_day_itself() -> None:
    calm = [2000 + (day % 2) for day in range(252)]
    table = history.table(bars_of([*calm, 2200]))
    changes = np.diff(calm) / np.array(calm[:-1]) * 100
    before = changes[-250:]
    expected = ((2200 / 2001 - 1) * 100 - before.mean()) / before.std(ddof=1)
    assert table["z"].iloc[-1] == pytest.approx(expected)


def test_a_new_high_of_a_month_is_marked_and_the_day_after_a_fall_is_not() -> None:
    table = history.table(bars_of([*range(2000, 2030), 1990]))
    assert bool(table["high_20"].iloc[-2])
    assert not table["high_20"].iloc[-1]
    assert bool(table["low_20"].iloc[-1])
