"""Shanghai's calendar, against the exchange's notices."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import closures, sessions
from index.closures import Closure
from index.errors import BeforeHistory, CalendarEnds, FolderUnreadable
from index.sessions import Opening

HISTORY = Path(os.environ.get("WHYUP_SHARED", Path(__file__).parents[3] / "shared")) / "history"
FIXED_HOLIDAYS = ("01-01", "05-01", "05-02", "10-01", "10-02", "10-03")  # State Council order 795, article 2
HEADER = "calendar,date,status,reason,url\n"
NOTICE = "https://www.sse.com.cn/disclosure/announcement/general/"


@pytest.fixture
def own_closures(tmp_path: Path) -> Iterator[Path]:
    """A file whose lines a test adds, taken out of force afterwards."""
    path = tmp_path / "closures.csv"
    yield path
    sessions.use_closures(())


def put_in_force(path: Path, *rows: str) -> None:
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    sessions.use_closures(closures.read(path))


def day(iso: str) -> date:
    return date.fromisoformat(iso)


@pytest.mark.parametrize(
    ("iso", "is_open"),
    [
        ("1990-12-19", True),  # the first session
        ("2020-01-31", False),  # the Spring Festival of 2020, extended at a few days' notice
        ("2020-02-03", True),
        ("2024-02-09", False),  # New Year's Eve, a working day for others
        ("2024-09-16", False),  # Mid-Autumn
        ("2024-09-29", False),  # a Sunday on which others worked
        ("2024-09-30", True),
        ("2024-10-01", False),
        ("2024-10-08", True),
        ("2026-10-08", True),
        ("2026-11-21", False),
    ],
)
def test_the_exchange_is_open_on_its_sessions_only(iso: str, is_open: bool) -> None:
    assert sessions.is_session(day(iso)) is is_open
    assert sessions.opening(day(iso)) is (Opening.OPEN if is_open else Opening.CLOSED)


def test_there_are_as_many_sessions_as_the_exchange_counts() -> None:
    days = sessions.known_sessions()
    assert (days < np.datetime64("2026-11-21")).sum() == 8768  # reference: 1990-12-19 … 2026-11-20
    assert (days.astype("datetime64[Y]") == np.datetime64("2026")).sum() == 242


def test_sessions_before_and_after_a_holiday_are_neighbours() -> None:
    assert sessions.next_session(day("2024-09-30")) == sessions.known_next(day("2024-09-30")) == day("2024-10-08")
    assert sessions.previous_session(day("2024-10-08")) == day("2024-09-30")
    assert sessions.session_on_or_before(day("2024-10-05")) == day("2024-09-30")
    assert sessions.session_on_or_before(day("2024-09-30")) == day("2024-09-30")


def test_a_day_before_the_exchange_opened_is_before_history() -> None:
    with pytest.raises(BeforeHistory) as error:
        sessions.session_on_or_before(day("1990-12-18"))
    assert error.value.first == day("1990-12-19")
    assert sessions.opening(day("1990-12-18")) is Opening.CLOSED


@pytest.mark.parametrize(
    ("moment", "session"),
    [
        ("2024-09-30T14:59:59+08:00", "2024-09-27"),
        ("2024-09-30T15:00:00+08:00", "2024-09-30"),
        ("2024-09-30T07:00:00+00:00", "2024-09-30"),
        ("2024-10-05T12:00:00+08:00", "2024-09-30"),
        ("2024-09-30T23:30:00-04:00", "2024-09-30"),
    ],
)
def test_the_latest_closed_session_is_the_last_whose_close_has_come(moment: str, session: str) -> None:
    assert sessions.latest_closed(datetime.fromisoformat(moment)) == day(session)


def test_closes_between_two_moments_are_counted() -> None:
    after = datetime.fromisoformat("2024-09-27T16:00+08:00")
    closes = [sessions.closes_between(after, after + timedelta(days=days)) for days in (0, 2, 3, 10, 11)]
    assert closes == [0, 0, 1, 1, 2]


def test_past_the_end_every_weekday_may_have_had_a_close() -> None:
    end = datetime.combine(sessions.horizon(), sessions.CLOSE, sessions.BEIJING)
    assert sessions.closes_between(end, end + timedelta(days=7)) == 5


@given(st.dates(date(1990, 12, 20), date(2026, 12, 30)))
def test_neighbours_of_any_day_enclose_it(any_day: date) -> None:
    before, after = sessions.previous_session(any_day), sessions.next_session(any_day)
    assert before < any_day < after
    assert sessions.next_session(before) in {any_day, after}


@given(st.dates(date(2026, 12, 24), date(2100, 1, 1)))
def test_no_weekend_is_ever_a_session_and_no_later_weekday_is_guessed(any_day: date) -> None:
    if any_day.weekday() >= 5:
        assert sessions.is_session(any_day) is False
    is_fixed_holiday = f"{any_day:%m-%d}" in FIXED_HOLIDAYS
    if any_day > sessions.horizon() and any_day.weekday() < 5:
        assert sessions.opening(any_day) is (Opening.CLOSED if is_fixed_holiday else Opening.UNKNOWN)


@pytest.mark.parametrize("day", FIXED_HOLIDAYS)
def test_a_fixed_holiday_past_the_end_is_no_session(day: str) -> None:
    assert sessions.is_session(date.fromisoformat(f"2097-{day}")) is False  # New Year's Day of 2097 is a Tuesday


def test_a_notice_that_lists_no_fixed_holiday_still_leaves_it_closed(own_closures: Path) -> None:
    put_in_force(own_closures, f"XSHG,2027-12-31,complete,notice for 2027,{NOTICE}")
    assert [sessions.is_session(date(2027, 10, at)) for at in (1, 4)] == [False, True]


def test_past_the_last_known_day_nothing_is_guessed() -> None:
    end = sessions.horizon()
    later = end + timedelta(days=8)
    assert sessions.known_next(end) is None
    for ask in (sessions.is_session, sessions.session_on_or_before, sessions.next_session):
        with pytest.raises(CalendarEnds) as error:
            ask(later - timedelta(days=max(later.weekday() - 4, 0)))
        assert error.value.last_known == end


def test_the_end_is_warned_of_from_the_first_of_december() -> None:
    end = sessions.horizon()
    assert (end.month, end.day) == (12, 31)
    assert not sessions.ends_soon(date(end.year, 11, 30))
    assert sessions.ends_soon(date(end.year, 12, 1))
    assert sessions.ends_soon(date(end.year + 1, 1, 4))


def test_the_calendar_library_knows_the_days_to_come() -> None:
    """Fails when a release would go out with a calendar that has already ended: update exchange_calendars."""
    assert sessions.horizon() >= day("2026-12-31")


@pytest.mark.skipif(not HISTORY.exists(), reason="the development history is not on this machine")
def test_the_calendar_agrees_with_every_session_that_left_a_bar() -> None:
    import pandas as pd  # noqa: PLC0415 - only where the history is

    bars = pd.read_csv(HISTORY / "bars.csv.gz", usecols=["index", "session"])
    observed = bars.loc[bars["index"] == "000001.SH", "session"].to_numpy(dtype="datetime64[D]")
    known = sessions.known_sessions()
    assert observed.tolist() == known[known <= observed[-1]].tolist()


# ---- closures files ---------------------------------------------------------------------------------------------


def test_an_operators_closure_wins_over_the_library(own_closures: Path) -> None:
    put_in_force(own_closures, "XSHG,2026-11-24,closed,power failure,https://www.sse.com.cn/")
    assert sessions.opening(day("2026-11-24")) is Opening.CLOSED
    assert sessions.next_session(day("2026-11-23")) == day("2026-11-25")


def test_an_operators_opening_wins_over_the_library(own_closures: Path) -> None:
    put_in_force(own_closures, "XSHG,2026-10-01,open,a notice,https://www.sse.com.cn/")
    assert sessions.is_session(day("2026-10-01"))
    assert sessions.next_session(day("2026-09-30")) == day("2026-10-01")


def test_a_single_day_past_the_end_may_be_marked(own_closures: Path) -> None:
    put_in_force(own_closures, f"XSHG,2027-01-04,open,a notice,{NOTICE}", f"XSHG,2027-01-01,closed,New Year,{NOTICE}")
    assert sessions.horizon() == day("2026-12-31")
    assert sessions.is_session(day("2027-01-04"))
    assert sessions.opening(day("2027-01-01")) is Opening.CLOSED
    assert sessions.opening(day("2027-01-05")) is Opening.UNKNOWN


def test_a_years_notice_typed_in_moves_the_end(own_closures: Path) -> None:
    put_in_force(
        own_closures, f"XSHG,2027-01-01,closed,New Year,{NOTICE}", f"XSHG,2027-12-31,complete,notice for 2027,{NOTICE}"
    )
    assert sessions.horizon() == day("2027-12-31")
    assert sessions.next_session(day("2026-12-31")) == day("2027-01-04")
    assert sessions.is_session(day("2027-12-31"))
    assert not sessions.ends_soon(day("2026-12-15"))


def test_a_closure_taken_back_is_forgotten(own_closures: Path) -> None:
    put_in_force(own_closures, f"XSHG,2026-11-24,closed,power failure,{NOTICE}")
    sessions.use_closures(())
    assert sessions.is_session(day("2026-11-24"))


@pytest.mark.parametrize(
    "text",
    [
        "date,status\n2026-11-24,closed\n",
        HEADER + f"XSHG,24.11.2026,closed,,{NOTICE}\n",
        HEADER + f"XSHG,2026-11-24,shut,,{NOTICE}\n",
        HEADER + f"XNYS,2026-11-24,closed,,{NOTICE}\n",
        HEADER + f"XSHG,2026-11-28,open,a working Saturday,{NOTICE}\n",
        HEADER + "XSHG,2026-11-24,closed,power failure,\n",
        HEADER + "XSHG,2026-11-24,closed,power failure,a notice\n",
        HEADER + "XSHG,2026-11-24,closed,power failure,ftp://www.sse.com.cn/\n",
    ],
    ids=["columns", "date", "status", "calendar", "weekend", "no_link", "words_for_a_link", "another_scheme"],
)
def test_a_closures_file_that_makes_no_sense_is_refused(own_closures: Path, text: str) -> None:
    own_closures.write_text(text, encoding="utf-8")
    with pytest.raises(FolderUnreadable):
        closures.read(own_closures)


def test_a_line_that_makes_no_sense_is_named(own_closures: Path) -> None:
    own_closures.write_text(HEADER + f"XSHG,2026-11-24,closed,,{NOTICE}\nXSHG,2026-11-25,closed,,\n", encoding="utf-8")
    with pytest.raises(FolderUnreadable) as error:
        closures.read(own_closures)
    assert error.value.reason.startswith("line 3: ")


@pytest.mark.parametrize("closure", closures.bundled(), ids=lambda closure: f"{closure.calendar}-{closure.day}")
def test_each_bundled_day_links_to_hong_kongs_notice_of_it_or_of_the_storm_a_day_later(closure: Closure) -> None:
    stormy = closure.day if closure.status == "closed" else closure.day + timedelta(days=1)
    assert closure.url.startswith(f"https://www.hkex.com.hk/News/Market-Communications/{stormy:%Y/%y%m%d}")


def test_a_closures_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FolderUnreadable) as error:
        closures.read(tmp_path / "closures.csv")
    assert error.value.path.endswith("closures.csv")


# ---- Hong Kong and Stock Connect --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("iso", "is_open"),
    [
        ("2014-11-14", False),  # not yet opened
        ("2014-11-17", True),
        ("2014-12-24", False),  # money could not move on the Hong Kong holiday that followed
        ("2023-04-06", False),  # the same before Good Friday, for the last time
        ("2023-05-25", True),  # the day before Buddha's Birthday
        ("2023-05-26", False),  # Hong Kong closed, Shanghai open
        ("2023-09-01", False),  # Typhoon Saola
        ("2023-10-03", False),  # Shanghai closed, Hong Kong open
        ("2024-08-16", True),
    ],
)
def test_connect_is_open_when_both_markets_are_and_the_money_can_move(iso: str, is_open: bool) -> None:
    assert sessions.connect_is_open(day(iso)) is is_open


def test_a_typhoon_closes_connect_and_not_shanghai(own_closures: Path) -> None:
    put_in_force(own_closures, "XHKG,2026-11-24,closed,signal 8,https://www.hkex.com.hk/")
    assert not sessions.connect_is_open(day("2026-11-24"))
    assert sessions.is_session(day("2026-11-24"))


@pytest.mark.skipif(not HISTORY.exists(), reason="the development history is not on this machine")
def test_connect_agrees_with_every_day_whose_net_buying_was_published() -> None:
    rows = (HISTORY / "northbound.csv").read_text("utf-8").splitlines()[1:]
    published = {date.fromisoformat(row.partition(",")[0]) for row in rows}
    days = (day("2014-11-17") + timedelta(days=number) for number in range(3561))
    assert {each for each in days if sessions.connect_is_open(each)} == published


def test_moments_in_any_zone_are_the_same_moment() -> None:
    close = sessions.close_of(day("2024-09-30"))
    assert sessions.latest_closed(close.astimezone(UTC)) == sessions.latest_closed(close)


def test_between_two_days_lie_the_sessions_of_neither() -> None:
    assert sessions.between(date(2024, 9, 27), date(2024, 10, 9)) == (date(2024, 9, 30), date(2024, 10, 8))
    assert sessions.between(date(2024, 9, 30), date(2024, 10, 8)) == ()
    assert sessions.between(date(2098, 12, 30), date(2099, 1, 9)) == ()


@pytest.mark.parametrize(
    ("day", "before"),
    [
        ("2024-10-08", "2024-09-30"),
        ("1990-12-19", "1990-12-19"),
        ("2099-01-06", "2099-01-05"),
        ("2099-01-05", "2099-01-02"),
        ("2097-01-02", "2096-12-31"),
    ],
    ids=["over a holiday", "the first session", "past the calendar's end", "past it over a weekend", "past New Year"],
)
def test_who_looks_back_always_finds_a_day(day: str, before: str) -> None:
    assert sessions.assumed_previous(date.fromisoformat(day)) == date.fromisoformat(before)
