"""Worked examples whose results are printed where they come from; each names its source."""

import numpy as np
import pandas as pd
import pytest

from index.contributions import by
from index.level import compute, in_currency, total_return
from index.linking import Effects, brinson_fachler, carino, frongello, total
from index.rules.csi import inclusion_ratio
from index.rules.maintenance import Rules, constituents, weekly
from index.rules.market import Market, Records, ex_price
from tests.index.constituents import MONDAY, TUESDAY, day


def test_one_percent_of_petrochina_on_its_entry() -> None:
    """China Business News, 2007-11-19: 12.65 points at an index of 5316.27 and a weight of 23.79 %."""
    rows = day(MONDAY, ("601857.SH", "oil", 101, 100, 0.2379), ("rest", "rest", 100, 100, 1 - 0.2379))
    points = by(rows, "code", base=5316.27)
    assert points.set_index("key")["points"]["601857.SH"] == pytest.approx(12.65, abs=0.01)


def test_stepped_free_float() -> None:
    """The SSE index rules' own example: 7 % counts as 7 %, 35 % as 40 %."""
    assert inclusion_ratio(np.array([0.07, 0.35])).tolist() == [0.07, 0.4]


def test_ex_rights_price_of_ten_for_three() -> None:
    """The exchange's formula, worked in quant1x's data documentation: 18.00, three for ten at 6.00, gives 15.23."""
    assert ex_price(18.0, cash=0.0, paid=0.3 * 6.0, multiple=1.3) == pytest.approx(15.23, abs=0.005)


def test_a_rights_issue_values_the_index_s_base_by_the_quoted_ex_price() -> None:
    """The Shanghai rule: ex-rights quote x ex-rights shares, so 15.23 x 1.3 a share held."""
    sessions = pd.to_datetime(["2007-11-19", "2007-11-20"])
    records = Records(
        prices=pd.DataFrame({"session": sessions[:1], "code": "600000.SH", "close": 18.0}),
        stocks=pd.DataFrame({"code": ["600000.SH"], "listed": ["1999-11-10"]}),
        shares=pd.DataFrame({"code": ["600000.SH"], "effective_on": ["1999-11-10"], "shares": [1e6]}),
        actions=pd.DataFrame({"code": ["600000.SH"], "ex_on": sessions[1:], "rights": [0.3], "rights_price": [6.0]}),
    )
    trading = pd.DataFrame({"session": sessions[1:], "code": "600000.SH", "close": 15.5})
    records = Records(pd.concat([records.prices, trading]), records.stocks, records.shares, actions=records.actions)
    ex_day = constituents(records, EVERYONE).iloc[1]
    assert ex_day["reference"] * ex_day["shares"] == pytest.approx(15.23 * 1.3e6)


def test_theoretical_ex_rights_price() -> None:
    """accounting-simplified.com, IAS 33: one for four at 1.00 on a million at 1.50 gives 1.40, worth 1,750,000."""
    price = ex_price(1.5, cash=0.0, paid=0.25 * 1.0, multiple=1.25)
    assert price == pytest.approx(1.4)
    assert price * 1_250_000 == pytest.approx(1_750_000)


def _everyone(market: Market) -> np.ndarray:
    return np.ones(market.price.shape, np.bool_)


def _all_shares(market: Market) -> np.ndarray:
    return market.shares


EVERYONE = Rules("everyone", _everyone, _all_shares, weekly)


def test_a_public_offering_moves_no_index() -> None:
    """Tokyo Stock Exchange, "TOPIX Calculation", 2004: 300 before and after 100 new shares at 3,000; wrongly 330."""
    before = day(MONDAY, ("1301.T", "fishery", 3000, 1000, 1000))
    offered = day(TUESDAY, ("1301.T", "fishery", 3000, 3000, 1100))
    levels = compute(pd.concat([before, offered]), base=100)
    assert levels["level"].tolist() == pytest.approx([300, 300])
    # the publisher's base value 1,100,000 is the value at a level of 100
    assert levels["divisor"].iloc[1] * 100 == pytest.approx(1_100_000)


def test_a_value_of_21000_on_20000() -> None:
    """Dhaka Stock Exchange's index note: 1000 becomes 1050."""
    rows = pd.concat([day(MONDAY, ("all", "all", 20_000, 20_000, 1)), day(TUESDAY, ("all", "all", 21_000, 20_000, 1))])
    assert compute(rows, base=1000)["level"].tolist() == pytest.approx([1000, 1050])


def test_a_split_in_a_capitalisation_weighted_index() -> None:
    """justaaa.com/finance/73050: the divisor does not change; 52,800 over 49,000 is 1077.551."""
    moved = day(MONDAY, ("A", "", 44, 40, 200), ("B", "", 70, 70, 500), ("C", "", 15, 10, 600))
    split = day(TUESDAY, ("A", "", 44, 44, 200), ("B", "", 35, 35, 1000), ("C", "", 15, 15, 600))
    levels = compute(pd.concat([moved, split]), base=1000)
    assert levels["level"].tolist() == pytest.approx([1077.551, 1077.551], abs=1e-4)
    assert levels["divisor"].diff().iloc[1] == pytest.approx(0.0, abs=1e-12)


def test_a_split_in_a_price_weighted_index() -> None:
    """The same page: 1075, and a divisor that falls from 0.12 to 0.0874. One share each weighs by price."""
    moved = day(MONDAY, ("A", "", 44, 40, 1), ("B", "", 70, 70, 1), ("C", "", 15, 10, 1))
    split = day(TUESDAY, ("A", "", 44, 44, 1), ("B", "", 35, 35, 1), ("C", "", 15, 15, 1))
    levels = compute(pd.concat([moved, split]), base=1000)
    assert levels["level"].tolist() == pytest.approx([1075, 1075])
    assert levels["divisor"].tolist() == pytest.approx([0.12, 0.0874], abs=1e-4)


def test_price_return_and_total_return() -> None:
    """A CFA level 1 reading, "Security Market Indexes": 3.5 % and 5.0 %, weighted by price."""
    rows = day(MONDAY, ("A", "", 95, 90, 1), ("B", "", 112, 110, 1)).assign(dividend=[0.0, 3.0])
    assert compute(rows, base=100)["level"].tolist() == pytest.approx([103.5], abs=1e-10)
    assert total_return(rows, base=100)["level"].tolist() == pytest.approx([105.0], abs=1e-10)


@pytest.mark.parametrize(
    ("levels", "for_a_dollar", "gain"),
    [
        pytest.param((1090, 1148), (0.65, 0.62), 0.104173, id="UK"),
        pytest.param((950, 1009), (1.1, 1.2), -0.026404, id="France"),
    ],
)
def test_an_index_in_dollars(levels: tuple[int, int], for_a_dollar: tuple[float, float], gain: float) -> None:
    """A problem of the Schweser notes (forum.theanalystspace.com, 187328)."""
    local = pd.DataFrame({"session": [MONDAY, TUESDAY], "level": levels})
    rates = pd.Series({MONDAY: 1 / for_a_dollar[0], TUESDAY: 1 / for_a_dollar[1]})
    dollars = in_currency(local, rates)["level"]
    assert dollars.iloc[1] / dollars.iloc[0] - 1 == pytest.approx(gain, abs=1e-6)


# Bacon, "Practical Portfolio Performance Measurement and Attribution", 2nd ed. 2008, tables 8.1 and 8.2: four quarters
# of the United Kingdom, Japan and the United States.
BACON = {
    "portfolio_weights": [[0.4, 0.3, 0.3], [0.7, 0.2, 0.1], [0.3, 0.5, 0.2], [0.3, 0.5, 0.2]],
    "benchmark_weights": [[0.4, 0.2, 0.4], [0.4, 0.3, 0.3], [0.5, 0.4, 0.1], [0.4, 0.4, 0.2]],
    "portfolio_returns": [[0.2, -0.05, 0.06], [-0.05, 0.03, -0.05], [-0.2, 0.08, -0.15], [0.1, -0.07, 0.25]],
    "benchmark_returns": [[0.1, -0.04, 0.08], [-0.07, 0.04, -0.1], [-0.25, 0.05, -0.2], [0.05, -0.05, 0.1]],
}


def bacon() -> Effects:
    return brinson_fachler(**{name: np.array(rows) for name, rows in BACON.items()})


def test_bacon_s_single_quarters() -> None:
    effects = bacon()
    assert effects.allocation.sum(axis=1).tolist() == pytest.approx([-0.012, -0.005, 0.035, -0.01], abs=1e-4)
    assert effects.selection.sum(axis=1).tolist() == pytest.approx([0.031, 0.017, 0.04, 0.035], abs=1e-4)
    assert effects.allocation[0].tolist() == pytest.approx([0, -0.0104, -0.0016], abs=1e-4)
    assert effects.selection[0].tolist() == pytest.approx([0.04, -0.003, -0.006], abs=1e-4)


def test_bacon_s_quarters_linked_by_carino() -> None:
    arrays = {name: np.array(rows) for name, rows in BACON.items()}
    portfolio = total(arrays["portfolio_weights"], arrays["portfolio_returns"])
    benchmark = total(arrays["benchmark_weights"], arrays["benchmark_returns"])
    allocation = carino(bacon().allocation, portfolio, benchmark)
    selection = carino(bacon().selection, portfolio, benchmark)
    assert allocation.tolist() == pytest.approx([0.0165, -0.006, 0.0015], abs=1e-4)
    assert selection.tolist() == pytest.approx([0.0804, 0.0018, 0.0385], abs=1e-4)
    assert allocation.sum() == pytest.approx(0.012, abs=1e-4)
    assert allocation.sum() + selection.sum() == pytest.approx(0.1327, abs=1e-4)


def test_carino_adds_up_where_a_period_has_no_excess() -> None:
    """The whole excess is the compounded difference, by definition; the first period's scale is a limit."""
    portfolio, benchmark = np.array([0.1, 0.2]), np.array([0.1, 0.1])
    linked = carino(np.array([[0.0], [0.1]]), portfolio, benchmark)
    assert linked.sum() == pytest.approx(1.1 * 1.2 - 1.1 * 1.1)


def test_frongello_s_two_periods() -> None:
    """Frongello, "Linking Single Period Attribution Results", Journal of Performance Measurement 6(3), 2002."""
    portfolio, benchmark = np.array([0.2, 0.1]), np.array([0.1, 0.05])
    effects = np.array([[0.05, 0.05], [0.02, 0.03]])
    linked = frongello(effects, portfolio, benchmark)
    assert linked.tolist() == pytest.approx([0.0765, 0.0885], abs=1e-12)
    assert linked.sum() == pytest.approx(0.165, abs=1e-12)
