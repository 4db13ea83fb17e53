"""Who counts in the Shanghai Composite, and from when."""

import numpy as np
import pandas as pd
import pytest

from index.rules import sse as rules_sse
from index.rules.maintenance import constituents
from index.rules.market import Market, Records, arrange
from index.sessions import known_sessions


def a_market(first: str, last: str, stocks: list[tuple[str, str]], shares: dict[str, float] | None = None) -> Records:
    """Stocks that cost 10 in every session from their listing on, with a hundred shares unless said otherwise."""
    days = known_sessions()
    days = days[(days >= np.datetime64(first)) & (days <= np.datetime64(last))]
    rows = [(day, code, 10.0) for code, listed in stocks for day in days[days >= np.datetime64(listed)]]
    issued = [(code, listed, (shares or {}).get(code, 100.0)) for code, listed in stocks]
    return Records(
        prices=pd.DataFrame(rows, columns=["session", "code", "close"]),
        stocks=pd.DataFrame(stocks, columns=["code", "listed"]),
        shares=pd.DataFrame(issued, columns=["code", "effective_on", "shares"]),
    )


def arranged(records: Records) -> Market:
    return arrange(records, rules_sse.RULES.refreshes)


def first_day(records: Records, code: str) -> str:
    table = constituents(records, rules_sse.RULES)
    return str(table.loc[table["code"] == code, "session"].min().date())


@pytest.mark.parametrize(
    ("listed", "enters"),
    [
        pytest.param("1990-12-19", "1990-12-19", id="on the base day"),
        pytest.param("1999-11-10", "1999-12-10", id="after a month"),
        pytest.param("2002-09-09", "2002-09-23", id="less than a month before the second rule"),
        pytest.param("2006-07-05", "2006-07-05", id="Bank of China, at once"),
        pytest.param("2007-11-05", "2007-11-19", id="PetroChina, on the eleventh session"),
        pytest.param("2007-01-05", "2007-01-05", id="the day before the third rule"),
        pytest.param("2020-07-09", "2021-07-09", id="nine sessions before the reform"),
        pytest.param("2020-07-07", "2020-07-21", id="eleven sessions before the reform"),
        pytest.param("2021-03-01", "2022-03-01", id="after a year"),
        pytest.param("2021-05-29", "2022-05-30", id="after a year that ends on a Sunday"),
    ],
)
def test_a_listing_counts_from_the_day_its_rule_says(listed: str, enters: str) -> None:
    others = [(f"6000{number:02d}", "1990-12-19") for number in range(10)]
    until = str(np.datetime64(enters) + 10)
    records = a_market(listed, until, [*others, ("601857", listed)], {code: 1000.0 for code, _ in others})
    assert first_day(records, "601857") == enters


def test_one_of_the_ten_largest_counts_after_three_months() -> None:
    others = [(f"6000{number:02d}", "1999-11-10") for number in range(12)]
    records = a_market("2021-01-05", "2022-01-20", [*others, ("601728", "2021-01-05")], {"601728": 500.0})
    assert first_day(records, "601728") == "2021-04-06"  # 5 April was a holiday


def test_the_eleventh_largest_waits_a_year() -> None:
    others = [(f"6000{number:02d}", "1999-11-10") for number in range(10)]
    records = a_market("2021-01-05", "2022-01-20", [*others, ("601728", "2021-01-05")], {"601728": 50.0})
    assert first_day(records, "601728") == "2022-01-05"


@pytest.mark.parametrize(
    ("code", "enters"),
    [pytest.param("688001", "2020-07-22", id="STAR"), pytest.param("603001", "2019-08-05", id="main")],
)
def test_star_shares_count_since_the_reform_only(code: str, enters: str) -> None:
    """The first STAR shares were listed on 2019-07-22, a year before."""
    others = [(f"6000{number:02d}", "1999-11-10") for number in range(10)]
    records = a_market(
        "2019-07-22", "2020-07-31", [*others, (code, "2019-07-22")], {name: 1000.0 for name, _ in others}
    )
    assert first_day(records, code) == enters


def warned(imposed: str, lifted: str | None) -> list[str]:
    records = a_market("2020-07-01", "2021-03-31", [("600001", "1999-11-10"), ("600002", "1999-11-10")])
    warnings = pd.DataFrame({"code": ["600002"], "imposed_on": [imposed], "lifted_on": [lifted]})
    table = constituents(Records(records.prices, records.stocks, records.shares, warnings=warnings), rules_sse.RULES)
    days, there = table["session"].unique(), table.loc[table["code"] == "600002", "session"]
    return [str(day.date()) for day in days if day not in set(there)]


@pytest.mark.parametrize(
    ("imposed", "leaves"),
    [
        pytest.param("2020-09-15", "2020-10-12", id="after the second Friday of the next month"),
        pytest.param("2020-09-30", "2020-10-12", id="whatever the day of the month"),
        pytest.param("2018-05-02", "2020-07-22", id="with the reform, when warned before it"),
    ],
)
def test_a_warned_stock_leaves(imposed: str, leaves: str) -> None:
    assert warned(imposed, None)[0] == leaves


def test_a_stock_returns_after_its_warning() -> None:
    away = warned("2020-09-15", "2020-11-20")
    assert (away[0], away[-1]) == ("2020-10-12", "2020-12-11")  # 11 December was the second Friday


def test_a_warning_lifted_before_it_took_effect_changes_nothing() -> None:
    assert warned("2020-09-15", "2020-09-17") == []


def test_a_delisted_stock_no_longer_counts() -> None:
    records = a_market("2021-01-04", "2021-01-08", [("600001", "1999-11-10"), ("600002", "1999-11-10")])
    gone = records.stocks.assign(delisted=[None, "2021-01-06"])
    table = constituents(Records(records.prices, gone, records.shares), rules_sse.RULES)
    assert table.loc[table["code"] == "600002", "session"].dt.day.tolist() == [4, 5]


def test_all_issued_shares_count() -> None:
    market = arranged(a_market("2021-01-04", "2021-01-08", [("600001", "1999-11-10")], {"600001": 12345.0}))
    assert (rules_sse.RULES.counted(market) == 12345.0).all()
