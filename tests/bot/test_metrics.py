"""Counts without names, and one word about what keeps the bot from doing its job."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from math import isnan, nan
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from telegram import Bot
from telegram.error import BadRequest
from telegram.ext import ExtBot

from bot.clock import Clock
from bot.close_pages import not_after
from bot.delivery import outbox
from bot.delivery.editions import Draft, Edition
from bot.delivery.pacing import Pacer
from bot.delivery.progress import Progress
from bot.delivery.transport import AiohttpRequest
from bot.delivery.verdict import Outcome
from bot.desk import Desk
from bot.intake import Intake
from bot.metrics import CountedAnswers, CountedWire, Metrics, Station, age_of_close_s, ailment
from bot.settings import Settings
from index.live.reports import Ended, RefreshReport
from index.store import Store
from tests.bot.closing import SESSION, beijing, until_friday
from tests.botapi import NO_LIMITS, Chat, FakeTelegram

LATE = beijing("2024-09-30T15:31")


def samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """The value of each metric by its name and the values of its labels."""
    families = text_string_to_metric_families(metrics.text(nan).decode())
    found = (sample for family in families for sample in family.samples)
    return {(sample.name, *sorted(sample.labels.values())): sample.value for sample in found}


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(rates=NO_LIMITS) as fake:
        yield fake


@pytest.fixture
def wei(telegram: FakeTelegram) -> Chat:
    return telegram.person("Wei", "zh-hans")


@asynccontextmanager
async def counted_bot(telegram: FakeTelegram, metrics: Metrics) -> AsyncIterator[Bot]:
    bot: ExtBot[int] = ExtBot(
        telegram.token,
        base_url=telegram.base_url,
        request=AiohttpRequest(),
        rate_limiter=CountedAnswers(Pacer(1000.0), metrics),
    )
    async with bot:
        yield bot


# --- What is counted --------------------------------------------------------------------------------------------------


async def test_answers_are_counted_and_timed_from_the_update_on(
    telegram: FakeTelegram, metrics: Metrics, wei: Chat
) -> None:
    async with counted_bot(telegram, metrics) as bot:
        metrics.began("message")
        await asyncio.sleep(0.06)
        await bot.send_message(wei.id, "one")
        await bot.send_message(wei.id, "two")
    counted = samples(metrics)
    assert counted["whyup_updates_total", "message"] == 1
    assert counted["whyup_messages_total", "answer", "sent"] == 2
    assert counted["whyup_answer_seconds_count",] == 1  # the chat waited for the first
    assert 0.06 <= counted["whyup_answer_seconds_sum",] < 5


async def test_a_refused_answer_is_counted_by_its_outcome(telegram: FakeTelegram, metrics: Metrics, wei: Chat) -> None:
    async with counted_bot(telegram, metrics) as bot:
        metrics.began("message")
        with pytest.raises(BadRequest):
            await bot.send_message(wei.id, "<b>", parse_mode="HTML")
    counted = samples(metrics)
    assert counted["whyup_messages_total", "answer", "bad_page"] == 1
    assert counted["whyup_answer_seconds_count",] == 0


async def test_what_shows_nothing_in_a_chat_is_no_message(telegram: FakeTelegram, metrics: Metrics, wei: Chat) -> None:
    async with counted_bot(telegram, metrics) as bot:
        await bot.send_chat_action(wei.id, "typing")
        await bot.get_chat(wei.id)
    assert not [name for name in samples(metrics) if name[0] == "whyup_messages_total"]


async def test_messages_of_a_broadcast_are_counted_by_their_outcome(
    telegram: FakeTelegram, metrics: Metrics, wei: Chat
) -> None:
    async with CountedWire(telegram.base_url, telegram.token, metrics) as wire:
        await wire.post("sendMessage", b'{"chat_id": %d, "text": "close"}' % wei.id)
        await wire.post("sendMessage", b'{"chat_id": 404, "text": "close"}')
        await wire.upload("sendPhoto", b'{"chat_id": 404}', {"photo": b"PNG"})
    counted = samples(metrics)
    assert counted["whyup_messages_total", "broadcast", "sent"] == 1
    assert sum(value for name, value in counted.items() if name[:2] == ("whyup_messages_total", "broadcast")) == 3


def test_a_campaigns_progress_is_shown(metrics: Metrics) -> None:
    metrics.progressed(Progress(sent=7, failed=2, left=91, per_second=29.5, seconds_left=3.1))
    counted = samples(metrics)
    assert [counted["whyup_campaign_deliveries", state] for state in ("sent", "failed", "left")] == [7, 2, 91]
    assert counted["whyup_campaign_per_second",] == 29.5


def test_pulls_are_counted_by_how_they_ended(metrics: Metrics) -> None:
    pull = metrics.counted(lambda *_, **__: RefreshReport((), Ended.OFFLINE))
    assert pull(None, None, deadline_s=1.0).ended is Ended.OFFLINE
    assert samples(metrics)["whyup_pulls_total", "offline"] == 1


def test_no_label_is_anything_but_a_kind_or_an_outcome(metrics: Metrics) -> None:
    metrics.began("message")
    metrics.replied("sendMessage", Outcome.GONE)
    metrics.broadcast(Outcome.SENT)
    labels = {label for name in samples(metrics) for label in name[1:] if name[0] != "whyup_answer_seconds_bucket"}
    assert labels == {"message", "answer", "gone", "broadcast", "sent"}


# --- Health -----------------------------------------------------------------------------------------------------------


class Alive(Intake):
    """One that heard from Telegram a moment ago, or never."""

    def __init__(self, heard_at: datetime | None) -> None:
        self.heard_at = heard_at


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = until_friday(tmp_path)
    yield made
    made.engine.dispose()


def desk_at(store: Store, at: datetime) -> Desk:
    return Desk(store, Settings(), Clock(lambda: at))


def campaign(store: Store, session: date = SESSION) -> outbox.Campaign:
    return outbox.enqueue(
        store.engine, Draft("close", session, not_after(session), {"en/red_up": Edition("close")}), LATE
    )


def stopped(store: Store) -> None:
    campaign(store)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE campaign SET state = 'stopped'"))


def without_database(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE campaign"))


@pytest.mark.parametrize(
    ("at", "happens", "word"),
    [
        ("2024-09-30T10:00", None, ""),
        ("2024-09-30T15:29", None, ""),
        ("2024-09-30T15:31", None, "close"),
        ("2024-09-30T15:31", campaign, ""),
        ("2024-09-30T15:31", stopped, "close"),
        ("2024-09-30T15:31", without_database, "database"),
        ("2024-10-02T10:00", None, ""),
    ],
    ids=["morning", "not late yet", "late", "out", "stopped", "no database", "holiday"],
)
def test_one_word_says_what_ails(store: Store, at: str, happens: Callable[[Store], object] | None, word: str) -> None:
    moment = beijing(at)
    if happens:
        happens(store)
    assert ailment(desk_at(store, moment), Alive(moment), moment) == word


@pytest.mark.parametrize("silent", [None, timedelta(minutes=3)], ids=["never heard", "silent"])
def test_a_bot_that_hears_nothing_of_telegram_is_not_well(store: Store, silent: timedelta | None) -> None:
    morning = beijing("2024-09-30T10:00")
    intake = Alive(None if silent is None else morning - silent)
    assert ailment(desk_at(store, morning), intake, morning) == "telegram"


def test_the_age_of_the_newest_close_is_told_in_seconds(store: Store) -> None:
    at = beijing("2024-09-28T15:00")  # a day after Friday's close
    assert age_of_close_s(desk_at(store, at), at) == 86_400


def test_an_empty_store_has_no_newest_close(tmp_path: Path) -> None:
    empty = Store(f"sqlite:///{tmp_path / 'empty.db'}")
    assert isnan(age_of_close_s(desk_at(empty, LATE), LATE))
    empty.engine.dispose()


@pytest.fixture
async def client(store: Store, metrics: Metrics) -> AsyncIterator[TestClient]:
    application = Application()
    application.add_routes(Station(metrics, desk_at(store, LATE), Alive(LATE)).routes())
    async with TestClient(TestServer(application)) as made:
        yield made


async def test_health_is_503_with_the_word_and_200_without(client: TestClient, store: Store) -> None:
    async with client.get("/health") as reply:
        assert (reply.status, await reply.text()) == (503, "close\n")
    campaign(store)
    async with client.get("/health") as reply:
        assert (reply.status, await reply.text()) == (200, "ok\n")


async def test_metrics_are_shown_in_prometheus_format(client: TestClient) -> None:
    async with client.get("/metrics") as reply:
        body = await reply.text()
        assert reply.headers["Content-Type"].startswith("text/plain; version=")
    age = {sample.name: sample.value for family in text_string_to_metric_families(body) for sample in family.samples}
    assert age["whyup_newest_close_age_seconds"] == (LATE - beijing("2024-09-27T15:00")).total_seconds()
