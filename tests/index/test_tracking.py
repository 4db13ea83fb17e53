"""A rebuilt index beside a published one."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from index.tracking import compare
from tests.index.published import bars

DAYS = ["2024-09-23", "2024-09-24", "2024-09-25", "2024-09-26"]


def levels(*values: float, days: list[str] | None = None) -> pd.DataFrame:
    return pd.DataFrame({"session": pd.to_datetime(days or DAYS), "level": values})


def test_the_same_index_on_another_base_is_not_apart() -> None:
    tracking = compare(levels(100, 110, 99, 101), bars(DAYS, [2000, 2200, 1980, 2020]))
    assert tracking is not None
    assert (tracking.correlation, tracking.beta) == (pytest.approx(1), pytest.approx(1))
    assert (tracking.apart_bp, tracking.bias_bp) == (pytest.approx(0, abs=1e-9), pytest.approx(0, abs=1e-9))


def test_statistics_are_those_of_the_differences_of_changes() -> None:
    """Changes of 10, -10, 10 % against 10, -10, 9 %: differences of 0, 0 and 100 hundredths of a percent."""
    tracking = compare(levels(100, 110, 99, 108.9), bars(DAYS, [100, 110, 99, 107.91]))
    assert tracking is not None
    assert tracking.bias_bp == pytest.approx(100 / 3)
    assert tracking.apart_bp == pytest.approx(100 / np.sqrt(3))
    assert (tracking.worst_session, tracking.worst_bp) == (date(2024, 9, 26), pytest.approx(100))
    assert (tracking.rebuilt_pct, tracking.published_pct) == (pytest.approx(8.9), pytest.approx(7.91))


def test_only_shared_sessions_are_compared() -> None:
    tracking = compare(levels(100, 110, 99, 101), bars(["2024-09-20", *DAYS[1:]], [1, 2200, 1980, 2020]))
    assert tracking is not None
    assert (tracking.first, tracking.last, tracking.changes) == (date(2024, 9, 24), date(2024, 9, 26), 2)


def test_a_session_without_published_close_is_not_shared() -> None:
    tracking = compare(levels(100, 110, 99, 101), bars(DAYS, [2000, np.nan, 1980, 2020]))
    assert tracking is not None
    assert tracking.changes == 2


def test_two_sessions_are_too_few() -> None:
    assert compare(levels(100, 110, days=DAYS[:2]), bars(DAYS[:2], [100, 110])) is None


def test_a_series_that_never_moves_has_no_correlation() -> None:
    tracking = compare(levels(100, 100, 100, 100), bars(DAYS, [100, 110, 99, 107]))
    assert tracking is not None
    assert np.isnan(tracking.correlation)
