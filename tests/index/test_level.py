"""Levels from constituents."""

import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ConstituentsInvalid
from index.level import compute, extend, in_currency, total_return
from index.panel import prepare
from tests.index.constituents import MONDAY, TUESDAY, WEDNESDAY, day, patient, table, tables
from tests.index.exact import exact_levels, history

PINGAN = ("601318.SH", "insurance")
MOUTAI = ("600519.SH", "liquor")


def two_days() -> pd.DataFrame:
    """Worth 300, then 330; a listing worth 110 joins, and all is worth 440, then 484."""
    return pd.concat(
        [
            day(MONDAY, (*PINGAN, 11, 10, 10), (*MOUTAI, 22, 20, 10)),
            day(TUESDAY, (*PINGAN, 12, 11, 10), (*MOUTAI, 24, 22, 10), ("688981.SH", "chip", 12.4, 11, 10)),
        ],
        ignore_index=True,
    )


def test_the_level_moves_with_the_value_of_the_constituents() -> None:
    assert compute(two_days())["level"].tolist() == pytest.approx([110, 110 * 484 / 440])


def test_the_divisor_is_the_base_value_over_the_previous_level() -> None:
    assert compute(two_days())["divisor"].tolist() == pytest.approx([300 / 100, 440 / 110])


def test_the_base_is_the_level_before_the_first_session() -> None:
    assert compute(two_days(), base=3000)["level"].iloc[0] == pytest.approx(3300)


def test_no_rows_have_no_levels() -> None:
    assert compute(table()).empty


@pytest.mark.parametrize(
    "sessions",
    [
        pytest.param([MONDAY.date(), TUESDAY.date()], id="dates"),
        pytest.param(["2024-09-23", "2024-09-24"], id="ISO text"),
        pytest.param([20240923, 20240924], id="integers"),
        pytest.param([MONDAY, TUESDAY], id="timestamps"),
    ],
)
def test_sessions_come_back_as_they_were_given(sessions: list[Any]) -> None:
    relabelled = two_days()
    relabelled["session"] = relabelled["session"].map(dict(zip((MONDAY, TUESDAY), sessions, strict=True)).get)
    levels = compute(relabelled)
    assert levels["session"].tolist() == sessions
    assert levels["level"].tolist() == compute(two_days())["level"].tolist()


@pytest.mark.parametrize("kind", ["object", "category", "str"])
def test_text_of_any_kind_is_taken(kind: str) -> None:
    assert compute(two_days().astype({"code": kind, "sector": kind})).equals(compute(two_days()))


def test_a_prepared_panel_gives_the_same_levels() -> None:
    assert compute(prepare(two_days())).equals(compute(two_days()))


@patient
@given(tables(), st.randoms())
def test_the_order_of_rows_changes_no_bit(rows: pd.DataFrame, dice: random.Random) -> None:
    order = dice.sample(range(len(rows)), len(rows))
    assert compute(rows.iloc[order]).equals(compute(rows))


@patient
@given(tables(), st.integers(1, 4))
def test_sessions_appended_give_every_bit_of_the_whole(rows: pd.DataFrame, count: int) -> None:
    sessions = sorted(rows["session"].unique())
    early = rows[rows["session"].isin(sessions[:count])]
    late = rows[rows["session"].isin(sessions[count:])]
    assert extend(compute(early), late).equals(compute(rows))


def test_a_session_is_not_appended_twice() -> None:
    rows = two_days()
    with pytest.raises(ConstituentsInvalid) as refused:
        extend(compute(rows), rows[rows["session"] == TUESDAY])
    assert refused.value.rows[0].code == "contradicts"


@patient
@given(tables(), st.integers(-20, 20))
def test_scaling_all_shares_changes_nothing(rows: pd.DataFrame, power: int) -> None:
    # by powers of two, so that even the last bit stays
    scaled = rows.assign(shares=rows["shares"] * 2.0**power)
    assert compute(scaled)["level"].equals(compute(rows)["level"])


@patient
@given(tables())
def test_a_stock_that_joins_at_its_reference_adds_no_point(rows: pd.DataFrame) -> None:
    """What the session gains in money, its change times the divisor, stays as it was."""
    joining = table((rows["session"].max(), "601857.SH", "oil", 48.62, 48.62, 1.6e11, 1.0))
    both = compute(rows), compute(pd.concat([rows, joining], ignore_index=True))
    gains = [(levels["level"].diff().fillna(levels["level"] - 100) * levels["divisor"]).iloc[-1] for levels in both]
    assert gains[1] == pytest.approx(gains[0], rel=1e-6, abs=10)


@patient
@given(tables())
def test_prices_at_their_references_move_nothing_whatever_else_changes(rows: pd.DataFrame) -> None:
    still = rows.assign(price=rows["reference"])
    assert compute(still)["level"].tolist() == [100.0] * still["session"].nunique()


def test_a_new_rate_of_a_currency_adds_no_point() -> None:
    rows = table(
        (MONDAY, "900901.SH", "b", 1.0, 1.0, 100, 7.0), (MONDAY, *PINGAN, 10, 10, 10, 1),
        (TUESDAY, "900901.SH", "b", 1.0, 1.0, 100, 7.3), (TUESDAY, *PINGAN, 10, 10, 10, 1),
    )  # fmt: skip
    assert compute(rows)["level"].tolist() == [100.0, 100.0]


def test_dividends_count_in_the_total_return_only() -> None:
    rows = day(MONDAY, (*PINGAN, 9.5, 10, 10)).assign(dividend=0.5)
    assert compute(rows)["level"].tolist() == pytest.approx([95])
    assert total_return(rows)["level"].tolist() == pytest.approx([100])
    assert total_return(rows)["dividend_pts"].tolist() == pytest.approx([5])


@patient
@given(tables())
def test_without_dividends_the_total_return_is_the_price_index(rows: pd.DataFrame) -> None:
    total = total_return(rows.assign(dividend=0.0))
    assert total["level"].tolist() == compute(rows)["level"].tolist()


def test_an_empty_dividend_is_none() -> None:
    rows = two_days().assign(dividend=[np.nan, 0.5, np.nan, np.nan, np.nan])
    assert total_return(rows)["dividend_pts"].tolist() == pytest.approx([0.5 * 10 * 100 / 300, 0])


def test_a_total_return_needs_dividends() -> None:
    with pytest.raises(ConstituentsInvalid):
        total_return(two_days())


def test_another_currency_sees_its_rate_as_well() -> None:
    rates = pd.Series({MONDAY: 0.14, TUESDAY: 0.133})
    seen = in_currency(compute(two_days()), rates)
    assert seen["level"].tolist() == pytest.approx([110, 121 * 0.95])


def test_a_session_without_rate_is_refused() -> None:
    with pytest.raises(ConstituentsInvalid):
        in_currency(compute(two_days()), pd.Series({MONDAY: 0.14}))


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        pytest.param("price", np.nan, "missing", id="no price"),
        pytest.param("price", 0.0, "not_positive", id="a price of nought"),
        pytest.param("shares", -5.0, "not_positive", id="negative shares"),
        pytest.param("reference", np.inf, "not_a_number", id="an infinite reference"),
        pytest.param("fx", "n/a", "not_a_number", id="a word for a rate"),
        pytest.param("code", None, "missing", id="no code"),
        pytest.param("session", None, "missing", id="no session"),
    ],
)
def test_a_bad_cell_is_named_with_its_row(column: str, cell: object, code: str) -> None:
    rows = two_days().astype({column: object})
    rows.loc[3, column] = cell
    with pytest.raises(ConstituentsInvalid) as refused:
        compute(rows)
    assert [(fault.row, fault.code, fault.column) for fault in refused.value.rows] == [(3, code, column)]


@pytest.mark.parametrize(
    ("price", "code"), [pytest.param(12.0, "duplicate", id="same"), pytest.param(12.5, "contradicts", id="different")]
)
def test_a_stock_stands_once_in_a_session(price: float, code: str) -> None:
    again = day(TUESDAY, (*PINGAN, price, 11, 10))
    with pytest.raises(ConstituentsInvalid) as refused:
        compute(pd.concat([two_days(), again], ignore_index=True))
    assert [(fault.row, fault.code) for fault in refused.value.rows] == [(5, code)]


def test_every_lacking_column_is_named() -> None:
    with pytest.raises(ConstituentsInvalid) as refused:
        compute(two_days().drop(columns=["fx", "reference"]))
    assert [fault.column for fault in refused.value.rows] == ["reference", "fx"]


def test_a_negative_dividend_is_refused() -> None:
    with pytest.raises(ConstituentsInvalid) as refused:
        total_return(day(WEDNESDAY, (*PINGAN, 10, 10, 10)).assign(dividend=-1.0))
    assert refused.value.rows[0].code == "negative"


def test_thirty_six_years_drift_by_less_than_a_trillionth() -> None:
    rows = history(sessions=8_768, stocks=5)
    levels = compute(rows)["level"].to_numpy()
    worst = max(abs(float(exact / ours) - 1) for exact, ours in exact_levels(rows, levels))
    assert worst <= 1e-12
