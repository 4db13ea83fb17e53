"""APScheduler: a trigger that fires at each session's close, and jobs that no stall makes it drop."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.clock import Clock
from index import sessions
from index.errors import CalendarEnds

SETTLES = timedelta(seconds=5)  # after the close: the earliest that any publisher shows the final value
# Beijing time: margin and fund shares and the night abroad before the opening; the bureau's releases at half past nine
# and ten, customs' after eleven; the close with sectors and breadth from one minute after three; the turnover with
# after-hours trading at half past three; the central bank, Stock Connect and the index provider in the evening.
PULLED_AT = tuple(
    time.fromisoformat(at)
    for at in (
        "08:45",
        "09:20",
        "09:35",
        "10:05",
        "11:35",
        "15:01",
        "15:03",
        "15:06",
        "15:10",
        "15:35",
        "17:30",
        "20:30",
    )
)
# Beijing time: trading at the closing price ends at half past three; the exchange's own count has no fixed minute.
TURNOVER_AT = tuple(time.fromisoformat(at) for at in ("15:32", "16:05", "16:40"))
TIDIED_AT = time(4)  # Beijing: when nobody asks and nothing is sent
LOOKS_AGAIN = timedelta(minutes=5)  # for campaigns that a crash, a lost network or a late bar left unfinished


Job = Callable[[], Awaitable[None]]


class Pulls(Protocol):
    """What is to be fetched, and looked after, at fixed moments."""

    async def everything(self) -> None:
        """Whatever is due."""

    async def headlines(self) -> None:
        """Headlines only."""

    async def turnover(self) -> None:
        """The session's turnover once more, after hours."""

    async def look_ahead(self) -> None:
        """The end of the calendar."""


class SessionCloses(BaseTrigger):  # type: ignore[misc] # APScheduler 3 ships no types
    """Fires a few seconds after each close of the Shanghai exchange, and on weekdays past the calendar's end."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The next close after a moment of the machine's clock, in that clock."""
        start = max(previous_fire_time, now) if previous_fire_time else now
        return self.clock.on_the_wall(next_close(start + self.clock.ahead - SETTLES) + SETTLES)


def next_close(after: datetime) -> datetime:
    """The first close after a moment; past the calendar's end the next weekday's, which may or may not be one."""
    local = after.astimezone(sessions.BEIJING)
    try:
        today_closes = sessions.is_session(local.date()) and local < sessions.close_of(local.date())
        return sessions.close_of(local.date() if today_closes else sessions.next_session(local.date()))
    except CalendarEnds:
        return _next_weekday_close(local)


def _next_weekday_close(local: datetime) -> datetime:
    day = local.date() if local.time() < sessions.CLOSE else local.date() + timedelta(days=1)
    ahead = 7 - day.weekday() if day.weekday() > sessions.FRIDAY else 0
    return sessions.close_of(day + timedelta(days=ahead))


def scheduler(push: Job, clock: Clock, pulls: Pulls | None = None, tidy: Job | None = None) -> AsyncIOScheduler:
    """A scheduler with its jobs, not started.

    A job that comes due during a stall runs when the stall is over (no grace limit), once however often it came due;
    what is due is read from the store, so that a job that never ran costs nothing but time.
    """
    found = AsyncIOScheduler(timezone=sessions.BEIJING)
    always = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    found.add_job(push, SessionCloses(clock), id="close", **always)
    found.add_job(push, IntervalTrigger(seconds=LOOKS_AGAIN.total_seconds()), id="unfinished", **always)
    if pulls:
        _add_pulls(found, pulls, always)
    if tidy:
        found.add_job(tidy, CronTrigger(hour=TIDIED_AT.hour, timezone=sessions.BEIJING), id="tidy", **always)
    return found


def _add_pulls(found: AsyncIOScheduler, pulls: Pulls, always: Mapping[str, object]) -> None:
    for moments, pull, name in ((PULLED_AT, pulls.everything, "pull"), (TURNOVER_AT, pulls.turnover, "turnover")):
        for number, moment in enumerate(moments):
            trigger = CronTrigger(hour=moment.hour, minute=moment.minute, timezone=sessions.BEIJING)
            found.add_job(pull, trigger, id=f"{name}_{number}", **always)
    trigger = CronTrigger(day_of_week="mon-fri", hour="8-15", minute="2-59/5", timezone=sessions.BEIJING)
    found.add_job(pulls.headlines, trigger, id="headlines", **always)
    found.add_job(pulls.look_ahead, CronTrigger(hour=9, timezone=sessions.BEIJING), id="calendar", **always)
