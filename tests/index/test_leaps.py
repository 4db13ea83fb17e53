"""Which closes go together, and which leap."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.bars import Bars
from index.leaps import believed, doubtful, is_leap, reach, set_aside
from index.store import Store

from .folders import load
from .test_refresh import HISTORY

COMPOSITE = "000001.SH"
# The exchange's closes of September 2024.
WEEK = (
    ("2024-09-23", 2748.92), ("2024-09-24", 2863.13), ("2024-09-25", 2896.31), ("2024-09-26", 3000.95),
    ("2024-09-27", 3087.53),
)  # fmt: skip
MONDAY = ("2024-09-30", 3336.50)
FRIDAY, MONDAY_IS = date(2024, 9, 27), date(2024, 9, 30)


def bars(*rows: tuple[str, float], index: str = COMPOSITE, publishers: tuple[str, ...] = ()) -> Bars:
    days = np.array([day for day, _ in rows], dtype="datetime64[D]")
    close = np.array([close for _, close in rows])
    sources = publishers or ("East Money",) * len(rows)
    return Bars(index, days, close, close, close, close, close, close, sources)


def kept(found: Bars) -> list[float]:
    return found.take(believed(found, np.arange(len(found)))).close.tolist()


@pytest.mark.parametrize(
    ("index", "rows"),
    [
        (COMPOSITE, [*WEEK, MONDAY]),  # +8.06 %
        (COMPOSITE, [("1992-05-19", 611.73), ("1992-05-20", 616.99), ("1992-05-21", 1266.49)]),  # +105.27 %
        ("399001.SZ", [("1996-12-12", 4300.0), ("1996-12-13", 4199.58), ("1996-12-16", 3776.17)]),  # -10.08 %
        ("399006.SZ", [("2024-09-27", 1885.49), ("2024-09-30", 2175.09)]),  # +15.4 %
        ("000852.SH", [("2024-09-27", 5136.44), ("2024-09-30", 5708.83)]),  # +11.14 %
        ("SPX", [("1987-10-16", 282.70), ("1987-10-19", 224.84)]),  # -20.5 %
        ("HSI", [("1987-10-19", 3362.39), ("1987-10-26", 2241.69)]),  # -33.3 % after four closed days
    ],
    ids=["the largest day since 2008", "the end of limits", "the first day of limits", "wide limits",
         "some wide limits", "Black Monday", "after a closure"],
)  # fmt: skip
def test_real_moves_are_believed(index: str, rows: list[tuple[str, float]]) -> None:
    assert kept(bars(*rows, index=index)) == [close for _, close in rows]


@pytest.mark.parametrize("wrong", [33.365, 333.65, 2336.50, 33365.0, 333650.0])
def test_a_lost_or_moved_digit_is_set_aside(wrong: float) -> None:
    (leap,) = set_aside(bars(*WEEK, ("2024-09-30", wrong)))
    assert (leap.session, leap.before, leap.close) == (date(2024, 9, 30), 3087.53, wrong)


def test_one_wrong_close_among_right_ones_takes_none_of_them_along() -> None:
    wrong = [(day, close * 10 if day == "2024-09-25" else close) for day, close in (*WEEK, MONDAY)]
    assert kept(bars(*wrong)) == [close for day, close in (*WEEK, MONDAY) if day != "2024-09-25"]


def test_a_wrong_first_close_is_the_wrong_one() -> None:
    assert kept(bars(("2024-09-20", 27368.1), *WEEK)) == [close for _, close in WEEK]


def test_two_wrong_closes_side_by_side_do_not_confirm_each_other() -> None:
    wrong = [(day, close / 10 if day in {"2024-09-25", "2024-09-26"} else close) for day, close in (*WEEK, MONDAY)]
    assert len(set_aside(bars(("2024-09-19", 2736.02), ("2024-09-20", 2736.81), *wrong))) == 2


def test_a_level_that_lasts_is_kept_in_doubt() -> None:
    tenfold = [("2024-09-30", 33365.0), ("2024-10-08", 34897.8), ("2024-10-09", 32588.6)]
    found = bars(*WEEK, *tenfold)
    assert set_aside(found) == ()
    assert [(leap.session, leap.before, leap.close) for leap in doubtful(found)] == [
        (date(2024, 9, 30), 3087.53, 33365.0)
    ]


def test_a_second_publisher_confirms_a_close() -> None:
    rows, publishers = (*WEEK, ("2024-09-30", 4336.5), ("2024-09-30", 4336.5)), ("East Money",) * 6
    assert len(set_aside(bars(*rows, publishers=(*publishers, "East Money")))) == 2
    assert set_aside(bars(*rows, publishers=(*publishers, "Tencent"))) == ()


def test_series_without_rows_have_no_leaps() -> None:
    assert kept(bars()) == []
    assert (set_aside(bars()), doubtful(bars())) == ((), ())


@given(st.permutations(range(6)), st.sampled_from([0.1, 10.0, 0.7, 1.3]), st.integers(0, 5))
def test_what_is_believed_does_not_hang_on_the_order_in_which_rows_came(
    order: list[int], slip: float, place: int
) -> None:
    rows = [(day, close * slip if at == place else close) for at, (day, close) in enumerate((*WEEK, MONDAY))]
    shuffled = sorted([rows[at] for at in order])
    assert kept(bars(*shuffled)) == [close for at, (_, close) in enumerate(rows) if at != place]


# ---- sessions that are missing ----------------------------------------------------------------------------------


def test_each_missing_session_may_have_moved_as_far_as_the_limits_allow() -> None:
    one, two = reach(COMPOSITE, FRIDAY, MONDAY_IS), reach(COMPOSITE, date(2024, 9, 26), MONDAY_IS)
    assert two == pytest.approx(one**2)


def test_a_holiday_is_no_missing_session() -> None:
    over_a_holiday, overnight = reach(COMPOSITE, MONDAY_IS, date(2024, 10, 8)), reach(COMPOSITE, FRIDAY, MONDAY_IS)
    assert over_a_holiday == pytest.approx(overnight)


@pytest.mark.parametrize(
    ("since", "is_one"), [(date(2024, 9, 27), True), (date(2024, 8, 30), True), (date(2024, 5, 31), True)],
    ids=["the session before", "a month missing", "four months missing"],
)  # fmt: skip
def test_a_moved_point_stays_a_leap_over_months_without_rows(since: date, is_one: bool) -> None:
    assert is_leap(COMPOSITE, (since, 3087.53), (MONDAY_IS, 33365.0)) is is_one
    assert not is_leap(COMPOSITE, (since, 3087.53), (MONDAY_IS, 3336.50))


def test_past_the_calendars_end_weekdays_count() -> None:
    assert reach(COMPOSITE, date(2099, 1, 5), date(2099, 1, 7)) == pytest.approx(1.113**2)


def test_over_any_number_of_sessions_history_stayed_within_reach() -> None:
    """The largest moves of the Composite since 1996, of the Shenzhen Component and of CSI 500, from public tables."""
    largest = {1: 1.111, 2: 1.208, 5: 1.363, 10: 1.555, 20: 1.668, 60: 2.018, 250: 4.577}
    day = np.datetime64("2006-01-04")
    for count, ratio in largest.items():
        after = np.busday_offset(day, count, holidays=[])
        assert reach("000905.SH", day.astype(object), after.astype(object)) > ratio


@given(st.lists(st.floats(-9.9, 9.9), min_size=20, max_size=20))
def test_any_walk_within_the_limits_is_believed(changes_pct: list[float]) -> None:
    closes = 3000 * np.cumprod(1 + np.array(changes_pct) / 100)
    days = np.busday_offset("2024-03-04", np.arange(len(closes)))  # 20 sessions without a holiday
    assert len(kept(bars(*((str(day), close) for day, close in zip(days, closes, strict=True))))) == len(closes)


@pytest.mark.skipif(not HISTORY.exists(), reason="the development history is not on this machine")
def test_no_close_of_the_development_history_is_set_aside(store: Store, folder: Path) -> None:
    (folder / "bars.csv.gz").symlink_to(HISTORY / "bars.csv.gz")
    (report,) = load(store, folder).files
    # Five sessions of Shenzhen's in February 1995 stand there without any figure.
    assert {(found.fault.code, found.fault.column) for found in report.rejected} <= {
        ("no_figures", "session"), ("not_public_yet", "session"),
    }  # fmt: skip
    assert not [found for found in report.doubtful if (found.fault.code, found.fault.column) == ("jump", "close")]
