"""Delivery measured against the fake Bot API in a process of its own: `python -m tests.benchmarks.delivery NAME`.

free      5,400 chats at 30 a second with a burst of 3, three minutes (``--chats`` for fewer)
paid      1,000 a second at 150 ms; `python -m tests.benchmarks.delivery_peers` for the libraries as they come
kill      50 x kill -9 at random moments of 3,000 chats at 300 a second and 50 ms
enqueue   1,000,000 recipients
answers   50 people asking at once while a broadcast runs at 300 a second and 50 ms
chaos     lost replies, resets, bad gateways and 429s: the ledger and the fake compared chat by chat
"""

import argparse
import asyncio
import json
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

from sqlalchemy import Engine, text
from telegram.ext import ExtBot

from bot.delivery import outbox, tables
from bot.delivery.answers import Answers
from bot.delivery.broadcast import Broadcaster, Report
from bot.delivery.chats import subscribe
from bot.delivery.editions import Draft, Edition
from bot.delivery.pacing import Pacer
from bot.delivery.tables import DELIVERY, State
from bot.delivery.transport import AiohttpRequest, Wire
from index.store import Store
from tests.botapi import NO_LIMITS, Chat, FakeTelegram, Fault, Kind

SESSION = date(2024, 9, 30)
CLOSE = datetime(2024, 9, 30, 7, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
CHAOS_PER_SECOND, CHAOS_RUN_S, CHAOS_RUNS = 50.0, 30.0, 500
# About as long as a real close page, 0.8 kB.
PAGE = "<b>Shanghai Composite</b> 3336.50 (+8.06 %)\n" + "\n".join(
    f"<b>{number}.</b> A driver with its dated evidence and its source" for number in range(12)
)


@dataclass(frozen=True, slots=True)
class Fake:
    """A fake Bot API in another process."""

    base_url: str
    token: str
    first_chat: int
    ledger: Path

    def accepted(self) -> "Counter[int]":
        """Chat → how many messages it got."""
        attempts = map(json.loads, self.ledger.read_text().splitlines())
        return Counter(attempt["chat_id"] for attempt in attempts if attempt["message_id"])

    def codes(self) -> "Counter[int]":
        return Counter(json.loads(line)["code"] for line in self.ledger.read_text().splitlines())


@contextmanager
def fake(folder: Path, **options: float | str) -> Iterator[Fake]:
    ledger = folder / "ledger.jsonl"
    flags = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    command = [sys.executable, "-m", "tests.botapi", "--ledger", str(ledger), *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        about = json.loads(process.stdout.readline())
        try:
            yield Fake(about["base_url"], about["token"], about["first_chat"], ledger)
        finally:
            process.send_signal(signal.SIGTERM)


def database(folder: Path, chats: int, first: int) -> Engine:
    engine = Store(f"sqlite:///{folder / 'whyup.db'}").engine
    tables.create(engine)
    fill = (
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
        " INSERT INTO chat (chat_id, kind, language, colours, indices, min_move_pct, subscribed, alive, dead_reason)"
        " SELECT :first + i, 'private', 'en', 'red_up', ' 000001.SH ', 0, 1, 1, '' FROM n"
    )
    with engine.begin() as connection:
        connection.execute(text(fill), {"last": chats - 1, "first": first})
    return engine


def enqueue(engine: Engine) -> int:
    editions = {"en/red_up": Edition(PAGE)}
    return outbox.enqueue(engine, Draft("close", SESSION, CLOSE + timedelta(hours=21), editions), CLOSE).id


async def send(engine: Engine, api: Fake, per_second: float, stars: float | None = None) -> Report:
    async with Wire(api.base_url, api.token) as wire:
        broadcaster = Broadcaster(engine, wire, Pacer(per_second), now=lambda: CLOSE, stars_budget=stars)
        return await broadcaster.run(1)


def told(name: str, **figures: object) -> None:
    sys.stdout.write(json.dumps({"benchmark": name, **figures}) + "\n")
    sys.stdout.flush()


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@dataclass(slots=True)
class Stopwatch:
    """Seconds on the wall and on the processor since it was made."""

    wall: float
    cpu: float

    @classmethod
    def start(cls) -> "Stopwatch":
        return cls(time.perf_counter(), time.process_time())

    def figures(self, messages: int) -> dict[str, float]:
        wall, cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu
        return {"per_second": round(messages / wall, 2), "cpu_s_per_1000": round(1000 * cpu / messages, 3)}


def free(options: argparse.Namespace) -> None:
    chats = options.chats or 5400
    with folder() as place, fake(place, chats=chats, rate=30, burst=3) as api:
        engine = database(place, chats, api.first_chat)
        enqueue(engine)
        watch = Stopwatch.start()
        report = asyncio.run(send(engine, api, 30.0))
        copies = Counter(api.accepted().values())
        told("free", **watch.figures(chats), sent=report.tally.sent, codes=api.codes(), copies=copies)


def paid(options: argparse.Namespace) -> None:
    chats = options.chats or 20_000
    with folder() as place, fake(place, chats=chats, latency_ms=150) as api:
        engine = database(place, chats, api.first_chat)
        enqueue(engine)
        watch = Stopwatch.start()
        report = asyncio.run(send(engine, api, 1000.0, stars=100_000.0))
        copies = Counter(api.accepted().values())
        told("paid", **watch.figures(chats), sent=report.tally.sent, codes=api.codes(), copies=copies)


def worker(options: argparse.Namespace) -> None:
    """One process of the kill benchmark: goes on with campaign 1, and says when its first message is back."""
    engine = Store(options.database).engine
    api = Fake(options.base_url, options.token, 0, Path())
    asyncio.run(send(engine, api, options.per_second))


def kill(options: argparse.Namespace) -> None:
    chats, kills = options.chats or 3000, options.kills
    chance = random.Random(options.seed)
    with folder() as place, fake(place, chats=chats, rate=330, burst=30, latency_ms=50) as api:
        engine = database(place, chats, api.first_chat)
        enqueue(engine)
        lives_s = 2 * chats / 300 / kills
        resumes = [killed(engine, api, chance.uniform(0.0, lives_s)) for _ in range(kills)]
        finish(engine, api)
        told("kill", kills=kills, **_judged(engine, api, kills), first_message_s=_spread(resumes))


def _command(engine: Engine, api: Fake) -> list[str]:
    place = ["--database", str(engine.url), "--base-url", api.base_url, "--token", api.token]
    return [sys.executable, "-m", "tests.benchmarks.delivery", "worker", *place, "--per-second", "300"]


def killed(engine: Engine, api: Fake, after_s: float) -> float:
    """Start a process and kill it some time after its first message; the seconds until that."""
    seen = api.ledger.stat().st_size
    began = time.perf_counter()
    with subprocess.Popen(_command(engine, api), stdout=subprocess.DEVNULL, cwd=ROOT) as process:
        while api.ledger.stat().st_size == seen and process.poll() is None:
            time.sleep(0.001)
        first = time.perf_counter() - began
        time.sleep(after_s)
        process.kill()
    return first


def finish(engine: Engine, api: Fake) -> None:
    subprocess.run(_command(engine, api), stdout=subprocess.DEVNULL, cwd=ROOT, check=True)


def _judged(engine: Engine, api: Fake, kills: int) -> dict[str, object]:
    accepted, tally = api.accepted(), outbox.tally(engine, 1)
    return {
        "lost": tally.total - len(accepted),
        "most_copies": max(accepted.values()),
        "repeats_per_kill": round((accepted.total() - len(accepted)) / kills, 2),
        "tally": str(tally),
    }


def _spread(seconds: list[float]) -> dict[str, float]:
    return {"median": round(median(seconds), 2), "most": round(max(seconds), 2)}


def million(options: argparse.Namespace) -> None:
    chats = options.chats or 1_000_000
    with folder() as place:
        engine = database(place, chats, 1)
        began = time.perf_counter()
        enqueue(engine)
        seconds = time.perf_counter() - began
        most_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        told("enqueue", recipients=chats, seconds=round(seconds, 2), rss_mb=most_mb)


def answers(options: argparse.Namespace) -> None:
    chats = options.chats or 3000
    with folder() as place, fake(place, chats=chats + 50, rate=330, burst=120, latency_ms=50) as api:
        engine = database(place, chats, api.first_chat)
        enqueue(engine)
        told("answers", **asyncio.run(_asked(engine, api, chats)))


async def _asked(engine: Engine, api: Fake, chats: int) -> dict[str, object]:
    pacer, people = Pacer(300.0), range(api.first_chat + chats, api.first_chat + chats + 50)
    bot: ExtBot[int] = ExtBot(
        api.token,
        api.base_url,
        request=AiohttpRequest(),
        get_updates_request=AiohttpRequest(),
        rate_limiter=Answers(pacer),
    )
    async with bot, Wire(api.base_url, api.token) as wire:
        idle = [took for _ in range(10) for took in await _all_ask(bot, people)]
        broadcast = asyncio.create_task(Broadcaster(engine, wire, pacer, now=lambda: CLOSE).run(1))
        busy: list[float] = []
        while not broadcast.done():
            busy += await _all_ask(bot, people)
        sent = (await broadcast).tally.sent
    return {"idle": _milliseconds(idle), "busy": _milliseconds(busy), "sent": sent, "codes": api.codes()}


def _milliseconds(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(1000 * second for second in seconds)
    return {f"p{share}": round(ordered[len(ordered) * share // 100], 1) for share in (50, 99)}


async def _all_ask(bot: ExtBot[int], people: range) -> list[float]:
    await asyncio.sleep(1.0)
    return await asyncio.gather(*(_answered(bot, chat_id) for chat_id in people))


async def _answered(bot: ExtBot[int], chat_id: int) -> float:
    began = time.perf_counter()
    await bot.send_message(chat_id, PAGE, parse_mode="HTML")
    return time.perf_counter() - began


def chaos(options: argparse.Namespace) -> None:
    with folder() as place:
        told("chaos", **asyncio.run(_tossed(place, options.seconds, random.Random(options.seed))))


async def _tossed(place: Path, seconds: float, chance: random.Random) -> dict[str, object]:
    """Runs that are cancelled and begun again under a clock that jumps, while everything else goes wrong too."""
    chats = int(CHAOS_PER_SECOND * seconds)
    engine = database(place, chats, 5_000_000_000)
    async with FakeTelegram(rates=NO_LIMITS) as telegram, Wire(telegram.base_url, telegram.token) as wire:
        people = telegram.crowd(chats)
        groups = await _groups(engine, telegram, 50)
        campaign = enqueue(engine)
        await _troubles(telegram, people, groups, chance)
        runs = 0
        while outbox.tally(engine, campaign).left and (runs := runs + 1) < CHAOS_RUNS:
            clock = CLOSE + timedelta(hours=chance.uniform(-5, 5))
            broadcaster = Broadcaster(engine, wire, Pacer(CHAOS_PER_SECOND), now=partial(_same, clock))
            await _interrupted(broadcaster.run(campaign), chance.uniform(0.5, 1.5) * CHAOS_RUN_S)
            telegram.hangs_up()
        return {"runs": runs, **_agreement(engine, telegram, campaign)}


def _same(moment: datetime) -> datetime:
    return moment


async def _interrupted(run: Awaitable[Report], after_s: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(run, after_s)


async def _groups(engine: Engine, telegram: FakeTelegram, number: int) -> list[Chat]:
    groups = [telegram.group(f"G{place}") for place in range(number)]
    for group in groups:
        await telegram.adds_bot(group)
        subscribe(engine, group.id, "group")
    return groups


async def _troubles(telegram: FakeTelegram, people: range, groups: list[Chat], chance: random.Random) -> None:
    telegram.faults.latency_s = (0.02, 0.2)
    for kind, share in ((Kind.LOST_REPLY, 0.02), (Kind.RESET, 0.02), (Kind.BAD_GATEWAY, 0.01), (Kind.TOO_MANY, 0.01)):
        telegram.faults.plan(Fault(kind, share))
    for chat_id in chance.sample(people, len(people) // 20):
        await telegram.blocks(telegram.world.chats[chat_id])
    for group in groups[::2]:
        await telegram.migrates(group)


def _agreement(engine: Engine, telegram: FakeTelegram, campaign: int) -> dict[str, object]:
    """The ledger and the fake, chat by chat: what each row says against what the chat shows."""
    with engine.connect() as connection:
        rows = connection.execute(DELIVERY.select().where(DELIVERY.c.campaign_id == campaign)).all()
    shown = {row.chat_id: list(telegram.world.standings[row.chat_id].sent) for row in rows}
    return {
        "tally": str(outbox.tally(engine, campaign)),
        "copies": Counter(len(messages) for messages in shown.values()),
        "sent_but_not_there": sum(row.state == State.SENT and row.message_id not in shown[row.chat_id] for row in rows),
        "there_but_not_sent": sum(row.state == State.DEAD and bool(shown[row.chat_id]) for row in rows),
        "twice_without_doubt": sum(len(shown[row.chat_id]) > 1 + row.doubts for row in rows),
    }


BENCHMARKS: dict[str, Callable[[argparse.Namespace], None]] = {
    "free": free,
    "paid": paid,
    "kill": kill,
    "worker": worker,
    "enqueue": million,
    "answers": answers,
    "chaos": chaos,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.delivery", description=__doc__)
    parser.add_argument("name", choices=BENCHMARKS)
    parser.add_argument("--chats", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=600.0, help="of messages, for chaos")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=20240930)
    parser.add_argument("--database")
    parser.add_argument("--base-url")
    parser.add_argument("--token")
    parser.add_argument("--per-second", type=float, default=300.0)
    options = parser.parse_args()
    BENCHMARKS[options.name](options)


if __name__ == "__main__":
    main()
