"""What the exchange says that all its shares turned over, on the figures it published for 2025-02-21."""

from datetime import date, datetime

import pytest

from index.live.crosscheck import differ
from index.sessions import BEIJING
from index.sources.contract import Reading
from tests.index.sources.recorded import codes, read

SESSION = date(2025, 2, 21)
EVENING = datetime(2025, 2, 21, 18, tzinfo=BEIJING)
COMPOSITE_CNY = 855_656_954_773.5  # its turnover as terminals show it


def dealt(old: str = "", new: str = "", at: datetime = EVENING) -> Reading:
    return read(
        "sse.deals", "2025-02-21", since=SESSION, until=SESSION, at=at,
        change=lambda given: str(given).replace(old, new) if old else given,
    )  # fmt: skip


def test_the_line_of_all_shares_comes_in_yuan_and_shares_and_without_a_close() -> None:
    (row,) = dealt().rows
    assert (row["index"], row["session"], row["close"]) == ("000001.SH", SESSION, None)
    assert (row["turnover_cny"], row["volume_shares"]) == (856_131_000_000.0, 60_858_000_000.0)


def test_all_shares_are_the_main_board_with_b_shares_and_star() -> None:
    (row,) = dealt().rows
    assert row["turnover_cny"] == pytest.approx((6413.63 + 4.30 + 2143.37) * 1e8, rel=1e-5)


def test_it_is_the_composites_turnover_but_for_less_than_a_thousandth() -> None:
    (row,) = dealt().rows
    assert row["turnover_cny"] / COMPOSITE_CNY == pytest.approx(1.0, abs=0.001)
    assert not differ([row["turnover_cny"], COMPOSITE_CNY])


def test_the_page_of_another_day_than_asked_for_is_stale() -> None:
    reading = dealt('"TRADE_DATE":"20250221"', '"TRADE_DATE":"20250220"')
    assert (reading.rows, codes(reading)) == ([], ["stale"])


def test_a_day_that_the_exchange_has_not_counted_yet_is_no_failure() -> None:
    reading = read(
        "sse.deals", "2025-02-21", since=SESSION, until=SESSION, at=EVENING, change=lambda _: '{"result":[]}'
    )
    assert (reading.rows, reading.refused, reading.failures) == ([], [], [])


def test_nothing_dealt_is_no_turnover() -> None:
    assert codes(dealt('"8561.31"', '"0.00"')) == ["not_positive"]


def test_dealings_of_the_running_session_are_not_settled() -> None:
    assert codes(dealt(at=EVENING.replace(hour=14))) == ["unsettled"]


def test_days_before_the_page_had_its_columns_are_not_asked_for() -> None:
    reading = read("sse.deals", since=date(2021, 12, 20), until=date(2021, 12, 24), at=EVENING)
    assert (reading.rows, reading.refused) == ([], [])


@pytest.mark.parametrize("unit", [1e4, 1e8], ids=["万", "亿"])
def test_another_unit_is_no_small_difference(unit: float) -> None:
    assert differ([COMPOSITE_CNY, COMPOSITE_CNY / unit])


@pytest.mark.parametrize(("other", "expected"), [(1.02, False), (0.985, False), (1.0201, True), (0.97, True)])
def test_two_percent_are_tolerated_either_way(other: float, expected: bool) -> None:
    assert differ([8e11, 8e11 * other]) is expected


def test_nothing_to_compare_does_not_differ() -> None:
    assert not differ([])
