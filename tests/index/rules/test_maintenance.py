"""Constituents from raw records: what each kind of event does to an index."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ConstituentsInvalid
from index.level import compute, total_return
from index.rules.maintenance import Rules, constituents, daily, weekly
from index.rules.market import Market, Records
from tests.index.constituents import patient

SESSIONS = pd.to_datetime(["2024-09-19", "2024-09-20", "2024-09-23", "2024-09-24"])  # Thursday … Tuesday
EX_DAY = SESSIONS[2]


def _all_listed(market: Market) -> np.ndarray:
    return market.sessions[:, np.newaxis] >= market.listed


def _all_shares(market: Market) -> np.ndarray:
    return market.shares


PLAIN = Rules("plain", _all_listed, _all_shares, weekly)


def prices(**closes: list[float | None]) -> pd.DataFrame:
    """Closes of the four sessions, by stock; None is a suspension."""
    rows = [(day, code, close) for code, line in closes.items() for day, close in zip(SESSIONS, line, strict=True)]
    return pd.DataFrame(rows, columns=["session", "code", "close"]).dropna()


def stocks(*codes: str, **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"code": codes, "listed": "2001-01-01", **columns})


def shares(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["code", "effective_on", "shares"])


def records(**tables: pd.DataFrame) -> Records:
    """Two stocks of 100 shares at 10 and 20, which nothing happens to unless a table says so."""
    usual = {
        "prices": prices(a=[10, 10, 10, 10], b=[20, 20, 20, 20]),
        "stocks": stocks("a", "b"),
        "shares": shares(("a", "2001-01-01", 100), ("b", "2001-01-01", 100)),
    }
    return Records(**(usual | tables))


def levels(made: Records, rules: Rules = PLAIN) -> list[float]:
    return compute(constituents(made, rules))["level"].tolist()


def row(made: Records, code: str, session: pd.Timestamp = EX_DAY) -> "pd.Series":
    table = constituents(made, PLAIN)
    return table[(table["code"] == code) & (table["session"] == session)].iloc[0]


def action(**terms: float) -> pd.DataFrame:
    return pd.DataFrame([{"code": "a", "ex_on": EX_DAY, **terms}])


def test_an_index_starts_at_its_base() -> None:
    assert levels(records()) == [100.0] * 4


@pytest.mark.parametrize(
    ("terms", "close"),
    [
        pytest.param({"bonus": 0.25}, 8, id="bonus issue"),
        pytest.param({"split": 2}, 5, id="split"),
        pytest.param({"split": 0.5}, 20, id="consolidation"),
        pytest.param({"rights": 0.3, "rights_price": 5}, 8.85, id="rights issue, 8.846 rounded to the fen"),
    ],
)
def test_a_distribution_of_shares_moves_no_index(terms: dict[str, float], close: float) -> None:
    after = prices(a=[10, 10, close, close], b=[20, 20, 20, 20])
    assert levels(records(prices=after, actions=action(**terms))) == pytest.approx([100.0] * 4)


def test_a_cash_dividend_lowers_the_index() -> None:
    ex = records(prices=prices(a=[10, 10, 9.4, 9.4], b=[20, 20, 20, 20]), actions=action(cash=0.6))
    assert levels(ex) == pytest.approx([100, 100, 98, 98])


def test_a_cash_dividend_leaves_the_total_return() -> None:
    ex = records(prices=prices(a=[10, 10, 9.4, 9.4], b=[20, 20, 20, 20]), actions=action(cash=0.6))
    assert total_return(constituents(ex, PLAIN))["level"].tolist() == pytest.approx([100.0] * 4)


def test_cash_for_an_old_share_is_spread_over_the_new_ones() -> None:
    both = records(actions=action(cash=0.6, bonus=0.5))
    assert row(both, "a")["dividend"] == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("with_shares", "reference"),
    [pytest.param(False, 6.67, id="index rule"), pytest.param(True, 6.27, id="exchange's quote")],
)
def test_cash_beside_shares_is_read_as_the_rules_say(*, with_shares: bool, reference: float) -> None:
    rules = Rules("read", _all_listed, _all_shares, weekly, cash_with_shares=with_shares)
    table = constituents(records(actions=action(cash=0.6, bonus=0.5)), rules)
    assert table[(table["code"] == "a") & (table["session"] == EX_DAY)]["reference"].tolist() == [reference]


def test_two_actions_of_one_day_are_one() -> None:
    apart = pd.concat([action(bonus=0.2), action(bonus=0.3, cash=0.6)])
    together = action(bonus=0.5, cash=0.6)
    assert constituents(records(actions=apart), PLAIN).equals(constituents(records(actions=together), PLAIN))


def test_an_action_on_a_closed_day_counts_from_the_next_session() -> None:
    sunday = action(bonus=1.0).assign(ex_on="2024-09-22")
    assert row(records(actions=sunday), "a")["shares"] == 200


def test_what_went_ex_before_the_first_session_is_in_its_figures() -> None:
    old = action(bonus=1.0).assign(ex_on="2020-01-02")
    assert row(records(actions=old), "a")["shares"] == 100


def test_a_share_increase_moves_no_index() -> None:
    more = shares(("a", "2001-01-01", 100), ("b", "2001-01-01", 100), ("a", "2024-09-23", 700))
    moving = prices(a=[10, 11, 11, 11], b=[20, 20, 20, 20])
    assert levels(records(shares=more, prices=moving)) == pytest.approx([100, 3100 / 30, 3100 / 30, 3100 / 30])


def test_more_shares_weigh_more_from_their_day_on() -> None:
    more = shares(("a", "2001-01-01", 100), ("b", "2001-01-01", 100), ("a", "2024-09-23", 300))
    moving = prices(a=[10, 10, 11, 11], b=[20, 20, 20, 20])
    assert levels(records(shares=more, prices=moving))[2] == pytest.approx(100 * 5300 / 5000)


def test_a_listing_adds_no_point() -> None:
    joins = records(
        prices=prices(a=[10, 10, 10, 10], b=[None, None, 20, 20]),
        stocks=stocks("a", "b").assign(listed=["2001-01-01", "2024-09-23"]),
    )
    assert levels(joins) == [100.0] * 4


def test_a_listing_that_counts_at_once_is_measured_from_its_issue_price() -> None:
    joins = records(
        prices=prices(a=[10, 10, 10, 10], b=[None, None, 30, 30]),
        stocks=stocks("a", "b", issue_price=[np.nan, 20.0]).assign(listed=["2001-01-01", "2024-09-23"]),
    )
    assert levels(joins) == pytest.approx([100, 100, 100 * 4000 / 3000, 100 * 4000 / 3000])


def test_a_suspended_stock_keeps_its_last_price() -> None:
    stopped = records(prices=prices(a=[10, 11, None, 12], b=[20, 20, 20, 20]))
    assert row(stopped, "a")[["price", "reference"]].tolist() == [11, 11]
    assert levels(stopped) == pytest.approx([100, 3100 / 30, 3100 / 30, 3200 / 30])


def test_a_stock_suspended_on_its_ex_day_stands_at_its_reference() -> None:
    stopped = records(prices=prices(a=[10, 10, None, 8], b=[20, 20, 20, 20]), actions=action(bonus=0.25))
    assert row(stopped, "a")["price"] == 8
    assert levels(stopped) == [100.0] * 4


RATES = pd.DataFrame(
    [(day, "USD", rate) for day, rate in zip(SESSIONS, [7.0, 7.1, 7.2, 7.3], strict=True)],
    columns=["session", "currency", "rate"],
)


def b_shares(**tables: pd.DataFrame) -> Records:
    return records(**{"stocks": stocks("a", "b", currency=["USD", "CNY"]), "rates": RATES, **tables})


def test_a_rate_is_refreshed_after_the_last_session_of_a_week() -> None:
    table = constituents(b_shares(), PLAIN)
    assert table[table["code"] == "a"]["fx"].tolist() == [7.0, 7.0, 7.1, 7.1]


def test_a_daily_rate_is_that_of_the_session_before() -> None:
    table = constituents(b_shares(), Rules("daily", _all_listed, _all_shares, daily))
    assert table[table["code"] == "a"]["fx"].tolist() == [7.0, 7.0, 7.1, 7.2]


def test_a_refresh_adds_no_point() -> None:
    assert levels(b_shares()) == [100.0] * 4


def test_ex_prices_are_rounded_to_the_currency_s_step() -> None:
    dollars = b_shares(prices=prices(a=[1, 1, 1, 1], b=[20, 20, 20, 20]), actions=action(bonus=0.5))
    assert row(dollars, "a")["reference"] == 0.667


def test_without_a_step_ex_prices_are_not_rounded() -> None:
    table = constituents(records(actions=action(bonus=0.5)), PLAIN, ticks={})
    assert table[(table["code"] == "a") & (table["session"] == EX_DAY)]["reference"].tolist() == pytest.approx(
        [20 / 3], abs=1e-12
    )


@pytest.mark.parametrize(
    ("made", "column", "cell"),
    [
        pytest.param(records(stocks=stocks("a")), "stocks", "b", id="a price of an unknown stock"),
        pytest.param(b_shares(rates=RATES.iloc[:0]), "rate", "USD", id="a currency without rate"),
        pytest.param(records(shares=shares(("a", "2001-01-01", 100))), "shares", "b", id="a stock without shares"),
    ],
)
def test_what_is_lacking_is_named(made: Records, column: str, cell: object) -> None:
    with pytest.raises(ConstituentsInvalid) as refused:
        constituents(made, PLAIN)
    assert (refused.value.rows[0].column, refused.value.rows[0].cell) == (column, cell)


def test_a_holiday_ends_a_week_early() -> None:
    days = np.array(
        ["2024-09-12", "2024-09-13", "2024-09-18", "2024-09-19", "2024-09-20", "2024-09-23"], "datetime64[D]"
    )
    assert weekly(days).tolist() == [False, True, False, False, True, False]


_ratios = st.floats(0, 2)


@patient
@given(_ratios, _ratios, st.floats(1, 20), st.sampled_from([0.5, 1.0, 2.0, 10.0]))
def test_events_alone_move_no_index(bonus: float, rights: float, rights_price: float, split: float) -> None:
    terms = action(bonus=bonus, rights=rights, rights_price=rights_price, split=split)
    stopped = prices(a=[10, 10, None, None], b=[20, 20, 20, 20])
    assert levels(records(prices=stopped, actions=terms)) == [100.0] * 4
