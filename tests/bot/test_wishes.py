"""What a chat may wish about its closes, what the operator is told, and what happens where the bot is let in."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import select

from bot import handlers
from bot.app import _application, _introduce
from bot.chat.understanding import prepare
from bot.clock import Clock
from bot.delivery import chats, outbox, tables
from bot.delivery.chats import Subscriber
from bot.delivery.editions import Draft, Edition
from bot.desk import Desk
from bot.handlers.operating import Ails
from bot.handlers.wishes import WISHES, Wishes, held_by, moves_wished, mute_wished, time_wished
from bot.metrics import ailment
from bot.pages import LANGUAGES
from bot.polling import Poller
from bot.settings import Settings
from index.live.memory import Memory
from index.sessions import BEIJING
from index.sources.contract import Unanswered, Why
from index.store import Store
from tests.bot.talking import MONDAY, PATIENCE_S, Talking, hasty, talking, wall
from tests.botapi import NO_LIMITS, Chat, FakeTelegram, Fault, Kind, Privacy
from tests.index.pulled import host

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


# --- As people type it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "wished"),
    [("17:30", time(17, 30)), ("15:00", time(15)), ("１７：３０", time(17, 30)), ("23.59", time(23, 59)), ("OFF", None),
     ("關閉", None)],
    ids=["plain", "at the close", "full-width", "with a point", "off", "off in Chinese"],
)  # fmt: skip
def test_a_time_from_the_close_on_is_understood(typed: str, wished: time | None) -> None:
    assert time_wished(typed, MONDAY) == {"send_at": wished}


@pytest.mark.parametrize("typed", ["", "14:59", "9:30", "24:00", "17:60", "17", "tea time"])
def test_a_time_that_is_none_or_before_the_close_is_not(typed: str) -> None:
    assert time_wished(typed, MONDAY) is None


@pytest.mark.parametrize(
    ("typed", "wished"),
    [("1.5", 1.5), ("1.5%", 1.5), ("1,5 %", 1.5), (">= 2", 2.0), ("２％", 2.0), ("10", 10.0), ("0", 0.0), ("off", 0.0)],
)
def test_a_size_of_moves_is_understood(typed: str, wished: float) -> None:
    assert moves_wished(typed, MONDAY) == {"min_move_pct": wished}


@pytest.mark.parametrize("typed", ["", "-1", "11", "99", "1.555", "nan", "big ones"])
def test_a_size_that_no_index_moves_by_is_not(typed: str) -> None:
    assert moves_wished(typed, MONDAY) is None


@pytest.mark.parametrize(
    ("typed", "until"),
    [
        ("7d", datetime(2024, 10, 7, 16, 0, tzinfo=BEIJING)),
        ("1 day", datetime(2024, 10, 1, 16, 0, tzinfo=BEIJING)),
        ("2 weeks", datetime(2024, 10, 14, 16, 0, tzinfo=BEIJING)),
        ("7天", datetime(2024, 10, 7, 16, 0, tzinfo=BEIJING)),
        ("1週", datetime(2024, 10, 7, 16, 0, tzinfo=BEIJING)),
        ("until 2024-10-08", datetime(2024, 10, 8, 0, 0, tzinfo=BEIJING)),
        ("2024/10/8", datetime(2024, 10, 8, 0, 0, tzinfo=BEIJING)),
        ("至2024年10月8日", datetime(2024, 10, 8, 0, 0, tzinfo=BEIJING)),
        ("off", None),
    ],
)
def test_a_silence_is_understood(typed: str, until: datetime | None) -> None:
    assert mute_wished(typed, MONDAY) == {"muted_until": until}


@pytest.mark.parametrize(
    "typed", ["", "0d", "999d", "until 2024-09-30", "until 2024-02-30", "until 2031-01-01", "soon"]
)
def test_a_silence_that_is_over_or_without_end_is_not(typed: str) -> None:
    assert mute_wished(typed, MONDAY) is None


@given(st.sampled_from(sorted(WISHES)), st.text(max_size=40) | st.from_regex(r"(until )?[\d:.,/ -]{1,12}[dw%]?"))
def test_whatever_is_typed_is_a_sensible_wish_or_none(name: str, typed: str) -> None:
    wished = WISHES[name](typed, MONDAY)
    held = held_by(replace(Subscriber(1, "private"), **wished), MONDAY) if wished else Wishes()
    assert held.sent_at is None or time(15) <= held.sent_at.timetz().replace(tzinfo=None)
    assert held.min_move_pct is None or 0 < held.min_move_pct <= 10
    assert held.muted_until is None or timedelta() < held.muted_until - MONDAY <= timedelta(days=366)


def test_a_silence_that_is_over_holds_no_more() -> None:
    chat = Subscriber(1, "private", muted_until=MONDAY)
    assert held_by(chat, MONDAY - timedelta(minutes=1)).muted_until == MONDAY
    assert held_by(chat, MONDAY).muted_until is None


# --- In a chat --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/time 17:30", "at 17:30 Beijing time"),
        ("/moves 1.5", "only after a move of 1.50% or more"),
        ("/mute until 2024-10-08", "until 8 Oct 2024 00:00"),
    ],
)
async def test_a_wish_is_told_kept_shown_and_taken_back(command: str, words: str, bot: Talking, ann: Chat) -> None:
    await bot.asks(ann, "/subscribe")
    assert words in (await bot.asks(ann, command)).text
    assert words in (await bot.asks(ann, "/settings")).text
    assert words not in (await bot.asks(ann, f"{command.split(maxsplit=1)[0]} off")).text
    assert words not in (await bot.asks(ann, "/settings")).text


async def test_settings_that_are_asked_for_in_words_show_the_wishes_too(bot: Talking, ann: Chat) -> None:
    await bot.asks(ann, "/time 17:30")
    told = await bot.asks(ann, "red should mean up, can i change that")
    assert "Settings of this chat" in told.text
    assert [line for line in told.text.splitlines() if line.count("•") != 1] == [
        "Settings of this chat",
        "Times are Beijing time. In groups only admins change settings.",
    ]
    assert "at 17:30 Beijing time" in told.text


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "at 17:30 Beijing time"), ("zh-hans", "北京时间 17:30"), ("zh-hant", "北京時間 17:30")],
)
async def test_a_wish_is_told_in_the_chats_language(language: str, words: str, bot: Talking) -> None:
    assert words in (await bot.asks(bot.telegram.person("Wei", language), "/time 17:30")).text


async def test_a_wish_does_not_subscribe_and_says_so(bot: Talking, ann: Chat) -> None:
    assert "none come here yet" in (await bot.asks(ann, "/moves 1.5")).text
    known = bot.desk.chat(ann.id)
    assert known
    assert not known.subscribed


async def test_the_outbox_heeds_what_was_wished(bot: Talking, telegram: FakeTelegram) -> None:
    wishes = {"/time 17:30": True, "/moves 8": True, "/moves 8.1": False, "/mute 1d": False, "/mute off": True}
    people = [(telegram.person(f"Reader of {wish}", "en"), wish) for wish in wishes]
    for person, wish in people:
        await bot.asks(person, "/subscribe")
        await bot.asks(person, wish)
    rise = Draft("close", SESSION, NOON, {"en/green_up": Edition("up", change_pct=8.06)})  # the exchange's figure
    campaign = outbox.enqueue(bot.desk.store.engine, rise, MONDAY)
    with bot.desk.store.engine.connect() as connection:
        queued = connection.execute(select(tables.DELIVERY.c.chat_id, tables.DELIVERY.c.due_us))
        due = {row.chat_id: row.due_us for row in queued}
    assert [person.id in due for person, _ in people] == list(wishes.values())
    assert tables.moment_of(due[people[0][0].id]) == datetime(2024, 9, 30, 9, 30, tzinfo=UTC)
    assert campaign.is_open


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", ["/time", "/time 9:00", "/moves a lot", "/mute for ever"])
async def test_what_cannot_be_read_gets_one_line_whose_examples_can(command: str, language: str, bot: Talking) -> None:
    name, wei = command.split(maxsplit=1)[0], bot.telegram.person("Wei", language)
    told = (await bot.asks(wei, command)).text
    assert len(told.splitlines()) == 1
    assert f"{name} off" in told
    example = {"/time": "17:30", "/moves": "1.5", "/mute": "until 2024-10-07"}[name]
    assert f"{name} {example}" in told
    assert WISHES[name[1:]](example, MONDAY)
    assert bot.desk.chat(wei.id) is None


@pytest.mark.parametrize("command", ["/time 17:30", "/moves 1.5", "/mute 7d"])
async def test_in_a_group_only_admins_wish(command: str, bot: Talking, ann: Chat) -> None:
    owner = bot.telegram.person("Owner", "en")
    group = bot.telegram.supergroup(owner=owner)
    await bot.telegram.adds_bot(group)
    await bot.telegram.next_message(group, PATIENCE_S)
    assert "Only admins" in (await bot.asks(ann, command, group)).text
    assert bot.desk.chat(group.id) is None
    assert "Done" in (await bot.asks(owner, command, group)).text


async def test_help_names_what_can_be_wished(bot: Talking, ann: Chat) -> None:
    told = (await bot.asks(ann, "/help")).text
    assert all(f"/{name}" in told for name in WISHES)


# --- The operator -----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def operated(
    database: Path, telegram: FakeTelegram, operator: Chat, ails: Ails | None = None
) -> AsyncIterator[Talking]:
    """The bot with an operator's chat, and with what ails it, as bot/app.py puts it together."""
    settings = Settings(
        telegram_token=SecretStr(telegram.token),
        telegram_api_url=telegram.base_url,
        database_url=f"sqlite:///{database}",
        operator_chat=operator.id,
    )
    store = Store(settings.store_url)
    tables.create(store.engine)
    prepare()
    desk = Desk(store, settings, Clock.set_to(MONDAY, wall))
    async with _application(settings, hasty()) as application:
        poller = Poller(application, store.engine, desk.clock.now)
        handlers.register(application, desk, ails or partial(ailment, desk, poller))
        polling = asyncio.create_task(poller.run())
        yield Talking(telegram, desk, application.bot)
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        await poller.finish()
    store.engine.dispose()


@pytest.fixture
async def watched(database: Path, telegram: FakeTelegram, ann: Chat) -> AsyncIterator[Talking]:
    async with operated(database, telegram, ann) as running:
        yield running


async def test_the_operator_is_told_how_the_bot_stands(watched: Talking, ann: Chat) -> None:
    told = (await watched.asks(ann, "/status")).text
    assert "Newest close: 30 Sep 2024, 1 h ago" in told
    assert "Last push: none yet" in told
    assert "no pull failed last" in told
    assert "last close should be out by now and is not" in told  # an hour after it nothing was pushed


async def test_the_operator_is_told_who_subscribes_and_what_became_of_the_last_push(
    watched: Talking, ann: Chat
) -> None:
    engine = watched.desk.store.engine
    kinds = {1001: "private", 1002: "private", -7: "group", -1007: "supergroup", -1008: "channel"}
    for chat_id, kind in kinds.items():
        chats.subscribe(engine, chat_id, kind)
    outbox.enqueue(engine, Draft("close", SESSION, NOON, {"en/red_up": Edition("up")}), MONDAY)
    ends = {1001: tables.State.SENT, 1002: tables.State.DEAD, -7: tables.State.SENT}
    with engine.begin() as connection:
        for chat_id, state in ends.items():
            one = tables.DELIVERY.c.chat_id == chat_id
            connection.execute(tables.DELIVERY.update().where(one).values(state=int(state)))
    told = (await watched.asks(ann, "/status")).text
    assert "2 private, 2 groups, 1 channels" in told
    assert "Last push: 30 Sep 2024: 2 sent, 1 failed, 2 left" in told


async def test_the_operator_is_told_which_publishers_fail(watched: Talking, ann: Chat) -> None:
    source, store = host("tencent"), watched.desk.store
    for _ in range(2):
        Memory(store.engine, store.url).failed(source, Unanswered(Why.TIMEOUT), MONDAY)
    told = (await watched.asks(ann, "/status")).text
    assert "tencent fails: 2 in a row, last 30 Sep 2024 16:00 (no answer in time)" in told


@pytest.mark.parametrize(
    ("ails", "words"),
    [
        ("telegram", "Telegram has not been heard"),
        ("database", "database does not answer"),
        ("close", "last close should be out"),
        ("", "Nothing ails"),
    ],
)
async def test_the_operator_is_told_what_ails(
    ails: str, words: str, database: Path, telegram: FakeTelegram, ann: Chat
) -> None:
    async with operated(database, telegram, ann, lambda _at: ails) as bot:
        assert words in (await bot.asks(ann, "/status")).text


async def test_nobody_else_is_told(watched: Talking) -> None:
    told = (await watched.asks(watched.telegram.person("Ben", "en"), "/status")).text
    assert "Newest close" not in told
    assert "Subscribers" not in told


@pytest.mark.parametrize("command", ["/status", "/statuses"])
async def test_elsewhere_status_is_a_command_like_any_that_is_unknown(command: str, watched: Talking) -> None:
    group = watched.telegram.supergroup()
    await watched.telegram.adds_bot(group)
    await watched.telegram.next_message(group, PATIENCE_S)
    await watched.telegram.says(watched.telegram.person("Ben", "en"), command, group)
    assert await watched.hears_nothing(group)


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


@pytest.mark.parametrize(("faults", "commands"), [(0, True), (1, False)], ids=["taken", "refused"])
async def test_the_bot_starts_whether_or_not_telegram_takes_its_menu(
    faults: int, telegram: FakeTelegram, *, commands: bool
) -> None:
    telegram.faults.plan(Fault(Kind.BAD_GATEWAY, times=faults, methods={"setMyCommands"}))
    settings = Settings(telegram_token=SecretStr(telegram.token), telegram_api_url=telegram.base_url)
    async with _application(settings, hasty()) as application:
        await _introduce(application)
        assert bool(await application.bot.get_my_commands()) is commands
