"""The trigger fires after each close, and nothing makes the scheduler drop one."""

import asyncio
import time
import warnings
from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta

import pytest
from exchange_calendars import get_calendar
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import Clock
from bot.schedule import SETTLES, SessionCloses, next_close, scheduler
from index.sessions import BEIJING, horizon

WALL = datetime(2026, 11, 24, 12, tzinfo=UTC)


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("after", "close"),
    [
        ("2024-09-30T09:00", "2024-09-30T15:00"),
        ("2024-09-30T14:59:59", "2024-09-30T15:00"),
        ("2024-09-30T15:00", "2024-10-08T15:00"),
        ("2024-10-04T12:00", "2024-10-08T15:00"),
        ("2024-09-27T16:00", "2024-09-30T15:00"),
        ("2024-09-28T10:00", "2024-09-30T15:00"),
        ("2024-02-08T16:00", "2024-02-19T15:00"),
        ("2024-09-29T12:00", "2024-09-30T15:00"),
    ],
    ids=["morning", "a second before", "golden week", "amid golden week", "friday evening", "weekend", "new year",
         "a sunday on which offices worked"],
)  # fmt: skip
def test_the_next_close_skips_weekends_and_holidays(after: str, close: str) -> None:
    assert next_close(beijing(after)) == beijing(close)


@pytest.fixture(scope="module")
def published_closes() -> list[datetime]:
    """Every close that the calendar library gives, in order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the library's own, about pandas
        return [close.to_pydatetime() for close in get_calendar("XSHG").schedule["close"]]


@given(after=st.datetimes(datetime(2010, 1, 1), datetime(2025, 12, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - just
def test_the_next_close_is_the_one_that_the_exchanges_calendar_gives(
    published_closes: list[datetime], after: datetime
) -> None:
    assert next_close(after) == published_closes[bisect_right(published_closes, after)]


def test_past_the_calendars_end_every_weekday_may_have_a_close() -> None:
    end = horizon()
    after = datetime.combine(end, datetime.min.time(), BEIJING) + timedelta(days=3)
    found = [after]
    for _ in range(10):
        found.append(next_close(found[-1]))
    days = [close.date() for close in found[1:]]
    assert all(day.weekday() < 5 for day in days)
    assert len(set(days)) == 10
    assert all(close.astimezone(BEIJING).hour == 15 for close in found[1:])


def test_the_last_close_before_the_calendars_end_is_followed_by_a_weekday_after_it() -> None:
    last = datetime.combine(horizon(), datetime.min.time(), BEIJING) + timedelta(hours=20)
    assert next_close(last).date() > horizon()


def test_the_trigger_fires_seconds_after_the_close() -> None:
    trigger = SessionCloses(Clock(lambda: WALL))
    assert trigger.get_next_fire_time(None, beijing("2024-09-30T15:00:02")) == beijing("2024-09-30T15:00") + SETTLES
    assert trigger.get_next_fire_time(None, beijing("2024-09-30T15:00:06")) == beijing("2024-10-08T15:00") + SETTLES


def test_the_trigger_moves_on_from_what_it_fired() -> None:
    trigger = SessionCloses(Clock(lambda: WALL))
    fired = [trigger.get_next_fire_time(None, beijing("2024-09-26T09:00"))]
    for _ in range(3):
        fired.append(trigger.get_next_fire_time(fired[-1], fired[-1]))
    days = [moment.astimezone(BEIJING).date() for moment in fired]
    assert days == [date(2024, 9, 26), date(2024, 9, 27), date(2024, 9, 30), date(2024, 10, 8)]


def test_a_rehearsed_close_fires_when_the_wall_clock_has_gone_as_far() -> None:
    clock = Clock.set_to(beijing("2024-09-30T14:59:50"), lambda: WALL)
    fires = SessionCloses(clock).get_next_fire_time(None, WALL)
    assert fires == WALL + timedelta(seconds=10) + SETTLES


async def test_a_stalled_loop_loses_no_close() -> None:
    """The close comes while nothing runs; the job runs once when the stall is over."""
    ran: list[datetime] = []

    async def push() -> None:
        ran.append(datetime.now(UTC))  # noqa: TID251 - the machine's clock is what stalls

    start = datetime.now(UTC)  # noqa: TID251 - as above
    close = beijing("2024-09-30T15:00") + SETTLES
    ahead = close - timedelta(seconds=0.2) - start
    jobs = scheduler(push, Clock(lambda: start, ahead))
    jobs.start()
    await asyncio.sleep(0.05)
    time.sleep(2.2)  # noqa: ASYNC251 - the stall; PTB's own JobQueue drops what is more than a second late
    await asyncio.sleep(0.1)
    jobs.shutdown(wait=False)
    assert len(ran) == 1


def test_both_jobs_run_however_late_and_once_however_often_due() -> None:
    async def push() -> None: ...

    jobs = scheduler(push, Clock(lambda: WALL)).get_jobs()
    assert {job.id for job in jobs} == {"close", "unfinished"}
    assert all(job.misfire_grace_time is None and job.coalesce for job in jobs)


def test_what_is_old_is_tidied_away_once_a_night() -> None:
    async def tidy() -> None: ...

    (job,) = (job for job in scheduler(tidy, Clock(lambda: WALL), tidy=tidy).get_jobs() if job.id == "tidy")
    first = job.trigger.get_next_fire_time(None, beijing("2024-09-30T12:00"))
    second = job.trigger.get_next_fire_time(first, first)
    assert [first, second] == [beijing("2024-10-01T04:00"), beijing("2024-10-02T04:00")]
