"""What the store remembers, and what it does not yet know at a moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import StoreUnreachable
from index.store import Row, Store, moment, stamp, stamp_exactly

RETRIEVED = datetime(2024, 10, 1, tzinfo=UTC)
CLOSE = datetime(2024, 9, 30, 7, tzinfo=UTC)  # 15:00 in Beijing
SESSION = date(2024, 9, 30)
OPENING = datetime(1990, 12, 19)  # noqa: DTZ001 - hypothesis adds the zone


def bar(close: float, *, session: date = SESSION, known: datetime = CLOSE, came_in: datetime = RETRIEVED) -> Row:
    return {
        "index": "000001.SH", "session": session.isoformat(), "open": None, "high": None, "low": None, "close": close,
        "volume_shares": None, "turnover_cny": 0.0, "publisher": "a publisher",
        "known_at": stamp(known), "retrieved_at": stamp_exactly(came_in), "digest": f"{close:016.4f}",
    }  # fmt: skip


def close_at(store: Store, at: datetime) -> list[float]:
    return store.bars("000001.SH", at).close.tolist()


def test_a_close_is_unknown_until_its_session_has_closed(store: Store) -> None:
    store.add("bars", [bar(3336.50)])
    assert close_at(store, CLOSE - timedelta(seconds=1)) == []
    assert close_at(store, CLOSE) == [3336.50]


def test_a_row_stored_before_is_not_stored_again(store: Store) -> None:
    assert [store.add("bars", [bar(3336.50)]) for _ in range(3)] == [1, 0, 0]
    assert store.count("bars") == 1


def test_a_revision_is_kept_beside_the_first_value_and_known_only_once_it_came_in(store: Store) -> None:
    corrected = RETRIEVED + timedelta(days=3)
    store.add("bars", [bar(3336.50)])
    store.add("bars", [bar(3336.05, came_in=corrected)])
    assert store.count("bars") == 2
    assert close_at(store, corrected - timedelta(seconds=1)) == [3336.50]
    assert close_at(store, corrected) == [3336.05]


def test_a_first_row_is_known_when_it_was_published_however_late_it_came_in(store: Store) -> None:
    store.add("bars", [bar(3336.50, came_in=RETRIEVED + timedelta(days=900))])
    assert close_at(store, CLOSE) == [3336.50]


def test_a_revision_read_as_a_row_says_when_it_became_known(store: Store) -> None:
    corrected = RETRIEVED + timedelta(days=3)
    store.add("bars", [bar(3336.50), bar(3336.05, came_in=corrected)])
    (row,) = store.rows("bars", corrected)
    assert (row["close"], row.published_at) == (3336.05, corrected)


def test_the_version_grows_with_what_is_stored(store: Store) -> None:
    assert store.version() == 0
    store.add("bars", [])
    assert store.version() == 0
    store.add("bars", [bar(3336.50)])
    assert store.version() == 1


def test_an_unknown_figure_stays_unknown_and_is_no_zero(store: Store) -> None:
    store.add("bars", [bar(3336.50)])
    bars = store.bars("000001.SH", CLOSE)
    assert np.isnan(bars.open).all()
    assert bars.turnover_cny.tolist() == [0.0]


def test_an_index_without_rows_has_empty_bars(store: Store) -> None:
    bars = store.bars("000300.SH", CLOSE)
    assert (len(bars), bars.close.dtype, bars.sessions.dtype) == (0, np.dtype("f8"), np.dtype("M8[D]"))


def test_bars_come_oldest_first(store: Store) -> None:
    days = [date(2024, 9, 30), date(2024, 9, 26), date(2024, 9, 27)]
    store.add("bars", [bar(3000 + day.day, session=day) for day in days])
    assert close_at(store, CLOSE) == [3026, 3027, 3030]


def test_rows_can_be_asked_for_since_a_moment_and_by_value(store: Store) -> None:
    earlier = CLOSE - timedelta(days=3)
    store.add("bars", [bar(3087.53, session=date(2024, 9, 27), known=earlier), bar(3336.50)])
    assert [row["close"] for row in store.rows("bars", CLOSE, since=earlier + timedelta(seconds=1))] == [3336.50]
    assert [row["close"] for row in store.rows("bars", CLOSE, session="2024-09-27")] == [3087.53]


def test_days_are_read_as_dates_and_moments_as_aware_ones(store: Store) -> None:
    store.add("bars", [bar(3336.50)])
    (row,) = store.rows("bars", CLOSE)
    assert (row["session"], row.published_at) == (SESSION, CLOSE)


def test_nothing_of_a_failed_transaction_is_stored(store: Store) -> None:
    nameless = {**bar(3087.53, session=date(2024, 9, 27)), "publisher": None}
    with pytest.raises(StoreUnreachable):
        store.add("bars", [bar(3336.50), nameless])
    assert store.count("bars") == 0


def test_adding_nothing_is_nothing(store: Store) -> None:
    assert store.add("bars", []) == 0


def test_many_may_open_a_new_store_at_once(tmp_path: Path) -> None:
    urls = [f"sqlite:///{tmp_path / f'{number // 8}.db'}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(Store, urls))
    assert [made.count("bars") for made in stores] == [0] * 40
    for made in stores:
        made.engine.dispose()


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "nosuch://host/base", "sqlite:////nowhere/at/all/figures.db"],
    ids=["empty", "no url", "unknown database", "no such folder"],
)
def test_a_store_that_cannot_be_opened_says_so(url: str) -> None:
    with pytest.raises(StoreUnreachable) as error:
        Store(url)
    assert error.value.reason


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "figures.db"
    path.write_text("these are no figures, and it is long enough not to be taken for an empty file" * 20, "utf-8")
    with pytest.raises(StoreUnreachable) as error:
        Store(f"sqlite:///{path}")
    assert str(path) in error.value.url


def test_a_password_is_not_repeated_in_errors() -> None:
    with pytest.raises(StoreUnreachable) as error:
        Store("nosuch://me:secret@host/base")
    assert error.value.url == "nosuch://***@host/base"


@given(st.datetimes(timezones=st.timezones(), min_value=OPENING, max_value=OPENING + timedelta(days=40_000)))
def test_stamps_sort_by_time_and_read_back_to_the_second(local: datetime) -> None:
    at = local.astimezone(UTC)
    assert moment(stamp(local)) == at.replace(microsecond=0)
    assert moment(stamp_exactly(local)) == at
    assert stamp(local) < stamp(at + timedelta(seconds=1))


_folder_number = count()
_days = st.dates(date(2024, 1, 1), date(2024, 3, 31))
_rows = st.lists(
    st.tuples(_days, st.integers(1, 9), st.integers(0, 200)), unique_by=lambda row: (row[0], row[1]), max_size=30
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_rows, cut=st.integers(0, 300))
def test_no_read_sees_what_came_after_its_moment(tmp_path: Path, rows: list[tuple[date, int, int]], cut: int) -> None:
    """Known at a moment = what a store holds that was filled only until then."""
    start = datetime(2024, 1, 1, tzinfo=UTC)
    at = start + timedelta(days=cut, hours=12)
    timeline = sorted(
        (_as_it_came_in(day, value, late) for day, value, late in rows), key=lambda row: row["retrieved_at"]
    )
    whole, until_then = (Store(f"sqlite:///{tmp_path / f'{next(_folder_number)}.db'}") for _ in range(2))
    whole.add("bars", timeline)
    until_then.add("bars", [row for row in timeline if row["retrieved_at"] <= stamp_exactly(at)])
    first_values = {row["session"] for row in timeline if row["retrieved_at"] > stamp_exactly(at)}
    seen = [(row["session"], row["close"]) for row in whole.rows("bars", at)]
    known = {(row["session"], row["close"]) for row in until_then.rows("bars", at)}
    assert known <= set(seen)
    assert all(session.isoformat() in first_values for session, _ in set(seen) - known)  # first rows, back-filled
    assert whole.bars("000001.SH", at).close.tolist() == [close for _, close in sorted(seen)]
    for made in (whole, until_then):
        made.engine.dispose()


def _as_it_came_in(day: date, value: int, late: int) -> Row:
    published = datetime.combine(day, CLOSE.timetz())
    return bar(3000.0 + value, session=day, known=published, came_in=published + timedelta(days=late, hours=value))
