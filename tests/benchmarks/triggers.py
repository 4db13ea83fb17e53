"""A hundred closes with stalls, restarts and two schedulers: ``python -m tests.benchmarks.triggers [SESSIONS]``.

Two bots live on one database, each with its own loop, scheduler and wire, their clocks set to just before a close. At
every close one of them stalls for up to two seconds, in some sessions both for a minute, and one may be stopped and
started again. Counted are campaigns a session and messages a chat and session: each must be one.
"""

import asyncio
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot import schedule
from bot.clock import Clock
from bot.close_pages import KIND
from bot.closes import ClosePush
from bot.delivery import chats, tables
from bot.delivery.broadcast import Broadcaster
from bot.delivery.pacing import Pacer
from bot.delivery.tables import CAMPAIGN
from bot.delivery.transport import Wire
from bot.desk import Desk
from bot.opening import SAMPLE
from bot.settings import Settings
from index import sessions
from index.refresh import load_folder
from index.store import Store
from tests.botapi import NO_LIMITS, Chat, FakeTelegram, InThread

SESSIONS = 100
READERS = 3
BEFORE = timedelta(seconds=0.4)
STALL_S = 2.0
LONG_STALL_S = 60.0
LONG_EVERY = 50  # sessions
PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes wrong for one bot at one close."""

    stall_s: float
    restarts: bool


async def live(url: str, telegram: FakeTelegram, clock: Clock, plan: Plan, done: threading.Event) -> None:
    """One bot's close: its scheduler runs until the campaign is over, stalled and restarted as planned."""
    for stall_s in (plan.stall_s, 0.0) if plan.restarts else (plan.stall_s,):
        async with Wire(telegram.base_url, telegram.token) as wire:
            store = Store(url)
            broadcaster = Broadcaster(store.engine, wire, Pacer(1000.0), now=clock.now)
            push = ClosePush(Desk(store, Settings(), clock), broadcaster, _tell_nobody)
            jobs = schedule.scheduler(push.run, clock)
            jobs.add_job(push.run, id="at_once", misfire_grace_time=None)  # as the bot does when it comes up
            jobs.start()
            asyncio.get_running_loop().call_later(random.uniform(0, 0.4), time.sleep, stall_s)
            await _until(done, 1.0 + stall_s if plan.restarts and stall_s else PATIENCE_S + stall_s)
            jobs.shutdown(wait=False)
            store.engine.dispose()


async def _tell_nobody(name: str, session: date) -> None:
    """No operator listens to a benchmark."""


async def _until(done: threading.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not done.is_set():  # noqa: ASYNC110 - what is waited for happens in another thread
                await asyncio.sleep(0.05)


def close(url: str, telegram: FakeTelegram, session: date, plans: tuple[Plan, Plan]) -> None:
    """Both bots live through one close."""
    done = threading.Event()
    clock = Clock.set_to(sessions.close_of(session) + schedule.SETTLES - BEFORE, lambda: datetime.now(UTC))  # noqa: TID251 - a benchmark runs now
    bots = [threading.Thread(target=lambda p=plan: asyncio.run(live(url, telegram, clock, p, done))) for plan in plans]
    for bot in bots:
        bot.start()
    _wait_for(url, session, max(plan.stall_s for plan in plans) + PATIENCE_S)
    time.sleep(0.3)  # for whoever would send it again
    done.set()
    for bot in bots:
        bot.join()


def _wait_for(url: str, session: date, seconds: float) -> None:
    store, until = Store(url), time.monotonic() + seconds
    over = select(func.count()).where(CAMPAIGN.c.session == session.isoformat(), CAMPAIGN.c.state == "done")
    while time.monotonic() < until:
        with store.engine.connect() as connection:
            if connection.execute(over).scalar_one():
                return
        time.sleep(0.1)


def main() -> None:
    """Print what was counted."""
    wanted, chance = int(sys.argv[1]) if len(sys.argv) > 1 else SESSIONS, random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'whyup.db'}"
        store = Store(url)
        load_folder(store, SAMPLE, datetime.now(UTC))  # noqa: TID251 - a benchmark runs now
        tables.create(store.engine)
        telegram = FakeTelegram(rates=NO_LIMITS)
        with InThread(telegram):
            readers = [telegram.person(f"Reader {number}") for number in range(READERS)]
            for reader in readers:
                chats.subscribe(store.engine, reader.id, "private")
            days = [day.astype(object) for day in sessions.known_sessions() if date(2024, 1, 3) <= day.astype(object)]
            for number, session in enumerate(days[:wanted], start=1):
                long = LONG_STALL_S if number % LONG_EVERY == 0 else None
                plans = [Plan(long or chance.uniform(0, STALL_S), chance.random() < 1 / 3) for _ in range(2)]
                close(url, telegram, session, (plans[0], plans[1]))
            sys.stdout.write(json.dumps(_counted(store, telegram, readers, wanted)) + "\n")


def _counted(store: Store, telegram: FakeTelegram, readers: list[Chat], wanted: int) -> dict[str, object]:
    with store.engine.connect() as connection:
        per_session = connection.execute(
            select(CAMPAIGN.c.session, func.count()).where(CAMPAIGN.c.kind == KIND).group_by(CAMPAIGN.c.session)
        ).all()
    copies = Counter(len(telegram.sent(reader)) for reader in readers)
    return {
        "sessions": wanted,
        "sessions_with_a_campaign": len(per_session),
        "most_campaigns_a_session": max(count for _, count in per_session),
        "messages_a_chat": dict(copies),
    }


if __name__ == "__main__":
    main()
