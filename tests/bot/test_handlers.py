"""What people and the bot say to each other: scripted conversations, groups, buttons, settings, inline and guests."""

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.chat.answering import REPLIES
from bot.chat.conversation import Turn
from bot.chat.replies.drivers import SPEAK_OF
from bot.delivery import memory
from bot.handlers import introduce, keyboards, menu
from bot.handlers.commands import Commands, driver_named
from bot.handlers.limits import PER_USER, Quota
from bot.handlers.talk import Talk
from bot.pages import LANGUAGES
from index.catalog import BY_CODE, CATALOG
from tests.bot.talking import MONDAY, PATIENCE_S, Talking, talking
from tests.botapi import NO_LIMITS, Button, Chat, FakeTelegram, Message, Privacy
from tests.botapi.records import Markup

SCRIPTS = Path(__file__).parents[1] / "conversations"


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


# --- Scripted conversations -------------------------------------------------------------------------------------------


@dataclass
class Line:
    """What is said or pressed, and what must and must not be read then."""

    does: str
    reads: list[str] = field(default_factory=list)
    reads_not: list[str] = field(default_factory=list)


def script(language: str) -> Iterator[Line]:
    lines = (SCRIPTS / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    turn: Line | None = None
    for line in lines:
        if line.startswith((">", "[")):
            if turn:
                yield turn
            turn = Line(line)
        elif turn and line.startswith("+"):
            turn.reads.append(line[2:])
        elif turn and line.startswith("-"):
            turn.reads_not.append(line[2:])
    if turn:
        yield turn


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_conversation_goes_as_written(language: str, bot: Talking) -> None:
    person, answer = bot.telegram.person("Ann", language), Message(0, Chat(0, ""), None, 0)
    for turn in script(language):
        said = turn.does[2:]
        answer = await (bot.asks(person, said) if turn.does[0] == ">" else bot.presses(person, answer, said))
        for words in turn.reads:
            assert words in answer.text, f"{turn.does}\n{answer.text}"
        for words in turn.reads_not:
            assert words not in answer.text, f"{turn.does}\n{answer.text}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_script_holds_twenty_turns(language: str) -> None:
    assert len(list(script(language))) >= 20


# --- Groups -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def owner(telegram: FakeTelegram) -> Chat:
    return telegram.person("Owner", "en")


@pytest.fixture
async def group(bot: Talking, owner: Chat) -> Chat:
    """A forum with the bot in it, whose greeting was read."""
    place = bot.telegram.supergroup(owner=owner, is_forum=True)
    await bot.telegram.adds_bot(place)
    await bot.telegram.next_message(place, PATIENCE_S)
    return place


async def test_talk_in_a_group_that_is_not_meant_for_the_bot_is_left_alone(bot: Talking, group: Chat) -> None:
    await bot.telegram.says(bot.telegram.person("Ann"), "why is the index up?", group)
    await bot.telegram.says(bot.telegram.person("Ann"), "/why@another_bot", group)
    assert await bot.hears_nothing(group)


@pytest.mark.parametrize(
    "text", ["/why", "/why@{bot}", "@{bot} why is the index up?"], ids=["command", "its own command", "mention"]
)
async def test_a_group_is_answered_when_it_addresses_the_bot(text: str, bot: Talking, group: Chat) -> None:
    said = text.format(bot=bot.telegram.world.bot.username)
    assert "3,336.50" in (await bot.asks(bot.telegram.person("Ann", "en"), said, group)).text


async def test_a_reply_to_the_bot_is_answered_in_the_topic_it_stands_in(bot: Talking, group: Chat) -> None:
    ann, topic = bot.telegram.person("Ann", "en"), bot.telegram.topic(group)
    first = await bot.asks(ann, "/why", group, topic)
    await bot.telegram.says(ann, "and the day before?", group, reply_to=first, topic=topic)
    second = await bot.telegram.next_message(group, PATIENCE_S)
    assert "3,087.53" in second.text
    assert first.thread_id == second.thread_id == topic.id


async def test_each_member_of_a_group_has_a_conversation_of_their_own(bot: Talking, group: Chat) -> None:
    ann, ben = bot.telegram.person("Ann", "en"), bot.telegram.person("Ben", "en")
    await bot.asks(ann, "/why why did the index fall on 22 January?", group)
    await bot.asks(ben, "/why", group)
    assert "Fri 19 Jan 2024" in (await bot.asks(ann, "/why the day before", group)).text
    assert "Fri 27 Sep 2024" in (await bot.asks(ben, "/why the day before", group)).text


@pytest.mark.parametrize("text", ["/why 2024-09-30", "/compare ChiNext", "/why ChiNext", "2024-09-30", "/why 今天"])
async def test_what_tells_no_language_is_answered_in_that_of_the_chat(text: str, bot: Talking) -> None:
    assert "指" in (await bot.asks(bot.telegram.person("Wei", "zh-hans"), text)).text


async def test_a_chosen_language_holds_for_commands_over_that_of_the_telegram_app(bot: Talking) -> None:
    wei = bot.telegram.person("Wei", "en")
    await bot.asks(wei, "/language zh-hant")
    assert "上證指數" in (await bot.asks(wei, "/why 2024-09-30")).text


@pytest.mark.parametrize("before", ["/driver 国家队", "/hours"])
async def test_a_command_means_itself_whatever_was_told_before(before: str, bot: Talking) -> None:
    wei = bot.telegram.person("Wei", "en")
    await bot.asks(wei, before)
    assert "Why it rose" in (await bot.asks(wei, "/why 2024-09-30")).text


async def test_a_reply_is_about_the_message_it_replies_to_whoever_asked_for_that(bot: Talking, group: Chat) -> None:
    ann, ben = bot.telegram.person("Ann", "en"), bot.telegram.person("Ben", "en")
    told = await bot.asks(ann, "/why why did the index fall on 22 January?", group)
    await bot.asks(ben, "/why", group)
    await bot.telegram.says(ben, "and the day before?", group, reply_to=told)
    assert "Fri 19 Jan 2024" in (await bot.telegram.next_message(group, PATIENCE_S)).text


async def test_a_group_is_answered_in_the_language_it_chose_whatever_is_spoken(
    bot: Talking, group: Chat, owner: Chat
) -> None:
    assert "繁體中文" in (await bot.asks(owner, "/language zh-hant", group)).text
    assert "上證指數" in (await bot.asks(bot.telegram.person("Ann", "en"), "/why why is the index up?", group)).text


@pytest.mark.parametrize("command", ["/language en", "/colours red_up", "/index HSI", "/subscribe", "/forget"])
async def test_a_member_who_is_no_admin_changes_nothing(command: str, bot: Talking, group: Chat) -> None:
    assert "Only admins" in (await bot.asks(bot.telegram.person("Ann", "en"), command, group)).text
    assert bot.desk.chat(group.id) is None


async def test_a_button_of_the_settings_obeys_only_admins(bot: Talking, group: Chat, owner: Chat) -> None:
    ann = bot.telegram.person("Ann", "en")
    offered = await bot.asks(owner, "/language", group)
    refused = await bot.telegram.answer_to(await bot.telegram.presses(ann, offered, "简体中文"))
    assert "Only admins" in refused.text
    assert "简体中文" in (await bot.presses(owner, offered, "简体中文")).text


# --- Limits -----------------------------------------------------------------------------------------------------------


async def test_who_asks_without_end_is_told_once_and_then_left_waiting(bot: Talking) -> None:
    ann = bot.telegram.person("Ann", "en")
    for _ in range(PER_USER):
        await bot.telegram.says(ann, "/about")
    for _ in range(PER_USER):
        await bot.telegram.next_message(ann, PATIENCE_S)
    assert "a lot of questions" in (await bot.asks(ann, "why is the index up?")).text
    await bot.telegram.says(ann, "why is the index up?")
    assert await bot.hears_nothing(ann)
    assert "not subscribed" in (await bot.asks(ann, "/unsubscribe")).text


def test_a_minute_later_one_more_is_let_in() -> None:
    quota = Quota(2)
    asked = [quota.admit(1, MONDAY + timedelta(seconds=second)) for second in (0, 1, 2, 3, 60)]
    assert [one.is_admitted for one in asked] == [True, True, False, False, True]
    assert [one.tells for one in asked] == [False, False, True, False, False]
    assert asked[2].wait_s == 59


def test_nobody_waits_for_somebody_else() -> None:
    quota = Quota(1)
    assert all(quota.admit(sender, MONDAY).is_admitted for sender in range(100))


# --- Buttons ----------------------------------------------------------------------------------------------------------


async def test_a_button_works_after_a_restart(database: Path, telegram: FakeTelegram) -> None:
    ann = telegram.person("Ann", "en")
    async with talking(database, telegram) as bot:
        answer = await bot.asks(ann, "why is the index up?")
    async with talking(database, telegram) as bot:
        assert "3,087.53" in (await bot.presses(ann, answer, "◀ Day before")).text


async def test_pressing_a_button_twice_is_no_error(bot: Talking) -> None:
    ann = bot.telegram.person("Ann", "en")
    answer = await bot.asks(ann, "why is the index up?")
    presses = [await bot.telegram.presses(ann, answer, "Sectors") for _ in range(2)]
    assert [await bot.telegram.answer_to(press, PATIENCE_S) for press in presses]
    assert "best first" in (await bot.telegram.next_edit(answer, PATIENCE_S)).text


async def test_the_day_before_the_second_stored_session_is_told_with_its_level(bot: Talking) -> None:
    ann = bot.telegram.person("Ann", "en")
    answer = await bot.asks(ann, "why did the index move on 4 January 2023?")
    assert "No earlier close is stored" in (await bot.presses(ann, answer, "◀ Day before")).text


async def test_before_the_first_stored_session_a_button_says_so_and_leaves_the_answer(bot: Talking) -> None:
    ann = bot.telegram.person("Ann", "en")
    answer = await bot.asks(ann, "why is the index up?")
    too_early = keyboards.written(Turn("why_move", "en", "000001.SH", days=(date(2022, 12, 30),)))
    early = replace(answer, markup=Markup(((Button("◀ Day before", too_early),),)))
    bot.telegram.world.standing(ann).messages[answer.id] = early
    told = await bot.telegram.answer_to(await bot.telegram.presses(ann, early, "◀ Day before"), PATIENCE_S)
    assert "No figures are stored" in told.text


async def test_an_unknown_button_of_another_version_is_only_let_go(bot: Talking) -> None:
    ann = bot.telegram.person("Ann", "en")
    answer = await bot.asks(ann, "why is the index up?")
    stored = bot.telegram.world.standing(ann).messages
    old = replace(answer, markup=Markup(((Button("Old", "v1:gone"),),)))
    stored[answer.id] = old
    told = await bot.telegram.answer_to(await bot.telegram.presses(ann, old, "Old"), PATIENCE_S)
    assert told.text == ""


days = st.dates(date(1990, 12, 19), date(2099, 12, 31))
views = st.builds(
    Turn,
    st.sampled_from(sorted(REPLIES)),
    st.sampled_from(LANGUAGES),
    st.sampled_from([index.code for index in CATALOG]),
    st.lists(st.sampled_from([index.code for index in CATALOG]), max_size=1).map(tuple),
    st.lists(days, max_size=2).map(tuple),
    st.sampled_from([None, *SPEAK_OF]),
)


@given(views)
def test_a_view_fits_a_button_and_comes_back_with_its_day_and_index(view: Turn) -> None:
    data = keyboards.written(view)
    found = keyboards.read(data)
    assert len(data.encode()) <= 64
    assert found is not None
    assert (found.intent, found.language, found.index, found.days) == (
        view.intent,
        view.language,
        view.index,
        view.days,
    )


@given(st.text(max_size=64))
def test_whatever_a_button_carries_it_is_a_view_that_can_be_shown_or_none(data: str) -> None:
    found = keyboards.read(data)
    assert found is None or (found.intent in REPLIES and found.index in BY_CODE and found.language in LANGUAGES)


# --- Settings ---------------------------------------------------------------------------------------------------------


async def test_colours_can_be_switched_by_button(bot: Talking) -> None:
    ann = bot.telegram.person("Ann", "en")
    assert "🟢▲" in (await bot.asks(ann, "/why")).text
    await bot.presses(ann, await bot.asks(ann, "/colours"), "red is up")
    assert "🔴▲" in (await bot.asks(ann, "/why")).text


async def test_another_index_can_be_meant_when_none_is_named(bot: Talking) -> None:
    ann = bot.telegram.person("Ann", "en")
    await bot.presses(ann, await bot.asks(ann, "/index"), "CSI 300")
    assert "CSI 300 4,017.85" in (await bot.asks(ann, "why is the index up?")).text
    assert "Shanghai Composite" in (await bot.asks(ann, "/index 上证指数")).text
    subscribed = bot.desk.chat(ann.id)
    assert subscribed
    assert set(subscribed.indices) == {"000300.SH", "000001.SH"}


async def test_colours_of_ones_own_outlive_another_language(bot: Talking) -> None:
    wei = bot.telegram.person("Wei", "zh-hans")
    for command in ("/colours green_up", "/language zh-hant"):
        await bot.asks(wei, command)
    assert "🟢▲ 上證指數" in (await bot.asks(wei, "/why")).text


async def test_who_asks_to_subscribe_in_words_gets_a_button_that_does_it(bot: Talking) -> None:
    wei = bot.telegram.person("Wei", "zh-hans")
    asked = await bot.asks(wei, "我要订阅每日收盘")
    assert "已订阅" in (await bot.presses(wei, asked, "在此订阅")).text
    known = bot.desk.chat(wei.id)
    assert known
    assert (known.subscribed, known.language, known.colours) == (True, "zh-hans", "red_up")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/drivers", "Also"),
        ("/driver", "/driver policy"),
        ("/driver northbound", "foreign money"),
        ("/driver overseas", "/driver policy"),
        ("/sectors 22 January", "Mon 22 Jan 2024"),
        ("/compare hang seng and nikkei", "Nikkei 225"),
        ("/hours", "lunch break"),
        ("/sources", "Where this comes from"),
        ("/settings", "Settings of this chat"),
        ("/about", "no investment advice"),
        ("/help", "/colours"),
    ],
)
async def test_a_command_shows_its_page(command: str, words: str, bot: Talking) -> None:
    assert words in (await bot.asks(bot.telegram.person("Ann", "en"), command)).text


async def test_nothing_of_a_chat_is_left_when_it_says_forget(bot: Talking) -> None:
    ann = bot.telegram.person("Ann", "en")
    for said in ("/subscribe", "why is the index up?", "/forget"):
        await bot.asks(ann, said)
    assert bot.desk.chat(ann.id) is None
    with bot.desk.store.engine.connect() as connection:
        assert connection.execute(select(memory.TURN)).all() == []


# --- Elsewhere --------------------------------------------------------------------------------------------------------


async def test_an_inline_question_is_answered_for_everybody_for_a_short_while(bot: Talking) -> None:
    question = await bot.telegram.asks_inline(bot.telegram.person("Wei", "zh-hans"), "why is the index up?")
    answer = await bot.telegram.answer_to(question, PATIENCE_S)
    assert "Shanghai Composite 3,336.50" in str(answer.results[0])
    assert (answer.cache_time, answer.is_personal) == (30, False)


async def test_an_empty_inline_question_offers_the_latest_session_in_the_askers_language(bot: Talking) -> None:
    question = await bot.telegram.asks_inline(bot.telegram.person("Wei", "zh-hans"), "")
    answer = await bot.telegram.answer_to(question, PATIENCE_S)
    assert [("上证指数" in str(result)) for result in answer.results] == [True] * 3
    assert answer.is_personal


async def test_a_guests_question_is_answered_in_a_chat_the_bot_is_not_in(bot: Talking) -> None:
    chat = bot.telegram.supergroup("Elsewhere")
    question = await bot.telegram.asks_as_guest(
        bot.telegram.person("Wei", "zh-hans"), f"@{bot.telegram.world.bot.username} 大盘为什么涨", chat
    )
    assert "上证指数 3336.50" in (await bot.telegram.answer_to(question, PATIENCE_S)).text


@pytest.mark.parametrize(
    ("said", "driver"),
    [("policy", "policy"), ("rrr_rates", "rrr_rates"), ("Economic data", "data"), ("國家隊", "national_team"),
     ("央行降准", "rrr_rates"), ("海外市場", "global"), ("the weather", None), ("", None)],
)  # fmt: skip
def test_a_cause_is_known_by_our_words_and_by_peoples_own(said: str, driver: str | None) -> None:
    assert driver_named(said) == driver


# --- The menu ---------------------------------------------------------------------------------------------------------


async def test_every_command_of_the_menu_is_obeyed(bot: Talking) -> None:
    obeyed = Commands(Talk(bot.desk, bot.bot)).by_name.keys()
    assert all(one.command in obeyed for language in LANGUAGES for one in menu.commands(language))


async def test_telegram_is_told_the_commands_in_two_languages(bot: Talking) -> None:
    await introduce(bot.bot)
    english, chinese = await bot.bot.get_my_commands(), await bot.bot.get_my_commands(language_code="zh")
    assert [one.command for one in english] == [one.command for one in chinese]
    assert chinese[0].description == "最近一个交易日为什么涨跌"
