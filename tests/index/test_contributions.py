"""A move in points by stock and sector."""

import random
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import panel
from index.contributions import attribute, by, drags, leaders, levels_and_points, over
from index.errors import ConstituentsInvalid
from index.level import compute
from index.panel import prepare
from tests.index.constituents import MONDAY, TUESDAY, WEDNESDAY, day, patient, tables

PUDONG, ICBC, MOUTAI = ("600000.SH", "bank"), ("601398.SH", "bank"), ("600519.SH", "liquor")

# Worth 1,000 before Monday at a level of 100, so a yuan is a tenth of a point; on Tuesday worth 1,070 at 107 likewise.
ROWS = pd.concat(
    [
        day(MONDAY, (*PUDONG, 11, 10, 40), (*ICBC, 6, 5, 40), (*MOUTAI, 39, 40, 10)),
        day(TUESDAY, (*PUDONG, 10, 11, 40), (*ICBC, 6, 6, 40), (*MOUTAI, 41, 39, 10)),
    ],
    ignore_index=True,
)


def as_dict(points: pd.DataFrame) -> dict[tuple[Any, Any], float]:
    return {(row.session, row.key): row.points for row in points.itertuples()}


def test_points_by_sector() -> None:
    assert as_dict(by(ROWS, "sector")) == pytest.approx(
        {
            (MONDAY, "bank"): 8.0,
            (MONDAY, "liquor"): -1.0,
            (TUESDAY, "bank"): -40 * 107 / 1070,
            (TUESDAY, "liquor"): 20 * 0.1,
        }
    )


@pytest.mark.parametrize("key", ["code", "stock"])
def test_points_by_stock(key: str) -> None:
    points = by(ROWS, key)
    assert points["key"].tolist() == ["600000.SH", "600519.SH", "601398.SH"] * 2
    assert points["points"].tolist() == pytest.approx([4, -1, 4, -4, 2, 0])


def test_any_column_is_a_key() -> None:
    points = by(ROWS.assign(size=["big", "small", "small"] * 2), "size")
    assert points["points"].tolist() == pytest.approx([4, 3, -4, 2])


def test_numbers_are_keys_too() -> None:
    assert by(ROWS.assign(size=[7, 3, 3] * 2), "size")["key"].tolist() == [3, 7, 3, 7]


def test_stocks_without_a_sector_are_a_group_of_their_own() -> None:
    rows = ROWS.assign(sector=ROWS["sector"].where(ROWS["code"] != "601398.SH"))
    points = by(rows, "sector")
    assert points["key"].isna().sum() == 2
    assert points["points"].tolist() == pytest.approx([4, -1, 4, -4, 2, 0])


def test_a_sector_without_stocks_in_a_session_has_no_row() -> None:
    points = by(ROWS[(ROWS["session"] == MONDAY) | (ROWS["sector"] == "bank")], "sector")
    assert list(as_dict(points)) == [(MONDAY, "bank"), (MONDAY, "liquor"), (TUESDAY, "bank")]


def test_a_sector_that_stands_still_has_a_row() -> None:
    still = day(MONDAY, ("600000.SH", "bank", 10, 10, 40), ("600519.SH", "liquor", 41, 40, 10))
    assert as_dict(by(still, "sector"))[MONDAY, "bank"] == 0.0


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(ConstituentsInvalid) as refused:
        by(ROWS, "industry")
    assert refused.value.rows[0].column == "industry"


def test_no_rows_have_no_contributions() -> None:
    assert by(ROWS.iloc[:0], "sector").empty


@patient
@given(tables(), st.sampled_from(["sector", "code"]))
def test_the_parts_of_a_session_are_its_change(rows: pd.DataFrame, key: str) -> None:
    levels = compute(rows)["level"]
    changes = levels - levels.shift(fill_value=100.0)
    parts = by(rows, key).groupby("session")["points"].sum()
    assert parts.tolist() == pytest.approx(changes.tolist(), abs=1e-10)


@patient
@given(tables(), st.randoms())
def test_the_order_of_rows_changes_no_bit(rows: pd.DataFrame, dice: random.Random) -> None:
    order = dice.sample(range(len(rows)), len(rows))
    assert by(rows.iloc[order], "sector").equals(by(rows, "sector"))


@patient
@given(tables(), st.sampled_from(["sector", "code"]))
def test_a_panel_and_a_table_give_the_same(rows: pd.DataFrame, key: str) -> None:
    assert by(prepare(rows, "sector"), key).equals(by(rows, key))


def test_a_key_coded_in_a_thread_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = by(ROWS, "sector")
    monkeypatch.setattr(panel, "WORTH_A_THREAD", 0)
    assert by(ROWS, "sector").equals(alone)


@patient
@given(tables(), st.sampled_from(["sector", "code"]))
def test_levels_and_points_are_what_each_function_gives(rows: pd.DataFrame, key: str) -> None:
    levels, points = levels_and_points(rows, key)
    assert levels.equals(compute(rows))
    assert points.equals(by(rows, key))


@patient
@given(tables())
def test_one_session_on_the_last_level_gives_every_bit_of_the_whole(rows: pd.DataFrame) -> None:
    levels, last = compute(rows), rows["session"].max()
    base = levels["level"].iloc[-2] if len(levels) > 1 else 100.0
    whole = by(rows, "sector")
    alone = by(rows[rows["session"] == last], "sector", base)
    assert alone["points"].tolist() == whole.loc[whole["session"] == last, "points"].tolist()


def test_official_levels_may_stand_in_for_the_chain() -> None:
    official = pd.Series({MONDAY: 3000.0, TUESDAY: 3100.0})
    points = as_dict(by(ROWS, "sector", previous=official))
    assert points[MONDAY, "bank"] == pytest.approx(3000 * 80 / 1000)
    assert points[TUESDAY, "liquor"] == pytest.approx(3100 * 20 / 1070)


def test_a_session_without_official_level_is_refused() -> None:
    with pytest.raises(ConstituentsInvalid):
        by(ROWS, "sector", previous=pd.Series({MONDAY: 3000.0}))


@patient
@given(tables(sessions=6))
def test_points_over_a_range_are_the_change_over_it(rows: pd.DataFrame) -> None:
    levels = compute(rows)["level"]
    summed = over(by(rows, "sector"))["points"].sum()
    assert summed == pytest.approx(levels.iloc[-1] - 100.0, abs=1e-9)


@pytest.mark.parametrize(
    ("first", "last", "banks"),
    [
        pytest.param(None, None, 4.0, id="all"),
        pytest.param(TUESDAY, None, -4.0, id="from"),
        pytest.param(None, MONDAY, 8.0, id="until"),
        pytest.param(WEDNESDAY, None, None, id="none"),
    ],
)
def test_both_ends_of_a_range_count(first: object, last: object, banks: float | None) -> None:
    points = over(by(ROWS, "sector"), first, last)
    assert points.loc[points["key"] == "bank", "points"].tolist() == ([] if banks is None else pytest.approx([banks]))


def test_leaders_add_and_drags_subtract() -> None:
    monday = by(ROWS[ROWS["session"] == MONDAY], "stock")
    assert leaders(monday, 5)["key"].tolist() == ["600000.SH", "601398.SH"]
    assert leaders(monday, 1)["key"].tolist() == ["600000.SH"]
    assert drags(monday, 5)["key"].tolist() == ["600519.SH"]


def points_of(values: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"key": [f"s{number:02d}" for number in range(len(values))], "points": values})


@patient
@given(st.lists(st.floats(-50, 50), max_size=28), st.none() | st.floats(-200, 200))
def test_printed_parts_add_up_to_the_printed_change(values: list[float], change: float | None) -> None:
    printed = attribute(points_of(values), change)
    assert sum(part.points_pts for part in printed.parts) + printed.residual_pts == printed.change_pts


def test_what_the_stored_constituents_leave_unexplained_is_shown() -> None:
    printed = attribute(points_of([8.004, -1.0]), 10.0)
    assert printed.residual_pts == Decimal("3.00")


def test_a_whole_index_leaves_nothing_unexplained() -> None:
    assert attribute(points_of([0.005, 0.005])).residual_pts == 0


def test_parts_are_printed_greatest_first() -> None:
    printed = attribute(points_of([-1.0, 3.0, 2.0]))
    assert [part.name for part in printed.parts] == ["s01", "s02", "s00"]


@patient
@given(tables())
def test_points_are_what_a_plain_sum_gives(rows: pd.DataFrame) -> None:
    rows = rows.assign(
        unit=np.arange(len(rows)) % 3, gain=(rows["price"] - rows["reference"]) * rows["shares"] * rows["fx"]
    )
    levels = compute(rows).set_index("session")
    plain = rows.groupby(["session", "unit"])["gain"].sum().reset_index()
    expected = plain["gain"] / plain["session"].map(levels["divisor"])
    assert by(rows, "unit")["points"].tolist() == pytest.approx(expected.tolist(), rel=1e-9, abs=1e-9)
