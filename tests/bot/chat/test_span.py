"""From the days a question names to the sessions it is answered about; openings by the exchange's holiday notices."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.question import Extreme, When, WhenType
from bot.chat.span import RECENT, Span, local_day, resolve
from index.catalog import BY_CODE
from index.errors import BeforeHistory, NoFigures, NotYet
from index.reader import Reader
from index.sessions import BEIJING

AFTER = datetime(2024, 9, 30, 16, tzinfo=BEIJING)


def span(reader: Reader, kind: WhenType | None, *days: str, at: datetime = AFTER, code: str = "000001.SH") -> Span:
    when = When(kind, tuple(date.fromisoformat(day) for day in days))
    return resolve(when, reader.bars(code, at), at)


def test_without_a_time_the_latest_session_is_meant(sample_reader: Reader) -> None:
    assert span(sample_reader, None) == Span((date(2024, 9, 30),), asked_today=True)


@pytest.mark.parametrize(
    ("extreme", "first"),
    # The lowest close of the 250 sessions to 30 Sep 2024 was 2702.19 on 5 Feb, the highest that day's own 3336.50.
    [("low", date(2024, 2, 6)), ("high", date(2024, 9, 30))],
)
def test_since_an_extreme_means_the_sessions_after_it(sample_reader: Reader, extreme: Extreme, first: date) -> None:
    found = resolve(When("range", since=extreme), sample_reader.bars("000001.SH", AFTER), AFTER)
    assert (found.sessions[0], found.last) == (first, date(2024, 9, 30))


def test_a_number_of_sessions_is_counted_in_sessions(sample_reader: Reader) -> None:
    found = resolve(When("range", count=3), sample_reader.bars("000001.SH", AFTER), AFTER)
    assert found.sessions == (date(2024, 9, 26), date(2024, 9, 27), date(2024, 9, 30))


def test_before_todays_close_the_session_before_is_told_and_that_today_is_still_open(sample_reader: Reader) -> None:
    at_noon = datetime(2024, 9, 30, 12, tzinfo=BEIJING)
    found = span(sample_reader, "today", "2024-09-30", at=at_noon)
    assert found == Span((date(2024, 9, 27),), asked_today=True, still_open=True)


def test_on_a_holiday_the_last_session_is_told_and_that_today_is_closed(sample_reader: Reader) -> None:
    national_day = datetime(2024, 10, 1, 12, tzinfo=BEIJING)
    found = span(sample_reader, None, at=national_day)
    assert found == Span((date(2024, 9, 30),), closed_day=date(2024, 10, 1), asked_today=True)


def test_when_newer_sessions_have_closed_the_figures_are_called_old(sample_reader: Reader) -> None:
    found = span(sample_reader, None, at=datetime(2024, 10, 9, 18, tzinfo=BEIJING))
    assert (found.last, found.is_stale, found.closed_day) == (date(2024, 9, 30), True, None)


@pytest.mark.parametrize(
    ("day", "session"),
    [
        ("2024-01-22", "2024-01-22"),
        ("2024-09-29", "2024-09-27"),  # a Sunday that was a working day
        ("2024-02-12", "2024-02-08"),  # the Spring Festival
        ("2024-06-10", "2024-06-07"),  # the Dragon Boat Festival
    ],
)
def test_a_named_day_is_its_session_or_the_last_one_before(day: str, session: str, sample_reader: Reader) -> None:
    found = span(sample_reader, "date", day)
    assert found.sessions == (date.fromisoformat(session),)
    assert found.closed_day == (None if day == session else date.fromisoformat(day))


def test_a_range_is_every_session_within_it(sample_reader: Reader) -> None:
    found = span(sample_reader, "range", "2024-02-05", "2024-02-18")
    assert [session.day for session in found.sessions] == [5, 6, 7, 8]  # the festival began on the 9th


def test_a_range_without_a_session_is_told_by_the_one_before(sample_reader: Reader) -> None:
    found = span(sample_reader, "range", "2024-02-12", "2024-02-16")
    assert (found.sessions, found.closed_day) == ((date(2024, 2, 8),), date(2024, 2, 16))


def test_lately_means_the_last_five_sessions(sample_reader: Reader) -> None:
    assert len(span(sample_reader, "range").sessions) == RECENT


def test_a_day_to_come_is_refused(sample_reader: Reader) -> None:
    with pytest.raises(NotYet) as refused:
        span(sample_reader, "date", "2024-10-08")
    assert refused.value.day == date(2024, 10, 8)


def test_a_day_before_the_exchange_opened_is_refused(sample_reader: Reader) -> None:
    with pytest.raises(BeforeHistory):
        span(sample_reader, "date", "1989-06-01")


def test_a_day_before_the_stored_figures_is_not_answered_with_another(sample_reader: Reader) -> None:
    with pytest.raises(NoFigures):
        span(sample_reader, "date", "2015-07-08")


def test_an_index_abroad_lives_in_its_own_day() -> None:
    monday_morning = datetime(2024, 9, 30, 8, tzinfo=BEIJING)
    assert local_day(BY_CODE["SPX"], monday_morning) == date(2024, 9, 29)
    assert local_day(BY_CODE["000001.SH"], monday_morning) == date(2024, 9, 30)


@given(
    st.datetimes(datetime(2023, 2, 1), datetime(2024, 9, 30)),  # noqa: DTZ001 - the zone is put on below
    st.integers(0, 400),
    st.integers(0, 40),
)
def test_no_session_is_told_before_its_close_whatever_is_asked(
    sample_reader: Reader, moment: datetime, back: int, length: int
) -> None:
    at = moment.replace(tzinfo=BEIJING)
    first = max(at.date() - timedelta(days=back), date(2023, 1, 5))
    last = min(first + timedelta(days=length), at.date())
    kind: WhenType = "range" if first < last else "date"
    found = span(sample_reader, kind, *dict.fromkeys((first.isoformat(), last.isoformat())), at=at)
    assert all(session < at.date() or at.hour >= 15 for session in found.sessions)
    assert list(found.sessions) == sorted(set(found.sessions))
