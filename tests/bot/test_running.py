"""The bot as its operator runs it: a process against the fake Bot API, from a question to the close push."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.botapi import NO_LIMITS, Chat, FakeTelegram

START_S = 60.0  # a busy machine may take long to load the libraries
FRIDAY_EVENING = "2024-09-27T18:00"
BEFORE_THE_CLOSE = "2024-09-30T14:59:58"
AFTER_THE_CLOSE = "2024-09-30T18:00"


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(rates=NO_LIMITS) as fake:
        yield fake


@pytest.fixture
def environment(telegram: FakeTelegram, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "HOME": str(tmp_path),
        "WHYUP_DATABASE_URL": f"sqlite:///{tmp_path / 'whyup.db'}",
        "WHYUP_TELEGRAM_API_URL": telegram.base_url,
        "WHYUP_TELEGRAM_TOKEN": telegram.token,
    }


@asynccontextmanager
async def running(environment: dict[str, str], at: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`whyup run`, stopped by SIGTERM at the end; a bot that does not stop in five seconds fails the test."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "run", "--at", at, env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        _, log = await asyncio.wait_for(process.communicate(), 5 + START_S)
        sys.stderr.write(log.decode())


async def asks(telegram: FakeTelegram, person: Chat, text: str) -> str:
    await telegram.says(person, text)
    return (await telegram.next_message(person, START_S)).text


def pushes(telegram: FakeTelegram, person: Chat) -> list[str]:
    """The texts under the pictures that a person got."""
    return [message.text for message in telegram.sent(person) if message.photo]


async def test_people_ask_in_two_languages_subscribe_and_get_the_close_once(
    telegram: FakeTelegram, environment: dict[str, str]
) -> None:
    wei, ann = telegram.person("Wei", "zh-hans"), telegram.person("Ann", "en")
    async with running(environment, FRIDAY_EVENING):
        assert "Shanghai Composite 3,087.53" in await asks(telegram, ann, "why is the index up?")
        assert "上证指数 3087.53" in await asks(telegram, wei, "大盘今天为什么涨")
        assert "已订阅" in await asks(telegram, wei, "/subscribe")
        assert "every session" in await asks(telegram, ann, "/subscribe")
    async with running(environment, BEFORE_THE_CLOSE):
        chinese, english = await telegram.next_message(wei, START_S), await telegram.next_message(ann, START_S)
        assert chinese.photo
        assert english.photo
        assert "上证指数 3336.50" in chinese.text
        assert "Shanghai Composite 3,336.50" in english.text
        assert "+8.06%" in english.text
    async with running(environment, AFTER_THE_CLOSE):
        await asks(telegram, ann, "/help")
        await asyncio.sleep(1)
    assert [len(pushes(telegram, person)) for person in (wei, ann)] == [1, 1]


async def test_a_bot_that_was_down_at_the_close_sends_it_when_it_comes_up(
    telegram: FakeTelegram, environment: dict[str, str]
) -> None:
    channel = telegram.channel("Closes")
    await telegram.adds_bot(channel)
    async with running(environment, FRIDAY_EVENING):
        await telegram.posts(channel, "/subscribe")
        assert "every session" in (await telegram.next_message(channel, START_S)).text
    async with running(environment, AFTER_THE_CLOSE):
        assert "+8.06%" in (await telegram.next_message(channel, START_S)).text


async def test_a_wrong_token_ends_the_bot_with_one_sentence(environment: dict[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "run",
        env=environment | {"WHYUP_TELEGRAM_TOKEN": "1:wrong"}, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, words = await asyncio.wait_for(process.communicate(), START_S)
    assert process.returncode == 5
    assert words.decode().strip().splitlines()[-1].startswith("Telegram does not accept the bot token")
