"""What a chat may wish about its closes, what the operator is told, and what happens where the bot is let in."""

import shutil
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path

import pytest

from index.sessions import BEIJING
from tests.bot.talking import PATIENCE_S, Talking, talking
from tests.botapi import NO_LIMITS, Chat, FakeTelegram, Privacy

SESSION = date(2024, 9, 30)
NOON = datetime(2024, 10, 1, 12, 0, tzinfo=BEIJING)


@pytest.fixture
def database(sample_url: str, tmp_path: Path) -> Path:
    """A copy of the bundled figures, with chats of its own."""
    return Path(shutil.copy(sample_url.removeprefix("sqlite:///"), tmp_path / "whyup.db"))


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(rates=NO_LIMITS, privacy=Privacy(on=False)) as fake:
        yield fake


@pytest.fixture
async def bot(database: Path, telegram: FakeTelegram) -> AsyncIterator[Talking]:
    async with talking(database, telegram) as running:
        yield running


@pytest.fixture
def ann(telegram: FakeTelegram) -> Chat:
    return telegram.person("Ann", "en")


# --- Let in, and started ----------------------------------------------------------------------------------------------


async def test_who_adds_the_bot_to_a_channel_is_told_in_private_and_its_readers_nothing(
    bot: Talking, ann: Chat
) -> None:
    channel = bot.telegram.channel("Closes of 2024")
    await bot.telegram.adds_bot(channel, by=ann)
    told = (await bot.telegram.next_message(ann, PATIENCE_S)).text
    assert "admin of Closes of 2024" in told
    assert "post /subscribe in the channel" in told
    assert await bot.hears_nothing(channel)


async def test_who_forgot_the_right_to_post_is_asked_for_it(bot: Talking) -> None:
    wei = bot.telegram.person("Wei", "zh-hans")
    await bot.telegram.adds_bot(bot.telegram.channel(), by=wei, rights=["can_edit_messages"])
    assert "请先授予发布消息的权限" in (await bot.telegram.next_message(wei, PATIENCE_S)).text


async def test_who_never_started_the_bot_cannot_be_told_and_the_channel_works_all_the_same(bot: Talking) -> None:
    stranger, channel = bot.telegram.person("Li", "en", started=False), bot.telegram.channel()
    await bot.telegram.adds_bot(channel, by=stranger)
    await bot.telegram.posts(channel, "/subscribe")
    assert "after every session" in (await bot.telegram.next_message(channel, PATIENCE_S)).text
    assert await bot.hears_nothing(stranger)


async def test_a_right_that_is_changed_later_is_no_news(bot: Talking, ann: Chat) -> None:
    channel = bot.telegram.channel()
    await bot.telegram.adds_bot(channel, by=ann)
    await bot.telegram.next_message(ann, PATIENCE_S)
    await bot.telegram.promotes_bot(channel, by=ann)
    assert await bot.hears_nothing(ann)
