"""Figures that can be read but are hard to believe."""

from typing import Any

import pytest

from index.plausibility import Neighbours, own_figures


def codes(kind: str, **values: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - a cell is a number, a text or None
    return [(fault.code, fault.column) for fault in own_figures(kind, values)]


def bar(**changed: float | None) -> dict[str, float | str | None]:
    """2024-09-30 as the exchange published it."""
    return {
        "index": "000001.SH", "session": "2024-09-30",
        "open": 3147.21, "high": 3358.48, "low": 3147.21, "close": 3336.50,
        "volume_shares": 86.4e9, "turnover_cny": 1.158e12, **changed,
    }  # fmt: skip


def test_a_real_day_is_believed() -> None:
    assert codes("bars", **bar()) == []


@pytest.mark.parametrize("unit", [1e-4, 1e-3, 1e-8, 1e2, 1e4], ids=["万", "thousand", "亿", "lots", "tenthousandfold"])
def test_turnover_in_another_unit_is_doubted(unit: float) -> None:
    assert codes("bars", **bar(turnover_cny=1.158e12 * unit)) == [("unit", "turnover_cny")]


def test_volume_in_lots_of_a_hundred_is_doubted() -> None:
    assert codes("bars", **bar(volume_shares=86.4e7)) == [("unit", "turnover_cny")]


def test_a_close_a_little_outside_its_range_is_doubted() -> None:
    assert codes("bars", **bar(close=3360.0)) == [("outside_range", "close")]


def test_what_is_unknown_is_not_doubted() -> None:
    assert codes("bars", **bar(open=None, high=None, low=None, volume_shares=None)) == []


def test_a_funds_turnover_is_its_price_times_its_volume() -> None:
    fund = {"close": 3.804, "volume": 928_283_000.0, "turnover_cny": 3_527_433_000.0}  # 510300 on 2023-09-14
    assert codes("etf", **fund) == []
    assert codes("etf", **{**fund, "volume": 9_282_830.0}) == [("unit", "turnover_cny")]


@pytest.mark.parametrize(("net_buy_cny", "doubted"), [(-6.45e8, False), (0.0, False), (-6.45, True), (6.45e12, True)])
def test_net_buying_in_another_unit_is_doubted(net_buy_cny: float, doubted: bool) -> None:
    assert bool(codes("northbound", net_buy_cny=net_buy_cny)) == doubted


def test_a_survey_index_runs_around_fifty() -> None:
    pmi = {"indicator": "pmi_manufacturing", "forecast": 49.5, "previous": 49.1}
    assert codes("releases", **pmi, actual=49.8) == []
    assert codes("releases", **pmi, actual=498.0) == [("unit", "actual")]


def test_an_unlisted_indicator_has_no_bounds() -> None:
    assert codes("releases", indicator="fx_reserves_usd", actual=3.3e12, forecast=None, previous=None) == []


def jumps(kind: str, *rows: dict[str, Any]) -> list[bool]:
    neighbours = Neighbours(kind)
    return [bool(neighbours.doubts(row)) for row in rows]


def close(session: str, value: float | None, index: str = "000001.SH") -> dict[str, Any]:
    return {"index": index, "session": session, "close": value, "volume_shares": None, "turnover_cny": None}


@pytest.mark.parametrize("column", ["volume_shares", "turnover_cny"])
def test_trading_that_lost_a_digit_changes_the_average_price(column: str) -> None:
    before = {**close("2024-09-27", 3087.53), "volume_shares": 48.2e9, "turnover_cny": 517.9e9}
    after = {**close("2024-09-30", 3336.50), "volume_shares": 86.4e9, "turnover_cny": 1158e9}
    assert jumps("bars", before, after) == [False, False]
    assert jumps("bars", before, {**after, column: after[column] / 10}) == [False, True]


def test_a_high_beyond_two_sessions_limits_above_the_low_is_doubted() -> None:
    assert codes("bars", **bar(high=300095.0)) == [("jump", "high")]


def test_a_close_that_repeats_to_the_last_digit_is_one_row_under_two_dates() -> None:
    rows = [close("2004-12-24", 4039.60, "AXJO"), close("2004-12-27", 4039.60, "AXJO")]  # Boxing Day
    assert jumps("bars", *rows) == [False, True]


def test_a_fund_may_close_where_it_closed() -> None:
    rows = [{"code": "510050", "session": session, "close": 2.345} for session in ("2024-01-02", "2024-01-03")]
    assert jumps("etf", *rows) == [False, False]


def test_series_are_judged_apart() -> None:
    assert not any(jumps("bars", close("2024-09-30", 3336.50), close("2024-09-30", 21133.68, "HSI")))


def test_the_yuan_moves_less_than_oil() -> None:
    days = ("2024-09-27", "2024-09-30")
    yuan = ({"series": "usdcny", "date": day, "value": value} for day, value in zip(days, (7.01, 7.50), strict=True))
    oil = ({"series": "brent_usd", "date": day, "value": value} for day, value in zip(days, (70.1, 75.0), strict=True))
    assert jumps("rates", *yuan) == [False, True]
    assert jumps("rates", *oil) == [False, False]
