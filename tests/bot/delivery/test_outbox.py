from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import Engine, select, update

from bot import corrections
from bot.corrections import Said
from bot.delivery import chats, outbox
from bot.delivery.editions import Draft, Edition
from bot.delivery.outbox import Campaign, Tally
from bot.delivery.tables import CAMPAIGN, DELIVERY, SAID, State, moment_of, transaction
from tests.bot.delivery.desk import CLOSE, NOON, PAGE, SESSION, draft

EDITIONS = {"en/red_up": Edition("en"), "zh-hans/red_up": Edition("红"), "zh-hans/green_up": Edition("绿")}


def _deliveries(engine: Engine) -> dict[int, int]:
    with engine.connect() as connection:
        return {row.chat_id: row.edition for row in connection.execute(DELIVERY.select())}


def _due(engine: Engine, chat_id: int) -> datetime:
    with engine.connect() as connection:
        return moment_of(
            connection.execute(select(DELIVERY.c.due_us).where(DELIVERY.c.chat_id == chat_id)).scalar_one()
        )


def test_a_campaign_has_a_delivery_for_every_subscriber(engine: Engine) -> None:
    for chat_id in range(1, 6):
        chats.subscribe(engine, chat_id, "private")
    assert outbox.tally(engine, outbox.enqueue(engine, draft(), CLOSE).id) == Tally(ready=5)


def test_a_second_scheduler_finds_the_first_ones_campaign(engine: Engine) -> None:
    chats.subscribe(engine, 1, "private")
    first = outbox.enqueue(engine, draft(), CLOSE)
    chats.subscribe(engine, 2, "private")
    assert outbox.enqueue(engine, draft(), CLOSE + timedelta(minutes=1)) == first
    assert _deliveries(engine) == {1: 0}


def test_another_kind_of_the_same_session_is_another_campaign(engine: Engine) -> None:
    ids = {outbox.enqueue(engine, draft(kind=kind), CLOSE).id for kind in ("close", "midday")}
    assert len(ids) == 2


def test_a_draft_without_words_is_a_mistake(engine: Engine) -> None:
    with pytest.raises(ValueError, match="close"):
        outbox.enqueue(engine, Draft("close", SESSION, NOON, {}), CLOSE)


def test_a_campaign_that_cannot_be_stored_whole_is_not_stored(engine: Engine) -> None:
    chats.subscribe(engine, 1, "private")
    broken = Draft("close", SESSION, NOON, {"en/red_up": Edition(None)})  # type: ignore[arg-type] - what the test is about
    with pytest.raises(Exception, match="html"):
        outbox.enqueue(engine, broken, CLOSE)
    assert outbox.find(engine, "close", SESSION) is None


@pytest.mark.parametrize(
    ("language", "colours", "edition"),
    [
        ("en", "red_up", 0),
        ("zh-hans", "red_up", 1),
        ("zh-hans", "green_up", 2),
        ("en", "green_up", 0),
        ("zh-hant", "red_up", 0),
    ],
)
def test_a_chat_gets_its_own_edition_or_the_nearest(engine: Engine, language: str, colours: str, edition: int) -> None:
    chats.subscribe(engine, 1, "private", language=language, colours=colours)
    outbox.enqueue(engine, draft(EDITIONS), CLOSE)
    assert _deliveries(engine) == {1: edition}


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({}, True),
        ({"min_move_pct": 8.0}, True),
        ({"min_move_pct": 8.1}, False),
        ({"muted_until": CLOSE - timedelta(seconds=1)}, True),
        ({"muted_until": CLOSE + timedelta(seconds=1)}, False),
        ({"indices": ("HSI",)}, True),
    ],
    ids=str,
)
def test_only_who_wants_it_gets_it(engine: Engine, settings: chats.Settings, *, wanted: bool) -> None:
    chats.subscribe(engine, 1, "private", **settings)
    fall = Draft("close", SESSION, NOON, {"en/red_up": replace(PAGE, change_pct=-8.06)})
    assert outbox.audience(engine, fall, CLOSE) == ({"private": 1} if wanted else {})
    outbox.enqueue(engine, fall, CLOSE)
    assert bool(_deliveries(engine)) is wanted


CHOICES = {
    "en/red_up/000001.SH": Edition("composite", change_pct=8.06),
    "en/red_up/000300.SH": Edition("300", change_pct=0.4),
    "en/red_up/000001.SH,000300.SH": Edition("both", change_pct=8.06),
    "zh-hans/red_up/000001.SH": Edition("上证", change_pct=8.06),
}


@pytest.mark.parametrize(
    ("language", "colours", "closes", "edition"),
    [
        ("en", "red_up", ("000001.SH",), 0),
        ("en", "red_up", ("000300.SH",), 1),
        ("en", "red_up", ("000001.SH", "000300.SH"), 2),
        ("zh-hans", "red_up", ("000001.SH",), 3),
        ("zh-hans", "red_up", ("000300.SH",), 3),
        ("en", "green_up", ("000300.SH",), 0),
        ("zh-hant", "red_up", ("000300.SH",), 0),
    ],
    ids=["usual", "another", "two", "language", "other choice of the language", "other colours", "other language"],
)
def test_a_chat_gets_the_edition_of_its_indices_or_the_nearest(
    engine: Engine, language: str, colours: str, closes: tuple[str, ...], edition: int
) -> None:
    chats.subscribe(engine, 1, "private", language=language, colours=colours, closes=closes)
    outbox.enqueue(engine, draft(CHOICES), CLOSE)
    assert _deliveries(engine) == {1: edition}


def test_the_move_that_counts_is_that_of_the_leading_index(engine: Engine) -> None:
    chats.subscribe(engine, 1, "private", min_move_pct=1.0, closes=("000300.SH",))
    chats.subscribe(engine, 2, "private", min_move_pct=1.0, closes=("000001.SH", "000300.SH"))
    outbox.enqueue(engine, draft(CHOICES), CLOSE)
    assert _deliveries(engine) == {2: 2}


def test_a_correction_edits_only_what_is_said_otherwise(engine: Engine) -> None:
    for chat_id, closes in enumerate([("000001.SH",), ("000300.SH",), ("000001.SH", "000300.SH")], start=1):
        chats.subscribe(engine, chat_id, "private", closes=closes)
    campaign = outbox.enqueue(engine, draft(CHOICES), CLOSE)
    with transaction(engine) as connection:
        connection.execute(update(DELIVERY).values(state=State.SENT))
    revised = {key: Edition("revised") for key in ("en/red_up/000300.SH", "en/red_up/000001.SH,000300.SH")}
    correction = outbox.correct(engine, campaign, revised, CLOSE)
    with transaction(engine) as connection:
        edited = select(DELIVERY.c.chat_id).where(DELIVERY.c.campaign_id == correction.id)
        assert set(connection.execute(edited).scalars()) == {2, 3}


def test_who_unsubscribed_or_blocked_gets_nothing(engine: Engine) -> None:
    chats.subscribe(engine, 1, "private")
    chats.unsubscribe(engine, 1)
    chats.subscribe(engine, 2, "private")
    chats.retire(engine, 2, "Forbidden: bot was blocked by the user")
    outbox.enqueue(engine, draft(), CLOSE)
    assert not _deliveries(engine)


@pytest.mark.parametrize(
    ("send_at", "due"),
    [
        (time(20, 30), datetime(2024, 9, 30, 12, 30, tzinfo=UTC)),
        (time(8, 0), datetime(2024, 10, 1, 0, 0, tzinfo=UTC)),
        (time(15, 0), datetime(1970, 1, 1, 0, 0, 0, 2, tzinfo=UTC)),
        (None, datetime(1970, 1, 1, 0, 0, 0, 2, tzinfo=UTC)),
    ],
    ids=["in the evening", "next morning", "at the close", "at once"],
)
def test_a_chat_gets_the_close_at_its_own_time_of_day(engine: Engine, send_at: time | None, due: datetime) -> None:
    chats.subscribe(engine, 1, "private", send_at=send_at)
    outbox.enqueue(engine, draft(), CLOSE)
    assert _due(engine, 1) == due


def test_channels_come_first_then_groups_then_people(engine: Engine) -> None:
    for chat_id, kind in ((1, "private"), (-2, "group"), (-1003, "channel"), (-1004, "supergroup")):
        chats.subscribe(engine, chat_id, kind)
    outbox.enqueue(engine, draft(), CLOSE)
    with engine.connect() as connection:
        ordered = connection.execute(select(DELIVERY.c.chat_id).order_by(DELIVERY.c.due_us, DELIVERY.c.chat_id))
        assert ordered.scalars().all() == [-1003, -1004, -2, 1]


def test_the_editions_wanted_are_those_that_somebody_reads(engine: Engine) -> None:
    chats.subscribe(engine, 1, "private", language="zh-hans")
    chats.subscribe(engine, 2, "private", language="zh-hans")
    chats.subscribe(engine, 3, "private", colours="green_up", closes=("000300.SH", "399006.SZ"))
    chats.change(engine, 4, "private", language="zh-hant")
    assert outbox.editions_wanted(engine) == ("zh-hans/red_up/000001.SH", "en/green_up/000300.SH,399006.SZ")


def test_an_unfinished_campaign_is_found_after_a_restart(engine: Engine) -> None:
    campaign = outbox.enqueue(engine, draft(), CLOSE)
    assert outbox.unfinished(engine) == (campaign,)


def test_a_campaign_is_found_by_kind_and_session(engine: Engine) -> None:
    campaign = outbox.enqueue(engine, draft(), CLOSE)
    assert outbox.find(engine, "close", SESSION) == campaign == outbox.get(engine, campaign.id)


def test_a_campaign_that_never_was_is_a_look_up_error(engine: Engine) -> None:
    with pytest.raises(LookupError):
        outbox.get(engine, 99)


def test_open_campaigns_are_not_pruned(engine: Engine) -> None:
    outbox.enqueue(engine, draft(), CLOSE)
    assert outbox.prune(engine, NOON) == 0


def _end(engine: Engine, campaign: Campaign) -> None:
    with transaction(engine) as connection:
        connection.execute(update(CAMPAIGN).where(CAMPAIGN.c.id == campaign.id).values(state="done"))


def test_what_a_pruned_campaign_said_goes_with_it(engine: Engine) -> None:
    pruned, kept = (outbox.enqueue(engine, draft(kind=kind), CLOSE) for kind in ("close", "midday"))
    for campaign in (pruned, kept):
        corrections.note(engine, campaign, {"000001.SH": Said(3336.50, 248.97, 8.06)})
    _end(engine, pruned)
    assert outbox.prune(engine, NOON) == 1
    with transaction(engine) as connection:
        assert connection.execute(select(SAID.c.campaign_id)).scalars().all() == [kept.id]


def test_the_id_of_a_pruned_campaign_is_never_anothers(engine: Engine) -> None:
    pruned = outbox.enqueue(engine, draft(), CLOSE)
    _end(engine, pruned)
    outbox.prune(engine, NOON)
    assert outbox.enqueue(engine, draft(), NOON).id > pruned.id


def test_the_latest_campaign_is_the_one_stored_last(engine: Engine) -> None:
    outbox.enqueue(engine, draft(kind="midday"), CLOSE)
    last = outbox.enqueue(engine, draft(), CLOSE - timedelta(hours=1))
    assert outbox.latest(engine) == last


def test_an_empty_outbox_has_no_latest_campaign(engine: Engine) -> None:
    assert outbox.latest(engine) is None
