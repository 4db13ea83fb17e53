"""The running bot as its operator sees it: stopped in time, silent about people, one sentence when it cannot go on."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC
from pathlib import Path
from threading import Timer

import pytest
from aiohttp import ClientSession
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import app, logs
from bot.delivery import chats, outbox, tables
from bot.delivery.errors import AlreadyBroadcasting, TokenShared
from bot.figures import Sourced
from bot.pages import LANGUAGES, render
from index.errors import StoreUnreachable, TokenRefused
from index.sources.contract import Call, Why
from index.store import Store
from tests.bot.closing import SESSION
from tests.botapi import NO_LIMITS, Chat, FakeTelegram, Fault, Kind
from tests.index.pulled import AFTER_CLOSE, closes, host

START_S = 60.0
STOP_S = 5.0
QUIET = "2024-09-28T12:00"
CLOSED = "2024-09-30T18:00"


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(rates=NO_LIMITS) as fake:
        yield fake


@pytest.fixture
def wei(telegram: FakeTelegram) -> Chat:
    return telegram.person("Wei", "en")


@pytest.fixture
def url(sample_url: str, tmp_path: Path) -> str:
    """A database of the test's own, with the bundled figures."""
    copied = tmp_path / "whyup.db"
    copied.write_bytes(Path(sample_url.removeprefix("sqlite:///")).read_bytes())
    return f"sqlite:///{copied}"


@dataclass
class Running:
    """`whyup run` as a process."""

    process: asyncio.subprocess.Process
    log: list[str] = field(default_factory=list)

    async def ends(self) -> tuple[int | None, str]:
        """How it ended, and its last words."""
        await asyncio.wait_for(self.process.wait(), START_S)
        await self._reading
        return self.process.returncode, self.log[-1]

    async def stops(self) -> float:
        """Tell it to stop; the seconds that it takes."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(self.process.wait(), START_S)
        return time.monotonic() - began

    async def read(self) -> None:
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        if self.process.stderr:
            async for line in self.process.stderr:
                self.log.append(line.decode().rstrip())


@asynccontextmanager
async def bot(telegram: FakeTelegram, url: str, at: str, **more: str) -> AsyncIterator[Running]:
    settings = {"DATABASE_URL": url, "TELEGRAM_API_URL": telegram.base_url, "TELEGRAM_TOKEN": telegram.token, **more}
    environment = {**os.environ, **{f"WHYUP_{name}": value for name, value in settings.items()}}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "run", "--at", at, env=environment, stderr=asyncio.subprocess.PIPE
    )
    running = Running(process)
    await running.read()
    try:
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await running.ends()


# --- Stopping ---------------------------------------------------------------------------------------------------------


async def test_a_bot_that_is_told_to_stop_while_it_broadcasts_is_gone_in_five_seconds_and_nothing_is_lost_or_repeated(
    telegram: FakeTelegram, url: str
) -> None:
    people = [telegram.person(f"P{number}") for number in range(60)]
    store = Store(url)
    tables.create(store.engine)
    for person in people:
        chats.subscribe(store.engine, person.id, person.kind)
    telegram.faults.latency_s = 1.0
    async with bot(telegram, url, CLOSED) as first:
        await telegram.next_message(people[0], START_S)
        assert await first.stops() < STOP_S
        assert first.process.returncode == 0
    sent = sum(len(telegram.sent(person)) for person in people)
    assert 0 < sent < len(people)
    campaign = outbox.find(store.engine, "close", SESSION)
    assert campaign
    assert outbox.tally(store.engine, campaign.id).in_doubt == 0
    telegram.faults.clear()
    async with bot(telegram, url, CLOSED):
        await telegram.next_message(people[-1], START_S)
        await asyncio.sleep(0.5)
    assert [len(telegram.sent(person)) for person in people] == [1] * len(people)
    store.engine.dispose()


def test_a_pull_in_hand_ends_when_the_bot_stops(tmp_path: Path) -> None:
    """The interpreter waits for its threads, so a publisher that hangs would hold up the stop."""
    hanging = replace(host("slow"), calls=lambda _request: [Call("tests.index.sources.test_asking:hang")])
    store, pulling, began = Store(f"sqlite:///{tmp_path / 'whyup.db'}"), app._Pulling(), time.monotonic()
    Timer(1.0, pulling.stop).start()
    report = pulling.pull(store, AFTER_CLOSE, sources=[closes(hanging)])
    assert report.figures[0].attempts[0].why is Why.OUT_OF_TIME
    assert time.monotonic() - began < 1.0 + STOP_S
    store.engine.dispose()


# --- Nobody else may read it ------------------------------------------------------------------------------------------


ASKED = "why did Kangaroo Holdings fall, asks Mrs Xylophone?"


async def test_the_log_holds_neither_the_token_nor_what_was_asked(telegram: FakeTelegram, url: str, wei: Chat) -> None:
    """Also where something goes wrong: answers that are refused, lost and cut off."""
    async with bot(telegram, url, QUIET, OPERATOR_CHAT="404") as running:
        for trouble in (Kind.BAD_GATEWAY, Kind.LOST_REPLY, Kind.RESET):
            telegram.faults.plan(Fault(trouble, times=1))
            await telegram.says(wei, ASKED)
        await telegram.says(wei, ASKED)
        await telegram.next_message(wei, START_S)
        await asyncio.sleep(1)
        await running.stops()
    lines = [json.loads(line) for line in running.log]
    assert {"started", "update_failed", "stopped"} <= {line["event"] for line in lines}
    assert not [line for line in running.log if telegram.token in line or telegram.token.partition(":")[2] in line]
    assert not [line for line in running.log if "Kangaroo" in line or "Xylophone" in line]


def fail(words: str) -> None:
    raise ValueError(words) from KeyError(words)


def test_an_error_is_logged_by_its_kind_and_place_without_its_words() -> None:
    with pytest.raises(ValueError, match="Kangaroo") as failure:
        fail(ASKED)
    line = logs.without_words(None, "error", {"event": "update_failed", "exc_info": failure.value})
    assert (line["error"], line["cause"]) == ("ValueError", "KeyError")
    assert line["at"][-1].endswith(" fail")
    assert "Kangaroo" not in json.dumps(line)


# --- It cannot go on --------------------------------------------------------------------------------------------------


async def test_another_process_with_the_token_ends_the_bot_with_one_sentence(
    telegram: FakeTelegram, url: str, wei: Chat
) -> None:
    async with bot(telegram, url, QUIET) as running:
        await telegram.says(wei, "/help")
        await telegram.next_message(wei, START_S)
        async with ClientSession() as other:
            for _ in range(2):
                await other.post(f"{telegram.base_url}{telegram.token}/getUpdates", json={"timeout": 0})
        status, words = await running.ends()
    assert status == 5
    assert words.startswith("Another process receives this bot's messages (Conflict")


async def test_a_database_that_goes_away_ends_the_bot_with_one_sentence(
    telegram: FakeTelegram, url: str, wei: Chat
) -> None:
    async with bot(telegram, url, QUIET) as running:
        await telegram.says(wei, "/help")
        await telegram.next_message(wei, START_S)
        store = Store(url)
        tables.METADATA.drop_all(store.engine)
        store.engine.dispose()
        await telegram.says(wei, "/help")
        status, words = await running.ends()
    assert status == 4
    assert words.startswith("The database sqlite:///")
    assert "Traceback" not in "\n".join(running.log)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shared_token_is_told_in_one_sentence(language: str) -> None:
    error = TokenShared("terminated by other getUpdates request")
    words = render("errors", language, {"error": Sourced(error, "whyup"), "name": type(error).__name__}).plain
    assert "other getUpdates request" in words
    assert len(words.splitlines()) == 1


# --- Jobs that fail ---------------------------------------------------------------------------------------------------


async def ran(error: Exception) -> asyncio.Future[None]:
    """What a job that fails does to the bot."""

    async def job() -> None:
        raise error

    jobs = AsyncIOScheduler(timezone=UTC)
    failure = app._failure_of(jobs)
    jobs.add_job(job)
    jobs.start()
    await asyncio.sleep(0.2)
    jobs.shutdown(wait=False)
    return failure


@pytest.mark.parametrize(
    "error",
    [TokenRefused("Unauthorized"), StoreUnreachable("sqlite:///x", "gone")],
    ids=lambda error: type(error).__name__,
)
async def test_a_job_without_token_or_database_ends_the_bot(error: Exception) -> None:
    failure = await ran(error)
    assert failure.exception() is error


@pytest.mark.parametrize("error", [AlreadyBroadcasting("x"), ValueError("x")], ids=["busy", "unforeseen"])
async def test_a_job_that_the_next_run_mends_does_not_end_the_bot(error: Exception) -> None:
    assert not (await ran(error)).done()


# --- Watched ----------------------------------------------------------------------------------------------------------


async def test_a_watched_bot_shows_its_health_and_its_counts(telegram: FakeTelegram, url: str, wei: Chat) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with bot(telegram, url, QUIET, METRICS_LISTEN=str(port)), ClientSession(f"http://127.0.0.1:{port}") as client:
        await telegram.says(wei, "/help")
        await telegram.next_message(wei, START_S)
        async with client.get("/health") as reply:
            assert (reply.status, await reply.text()) == (200, "ok\n")
        async with client.get("/metrics") as reply:
            counted = await reply.text()
    assert 'whyup_updates_total{kind="message"} 1.0' in counted
    assert 'whyup_messages_total{by="answer",outcome="sent"} 1.0' in counted
    assert telegram.token not in counted
