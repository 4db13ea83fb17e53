"""Pushed updates: with the secret only, written down before Telegram is told, handled once whatever is killed when."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession
from sqlalchemy import Engine, text

from bot.delivery import tables, updates
from bot.delivery.errors import TokenShared
from bot.settings import Settings
from bot.webhook import HEADER, Webhook, secret_of
from index.errors import SettingInvalid, StoreUnreachable
from index.store import Store
from tests.bot.test_polling import Heard, Work, application
from tests.botapi import NO_LIMITS, Chat, FakeTelegram

NOW = datetime(2024, 9, 30, 7, tzinfo=UTC)
SOON_S = 5.0
START_S = 60.0
UPDATE = {"update_id": 77, "message": {"message_id": 1, "date": 1727679600, "chat": {"id": 5, "type": "private"},
                                       "text": "why?"}}  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'whyup.db'}")
    tables.create(made.engine)
    yield made
    made.engine.dispose()


@pytest.fixture
def engine(store: Store) -> Engine:
    return store.engine


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(rates=NO_LIMITS) as fake:
        fake.world.https_only = False
        yield fake


@pytest.fixture
def wei(telegram: FakeTelegram) -> Chat:
    return telegram.person("Wei", "zh-hans")


@pytest.fixture
def port() -> int:
    """One that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        found: int = taken.getsockname()[1]
        return found


@pytest.fixture
def settings(telegram: FakeTelegram, port: int) -> Settings:
    return Settings(
        telegram_api_url=telegram.base_url,
        telegram_token=telegram.token,
        webhook_url=f"http://127.0.0.1:{port}/updates",
        webhook_listen=str(port),
    )


async def until(holds: Callable[[], object], timeout_s: float) -> None:
    async with asyncio.timeout(timeout_s):
        while not holds():  # noqa: ASYNC110 - what is waited for is in no hands of ours
            await asyncio.sleep(0.01)


@asynccontextmanager
async def receiving(
    telegram: FakeTelegram, engine: Engine, work: Work, settings: Settings
) -> AsyncIterator[asyncio.Task[None]]:
    """A webhook at work, stopped at the end."""
    async with application(telegram, work) as built:
        webhook = Webhook(built, engine, lambda: NOW, settings)
        task = asyncio.create_task(webhook.run())
        await until(lambda: task.done() or webhook.heard_at, SOON_S)
        try:
            yield task
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, TokenShared, StoreUnreachable):
                await task
            await webhook.finish()


async def pushed(settings: Settings, body: str, secret: str | None = None) -> int:
    """The status with which a push is answered."""
    headers = {} if secret is None else {HEADER: secret}
    async with ClientSession() as client, client.post(settings.webhook_url, data=body, headers=headers) as reply:
        return reply.status


def secret(settings: Settings) -> str:
    return secret_of(settings.telegram_token.get_secret_value())


async def test_what_people_write_is_handled_once(
    telegram: FakeTelegram, engine: Engine, wei: Chat, settings: Settings
) -> None:
    heard = Heard()
    async with receiving(telegram, engine, heard, settings):
        for said in ("one", "two", "three"):
            await telegram.says(wei, said)
            assert await heard.next() == [said]
    assert not heard.has_more()
    assert updates.unhandled(engine) == ()
    assert not telegram.world.updates.pending


async def test_telegram_is_told_which_updates_and_which_secret(
    telegram: FakeTelegram, engine: Engine, settings: Settings
) -> None:
    async with receiving(telegram, engine, Heard(), settings):
        assert telegram.world.pusher.hook.secret == secret(settings)
        assert {"message", "guest_message", "my_chat_member"} <= telegram.world.updates.allowed


def test_the_secret_is_made_of_the_token_and_does_not_tell_it() -> None:
    made = secret_of("123:token")
    assert made != secret_of("123:other")
    assert "token" not in made
    assert len(made) <= 256  # Bot API, setWebhook
    assert set(made) <= set("0123456789abcdef")


@pytest.mark.parametrize("wrong", [None, "", "guess"], ids=["none", "empty", "wrong"])
async def test_who_does_not_know_the_secret_is_turned_away(
    telegram: FakeTelegram, engine: Engine, settings: Settings, wrong: str | None
) -> None:
    async with receiving(telegram, engine, Heard(), settings):
        assert await pushed(settings, json.dumps(UPDATE), wrong) == 403
    assert updates.unhandled(engine) == ()


@pytest.mark.parametrize("body", ["", "why?", "[]", "{}", '{"update_id": "x"}'])
async def test_what_is_no_update_is_refused(
    telegram: FakeTelegram, engine: Engine, settings: Settings, body: str
) -> None:
    async with receiving(telegram, engine, Heard(), settings):
        assert await pushed(settings, body, secret(settings)) == 400


async def test_an_update_that_is_pushed_twice_is_handled_once(
    telegram: FakeTelegram, engine: Engine, settings: Settings
) -> None:
    heard = Heard()
    async with receiving(telegram, engine, heard, settings):
        replies = [await pushed(settings, json.dumps(UPDATE), secret(settings)) for _ in range(2)]
        assert await heard.next() == ["why?"]
    assert replies == [200, 200]
    assert not heard.has_more()


async def test_an_update_is_written_down_before_telegram_is_told(
    telegram: FakeTelegram, engine: Engine, settings: Settings
) -> None:
    """While it is being handled Telegram has its answer already, and the database has the update."""
    gate = asyncio.Event()

    async def wait(_: str) -> None:
        await gate.wait()

    async with receiving(telegram, engine, wait, settings):
        assert await pushed(settings, json.dumps(UPDATE), secret(settings)) == 200
        (left,) = updates.unhandled(engine)
        assert json.loads(left.payload) == UPDATE
        gate.set()


async def test_an_update_that_cannot_be_written_down_is_not_confirmed_and_ends_the_bot(
    telegram: FakeTelegram, engine: Engine, settings: Settings
) -> None:
    async with receiving(telegram, engine, Heard(), settings) as task:
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE telegram_update"))
        assert await pushed(settings, json.dumps(UPDATE), secret(settings)) == 503
        with pytest.raises(StoreUnreachable):
            await asyncio.wait_for(task, SOON_S)


async def test_another_process_that_takes_the_webhook_ends_this_one(
    telegram: FakeTelegram, engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.webhook.LOOKS_S", 0.05)
    async with receiving(telegram, engine, Heard(), settings) as task, application(telegram, Heard()) as other:
        await other.bot.delete_webhook()
        with pytest.raises(TokenShared):
            await asyncio.wait_for(task, SOON_S)


async def test_a_webhook_is_alive_as_long_as_telegram_says_it_is_ours(
    telegram: FakeTelegram, engine: Engine, settings: Settings
) -> None:
    async with application(telegram, Heard()) as built:
        webhook = Webhook(built, engine, lambda: NOW, settings)
        task = asyncio.create_task(webhook.run())
        await asyncio.sleep(0.2)
        assert webhook.is_alive(NOW)
        assert not webhook.is_alive(NOW + timedelta(minutes=5))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_an_address_that_telegram_does_not_take_is_named(
    telegram: FakeTelegram, engine: Engine, settings: Settings
) -> None:
    telegram.world.https_only = True
    async with application(telegram, Heard()) as built:
        with pytest.raises(SettingInvalid) as error:
            await Webhook(built, engine, lambda: NOW, settings).run()
    assert error.value.variable == "WHYUP_WEBHOOK_URL"
    assert "https" in error.value.reason.lower()


async def test_a_place_to_listen_that_is_taken_is_named(
    telegram: FakeTelegram, engine: Engine, settings: Settings, port: int
) -> None:
    with socket.create_server(("127.0.0.1", port)):
        async with application(telegram, Heard()) as built:
            with pytest.raises(SettingInvalid) as error:
                await Webhook(built, engine, lambda: NOW, settings).run()
    assert error.value.variable == "WHYUP_WEBHOOK_LISTEN"


# --- The whole bot, killed --------------------------------------------------------------------------------------------


@asynccontextmanager
async def bot_running(settings: Settings, store: Store) -> AsyncIterator[asyncio.subprocess.Process]:
    """`whyup run` as a process, killed at the end without a chance to tidy up."""
    environment = {
        **os.environ,
        "WHYUP_DATABASE_URL": store.url,
        "WHYUP_TELEGRAM_API_URL": settings.telegram_api_url,
        "WHYUP_TELEGRAM_TOKEN": settings.telegram_token.get_secret_value(),
        "WHYUP_WEBHOOK_URL": settings.webhook_url,
        "WHYUP_WEBHOOK_LISTEN": settings.webhook_listen,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "run", "--at", "2024-09-28T12:00", env=environment, stderr=sys.stderr
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


async def test_a_kill_between_arrival_and_handling_loses_nothing(
    telegram: FakeTelegram, store: Store, wei: Chat, settings: Settings
) -> None:
    """Questions are confirmed to Telegram, the process dies before it answers, and the next process answers them."""
    telegram.faults.latency_s = 2.0  # the answer is on its way for a second when the kill comes
    async with bot_running(settings, store):
        await until(lambda: telegram.world.pusher.hook.url, START_S)
        await telegram.says(wei, "/help")
        await until(lambda: not telegram.world.updates.pending, SOON_S)
    assert telegram.sent(wei) == []
    telegram.faults.clear()
    async with bot_running(settings, store):
        await telegram.next_message(wei, START_S)
        await asyncio.sleep(0.5)
    assert len(telegram.sent(wei)) == 1
