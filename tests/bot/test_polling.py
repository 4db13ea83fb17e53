"""Updates are written down, confirmed, and handled once, those of one chat in their order."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from telegram import Update
from telegram.ext import ContextTypes, TypeHandler

from bot import app
from bot.delivery import tables, updates
from bot.delivery.pacing import Pacer
from bot.intake import AnyApplication
from bot.polling import InOrderPerChat, Poller
from bot.settings import Settings
from index.errors import TokenRefused
from index.store import Store
from tests.botapi import NO_LIMITS, Chat, FakeTelegram

NOW = datetime(2024, 9, 30, 7, tzinfo=UTC)
SOON_S = 5.0
ANOTHER = "1:another"

Work = Callable[[str], Awaitable[None]]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = Store(f"sqlite:///{tmp_path / 'whyup.db'}").engine
    tables.create(made)
    yield made
    made.dispose()


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(rates=NO_LIMITS) as fake:
        yield fake


@pytest.fixture
def wei(telegram: FakeTelegram) -> Chat:
    return telegram.person("Wei", "zh-hans")


@asynccontextmanager
async def application(telegram: FakeTelegram, work: Work, token: str = "") -> AsyncIterator[AnyApplication]:
    """The bot's own application, whose only handler does `work` with each text."""

    async def handle(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        await work(update.effective_message.text)

    settings = Settings(telegram_api_url=telegram.base_url, telegram_token=token or telegram.token)
    async with app._application(settings, Pacer(1000.0)) as built:
        built.add_handler(TypeHandler(Update, handle))
        yield built


@asynccontextmanager
async def polling(telegram: FakeTelegram, engine: Engine, work: Work) -> AsyncIterator[Poller]:
    """A poller at work, stopped at the end."""
    async with application(telegram, work) as built:
        poller = Poller(built, engine, lambda: NOW)
        task = asyncio.create_task(poller.run())
        try:
            yield poller
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await poller.finish()


class Heard:
    """What was handled, in the order in which it ended."""

    def __init__(self) -> None:
        self._texts: asyncio.Queue[str] = asyncio.Queue()

    async def __call__(self, text: str) -> None:
        self._texts.put_nowait(text)

    async def next(self, count: int = 1) -> list[str]:
        """The next few; TimeoutError when they do not come."""
        async with asyncio.timeout(SOON_S):
            return [await self._texts.get() for _ in range(count)]

    def has_more(self) -> bool:
        return not self._texts.empty()


async def test_what_people_write_is_handled_once(telegram: FakeTelegram, engine: Engine, wei: Chat) -> None:
    heard = Heard()
    async with polling(telegram, engine, heard):
        for text in ("one", "two", "three"):
            await telegram.says(wei, text)
        assert await heard.next(3) == ["one", "two", "three"]
    assert not heard.has_more()
    assert updates.unhandled(engine) == ()


async def test_an_update_is_written_down_before_it_is_confirmed(
    telegram: FakeTelegram, engine: Engine, wei: Chat
) -> None:
    """While it is being handled it stands in the database, so that a kill would not lose it."""
    noted = Heard()

    async def look(_: str) -> None:
        for left in updates.unhandled(engine):
            await noted(left.payload)

    async with polling(telegram, engine, look):
        await telegram.says(wei, "why?")
        (payload,) = await noted.next()
    assert json.loads(payload)["message"]["text"] == "why?"


async def test_an_update_that_comes_twice_is_handled_once(telegram: FakeTelegram, engine: Engine, wei: Chat) -> None:
    """A process that was killed before it confirmed gets the same update again, and finds it written down as done."""
    heard = Heard()
    await telegram.says(wei, "why?")
    (pending,) = telegram.world.updates.pending
    updates.record(engine, pending.id, "{}", NOW)
    updates.done(engine, pending.id)
    async with polling(telegram, engine, heard):
        await telegram.says(wei, "and now?")
        assert await heard.next() == ["and now?"]
    assert not heard.has_more()


async def test_what_a_killed_process_left_is_handled_first(telegram: FakeTelegram, engine: Engine, wei: Chat) -> None:
    taken = Heard()

    async def take(text: str) -> None:
        await taken(text)
        await asyncio.Event().wait()

    async with application(telegram, take) as built:  # taken and confirmed, then the process is gone
        poller = Poller(built, engine, lambda: NOW)
        task = asyncio.create_task(poller.run())
        await telegram.says(wei, "why?")
        await taken.next()
        for one in (task, *poller._tasks):
            one.cancel()
        await asyncio.gather(task, poller.finish(), return_exceptions=True)
    heard = Heard()
    async with polling(telegram, engine, heard):
        assert await heard.next() == ["why?"]


async def test_those_of_one_chat_are_handled_in_order_and_others_do_not_wait(
    telegram: FakeTelegram, engine: Engine, wei: Chat
) -> None:
    heard, gate, ann = Heard(), asyncio.Event(), telegram.person("Ann", "en")

    async def slow_for_wei(text: str) -> None:
        if text == "wei 1":
            await gate.wait()
        await heard(text)

    async with polling(telegram, engine, slow_for_wei):
        await telegram.says(wei, "wei 1")
        await telegram.says(wei, "wei 2")
        await telegram.says(ann, "ann 1")
        assert await heard.next() == ["ann 1"]
        gate.set()
        assert await heard.next(2) == ["wei 1", "wei 2"]


async def test_a_handler_that_fails_keeps_no_later_update_from_being_handled(
    telegram: FakeTelegram, engine: Engine, wei: Chat
) -> None:
    heard = Heard()

    async def fails_once(text: str) -> None:
        if text == "bad":
            raise ValueError(text)
        await heard(text)

    async with polling(telegram, engine, fails_once):
        await telegram.says(wei, "bad")
        await telegram.says(wei, "good")
        assert await heard.next() == ["good"]


async def test_another_poller_with_the_token_ends_this_one(telegram: FakeTelegram, engine: Engine) -> None:
    async with application(telegram, Heard()) as built, application(telegram, Heard()) as other:
        poller = asyncio.create_task(Poller(built, engine, lambda: NOW).run())
        await asyncio.sleep(0.1)
        later = asyncio.create_task(other.bot.get_updates(timeout=1))
        with pytest.raises(TokenRefused) as error:
            await asyncio.wait_for(poller, SOON_S)
        assert "other getUpdates request" in error.value.reason
        await later


async def test_a_webhook_that_an_earlier_run_had_set_is_taken_away(
    telegram: FakeTelegram, engine: Engine, wei: Chat
) -> None:
    heard = Heard()
    async with application(telegram, heard) as other:
        await other.bot.set_webhook("http://127.0.0.1:9/")
    async with polling(telegram, engine, heard):
        await telegram.says(wei, "why?")
        assert await heard.next() == ["why?"]


async def test_a_poller_is_alive_as_long_as_telegram_answers(telegram: FakeTelegram, engine: Engine) -> None:
    async with application(telegram, Heard()) as built:
        assert not Poller(built, engine, lambda: NOW).is_alive(NOW)
    async with polling(telegram, engine, Heard()) as poller:
        await asyncio.sleep(0.2)
        assert poller.is_alive(NOW)
        assert not poller.is_alive(NOW + timedelta(minutes=2))


async def test_a_token_that_is_taken_back_ends_the_poller(telegram: FakeTelegram, engine: Engine) -> None:
    async with application(telegram, Heard()) as built:
        telegram.token = ANOTHER
        with pytest.raises(TokenRefused):
            await asyncio.wait_for(Poller(built, engine, lambda: NOW).run(), SOON_S)


async def test_a_wrong_token_is_refused_before_anything_is_polled(telegram: FakeTelegram) -> None:
    token, telegram.token = telegram.token, ANOTHER
    with pytest.raises(TokenRefused):
        async with application(telegram, Heard(), token):
            pass


async def test_a_server_that_was_down_is_asked_again(telegram: FakeTelegram, engine: Engine, wei: Chat) -> None:
    heard = Heard()
    async with polling(telegram, engine, heard):
        await asyncio.sleep(0.1)
        await telegram.goes_down()
        await telegram.says(wei, "why?")
        await asyncio.sleep(0.1)
        await telegram.comes_back()
        assert await heard.next() == ["why?"]


async def test_updates_without_a_chat_are_handled_too() -> None:
    processor, done = InOrderPerChat(), list[int]()

    async def work(number: int) -> None:
        done.append(number)

    await asyncio.gather(*(processor.do_process_update(object(), work(number)) for number in range(3)))
    assert sorted(done) == [0, 1, 2]


async def test_an_update_that_is_cancelled_while_it_waits_leaves_the_one_before_alone() -> None:
    processor, release, handled = InOrderPerChat(), asyncio.Event(), list[str]()

    async def slow() -> None:
        await release.wait()
        handled.append("first")

    async def quick() -> None:
        handled.append("second")

    first = asyncio.create_task(processor.process_update(object(), slow()))
    second_work = quick()
    second = asyncio.create_task(processor.process_update(object(), second_work))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.wait({second})
    second_work.close()
    release.set()
    await first
    assert handled == ["first"]
