"""The CSI rules: named members, free float in steps."""

import doctest

import numpy as np
import pandas as pd
import pytest

from index.errors import ConstituentsInvalid
from index.rules import csi as rules_csi
from index.rules.maintenance import constituents
from index.rules.market import Records

DAYS = pd.bdate_range("2024-12-11", periods=6)


@pytest.mark.parametrize(
    ("ratio", "counted"),
    [
        pytest.param(0.07, 0.07, id="as it is"),
        pytest.param(0.10, 0.10, id="to ten percent"),
        pytest.param(0.1001, 0.2, id="then up"),
        pytest.param(0.2, 0.2, id="a boundary belongs below"),
        pytest.param(0.30000000000000004, 0.3, id="a boundary missed by the last bit"),
        pytest.param(0.35, 0.4, id="in tens"),
        pytest.param(0.8, 0.8, id="to eighty"),
        pytest.param(0.81, 1.0, id="then all"),
        pytest.param(1.0, 1.0, id="all of all"),
    ],
)
def test_free_float_counts_in_steps(ratio: float, counted: float) -> None:
    assert rules_csi.inclusion_ratio(np.array([ratio])).tolist() == [counted]


def records(members: list[tuple[str, str, str | None]]) -> Records:
    rows = [(day, code, 10.0) for day in DAYS for code in ("600519", "601398")]
    return Records(
        prices=pd.DataFrame(rows, columns=["session", "code", "close"]),
        stocks=pd.DataFrame({"code": ["600519", "601398"], "listed": "2001-08-27"}),
        shares=pd.DataFrame(
            [("600519", "2001-08-27", 1000, 350), ("601398", "2001-08-27", 1000, 70)],
            columns=["code", "effective_on", "shares", "float_shares"],
        ),
        members=pd.DataFrame(members, columns=["code", "joined", "left"]),
    )


def test_members_weigh_by_their_stepped_float() -> None:
    table = constituents(records([("600519", "2005-04-08", None), ("601398", "2006-12-01", None)]), rules_csi.RULES)
    assert table.groupby("code")["shares"].unique().explode().to_dict() == {
        "600519": 400.0,
        "601398": pytest.approx(70.0),
    }


def test_a_review_changes_the_members_on_its_day() -> None:
    review = records([("600519", "2005-04-08", "2024-12-16"), ("601398", "2024-12-16", None)])
    table = constituents(review, rules_csi.RULES)
    assert table["code"].tolist() == ["600519"] * 3 + ["601398"] * 3


def test_an_unknown_member_is_named() -> None:
    with pytest.raises(ConstituentsInvalid) as refused:
        constituents(records([("600000", "2005-04-08", None)]), rules_csi.RULES)
    assert refused.value.rows[0].cell == "600000"


def test_the_docstring_s_example_holds() -> None:
    assert doctest.testmod(rules_csi).failed == 0
