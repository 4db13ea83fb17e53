"""What publishers' tables have in common becomes rows in one place."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.quality import Rejected
from index.sessions import BEIJING
from index.sources.contract import Call, Request
from index.sources.rows import Daily, check_stated, quoted_session, signs_of

SESSION = date(2024, 9, 30)
EVENING = Request(SESSION, SESSION, datetime(2024, 9, 30, 19, tzinfo=BEIJING))
TABLE = Daily("day", ("o", "h", "l", "c"), volume=("lots", 100.0))


def test_a_bar_has_the_units_of_its_table_and_does_not_know_what_the_table_lacks() -> None:
    record = {"day": "2024-09-30", "o": "3147.21", "h": "3358.48", "l": "3147.21", "c": "3336.50", "lots": "864312300"}
    row = TABLE.bar(record, Call("test", subject="000001.SH"), EVENING)
    assert (row["close"], row["volume_shares"], row["turnover_cny"]) == (3336.50, 86_431_230_000.0, None)


def test_a_column_that_only_newer_tables_have_is_unknown_in_older_ones() -> None:
    row = TABLE.fund({"day": "2024-09-30", "c": "3.135"}, Call("test", subject="510050"), EVENING)
    assert (row["volume"], row["turnover_cny"]) == (None, None)


def test_a_row_without_a_close_is_refused() -> None:
    with pytest.raises(Rejected):
        TABLE.fund({"day": "2024-09-30", "c": "-"}, Call("test", subject="510050"), EVENING)


@pytest.mark.parametrize("moment", ["2024-09-30 14:59:59", "20240930T145959", "2024-09-30T06:59:59+00:00"])
def test_a_quote_from_before_the_bell_has_no_session_yet(moment: str) -> None:
    with pytest.raises(Rejected) as rejection:
        quoted_session({"moment": moment}, EVENING)
    assert rejection.value.fault.code == "unsettled"


@pytest.mark.parametrize("moment", ["2024-09-30 15:00:03", "20240930T150003", "2024-09-30T07:00:03+00:00"])
def test_a_quote_belongs_to_the_day_that_it_states_in_beijing(moment: str) -> None:
    assert quoted_session({"moment": moment}, EVENING) == SESSION


def test_a_report_of_another_day_than_asked_for_is_stale() -> None:
    with pytest.raises(Rejected) as rejection:
        check_stated(date(2024, 9, 27), Call("test", subject="2024-09-30"))
    assert rejection.value.fault.code == "stale"


@given(st.lists(st.floats(-10, 10) | st.just("-")))
def test_every_share_with_a_known_change_is_counted_once(changes: list[float | str]) -> None:
    signs = signs_of({"涨跌幅": change} for change in changes)
    known = [change for change in changes if change != "-"]
    assert signs.total() == len(known)
    assert signs[1] == sum(change > 0 for change in known)  # type: ignore[operator] - text is left out above
