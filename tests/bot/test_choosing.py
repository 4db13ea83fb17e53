"""/indices: which indices the close of a chat speaks of, chosen by name or by button."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.delivery.choice import OFFERED
from bot.handlers.choosing import offered_named
from bot.pages import LANGUAGES
from tests.bot.talking import PATIENCE_S, Talking, talking
from tests.botapi import NO_LIMITS, Chat, FakeTelegram, Privacy


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(rates=NO_LIMITS, privacy=Privacy(on=False)) as fake:
        yield fake


@pytest.fixture
async def bot(sample_url: str, tmp_path: Path, telegram: FakeTelegram) -> AsyncIterator[Talking]:
    database = Path(shutil.copy(sample_url.removeprefix("sqlite:///"), tmp_path / "whyup.db"))
    async with talking(database, telegram) as running:
        yield running


@pytest.fixture
def ann(telegram: FakeTelegram) -> Chat:
    return telegram.person("Ann", "en")


def chosen(bot: Talking, chat: Chat) -> tuple[str, ...]:
    known = bot.desk.chat(chat.id)
    return known.closes if known else ()


@pytest.mark.parametrize(
    ("said", "code"),
    [("ChiNext", "399006.SZ"), ("沪深300", "000300.SH"), ("star50", "000688.SH"), ("hang seng", None), ("tea", None),
     ("", None)],
)  # fmt: skip
def test_an_index_of_shanghai_or_shenzhen_can_be_named(said: str, code: str | None) -> None:
    assert offered_named(said) == code


async def test_the_composite_is_chosen_to_begin_with(bot: Talking, ann: Chat) -> None:
    told = await bot.asks(ann, "/indices")
    assert "Now: Shanghai Composite." in told.text
    assert "/subscribe" in told.text
    assert bot.desk.chat(ann.id) is None


async def test_buttons_switch_indices_on_and_off(bot: Talking, ann: Chat) -> None:
    asked = await bot.asks(ann, "/indices")
    both = await bot.presses(ann, asked, "ChiNext")
    assert "Now: Shanghai Composite, ChiNext." in both.text
    assert chosen(bot, ann) == ("000001.SH", "399006.SZ")
    alone = await bot.presses(ann, both, "✅ Shanghai Composite")
    assert "Now: ChiNext." in alone.text
    assert chosen(bot, ann) == ("399006.SZ",)


@pytest.mark.parametrize("word", ["HSI", "nonsense", "<b>5</b>"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_word_that_cannot_be_chosen_is_named(bot: Talking, word: str, language: str) -> None:
    wei = bot.telegram.person("Wei", language)
    told = await bot.asks(wei, f"/indices {word}")
    assert word in told.text
    assert told.buttons
    assert chosen(bot, wei) == ()


async def test_the_last_index_stays(bot: Talking, ann: Chat) -> None:
    asked = await bot.asks(ann, "/indices")
    await bot.telegram.answer_to(await bot.telegram.presses(ann, asked, "✅ Shanghai Composite"), PATIENCE_S)
    assert "Now: Shanghai Composite." in (await bot.asks(ann, "/indices")).text


async def test_only_indices_of_which_something_is_stored_are_offered(bot: Talking, ann: Chat) -> None:
    asked = await bot.asks(ann, "/indices")
    names = {button.text for row in asked.buttons for button in row}
    assert names == {"✅ Shanghai Composite", "SSE 50", "CSI 300", "CSI 500", "STAR 50", "ChiNext"}
    assert len(names) < len(OFFERED)


async def test_a_name_switches_too_and_settings_show_what_is_chosen(bot: Talking, ann: Chat) -> None:
    assert "Now: Shanghai Composite, CSI 300." in (await bot.asks(ann, "/indices CSI 300")).text
    assert "Indices: Shanghai Composite, CSI 300 – /indices" in (await bot.asks(ann, "/settings")).text
    assert "Now: Shanghai Composite." in (await bot.asks(ann, "/indices csi300")).text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_choice_is_told_in_the_readers_language(bot: Talking, language: str) -> None:
    wei = bot.telegram.person("Wei", language)
    name = {"en": "ChiNext", "zh-hans": "创业板指", "zh-hant": "創業板指"}[language]
    assert name in (await bot.presses(wei, await bot.asks(wei, "/indices"), name)).text.splitlines()[1]
    known = bot.desk.chat(wei.id)
    assert known
    assert known.language == language


async def test_what_the_close_shows_and_what_a_question_means_are_chosen_apart(bot: Talking, ann: Chat) -> None:
    await bot.asks(ann, "/index ChiNext")
    await bot.asks(ann, "/indices CSI 300")
    known = bot.desk.chat(ann.id)
    assert known
    assert (known.indices[0], known.closes) == ("399006.SZ", ("000001.SH", "000300.SH"))


async def test_in_a_group_only_admins_choose(bot: Talking, ann: Chat) -> None:
    owner = bot.telegram.person("Owner", "en")
    group = bot.telegram.supergroup(owner=owner)
    await bot.telegram.adds_bot(group)
    await bot.telegram.next_message(group, PATIENCE_S)
    assert "Only admins" in (await bot.asks(ann, "/indices ChiNext", group)).text
    asked = await bot.asks(owner, "/indices", group)
    refused = await bot.telegram.answer_to(await bot.telegram.presses(ann, asked, "ChiNext"), PATIENCE_S)
    assert "Only admins" in refused.text
    assert chosen(bot, group) == ()
    await bot.presses(owner, asked, "ChiNext")
    assert chosen(bot, group) == ("000001.SH", "399006.SZ")


async def test_a_channels_reader_chooses_nothing_for_it(bot: Talking, ann: Chat) -> None:
    owner = bot.telegram.person("Owner", "en")
    channel = bot.telegram.channel(owner=owner)
    await bot.telegram.adds_bot(channel, by=owner)
    await bot.telegram.next_message(owner, PATIENCE_S)
    await bot.telegram.posts(channel, "/indices")
    asked = await bot.telegram.next_message(channel, PATIENCE_S)
    refused = await bot.telegram.answer_to(await bot.telegram.presses(ann, asked, "ChiNext"), PATIENCE_S)
    assert "Only admins" in refused.text
    await bot.presses(owner, asked, "ChiNext")
    assert chosen(bot, channel) == ("000001.SH", "399006.SZ")


async def test_stop_ends_the_closes_like_unsubscribe(bot: Talking, ann: Chat) -> None:
    await bot.asks(ann, "/subscribe")
    await bot.asks(ann, "/stop")
    known = bot.desk.chat(ann.id)
    assert known
    assert not known.subscribed
