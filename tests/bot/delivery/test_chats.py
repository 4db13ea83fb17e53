from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import Engine

from bot.delivery import chats, outbox, tables
from bot.delivery.outbox import Tally
from tests.bot.delivery.desk import CLOSE, draft

WEI, GROUP, SUPERGROUP = 1001, -2002, -1001234567890


def test_a_chat_that_never_spoke_is_not_known(engine: Engine) -> None:
    assert chats.get(engine, WEI) is None


def test_a_subscriber_is_read_back_as_it_was_set(engine: Engine) -> None:
    muted = datetime(2024, 10, 1, tzinfo=UTC)
    chats.subscribe(engine, WEI, "private", language="zh-hans", indices=("HSI",), min_move_pct=1.5)
    chats.change(engine, WEI, "private", muted_until=muted, send_at=time(20, 15), colours="green_up")
    chats.change(engine, WEI, "private", closes=("000300.SH", "399006.SZ"))
    assert chats.get(engine, WEI) == chats.Subscriber(
        WEI,
        "private",
        language="zh-hans",
        colours="green_up",
        indices=("HSI",),
        closes=("000300.SH", "399006.SZ"),
        min_move_pct=1.5,
        muted_until=muted,
        send_at=time(20, 15),
        subscribed=True,
    )


def test_a_group_has_a_language_without_a_subscription(engine: Engine) -> None:
    assert not chats.change(engine, GROUP, "group", language="zh-hant").subscribed
    assert sum(chats.count(engine).values()) == 0


def test_subscribing_again_keeps_the_settings(engine: Engine) -> None:
    chats.subscribe(engine, WEI, "private", language="zh-hans")
    chats.unsubscribe(engine, WEI)
    assert chats.subscribe(engine, WEI, "private").language == "zh-hans"


def test_unsubscribing_tells_whether_there_was_anything_to_stop(engine: Engine) -> None:
    chats.subscribe(engine, WEI, "private")
    assert [chats.unsubscribe(engine, WEI), chats.unsubscribe(engine, WEI)] == [True, False]


def test_unsubscribing_takes_back_what_is_queued(engine: Engine) -> None:
    chats.subscribe(engine, WEI, "private")
    campaign = outbox.enqueue(engine, draft(), CLOSE)
    chats.unsubscribe(engine, WEI)
    assert outbox.tally(engine, campaign.id) == Tally(skipped=1)


def test_a_chat_that_blocked_the_bot_is_not_counted(engine: Engine) -> None:
    chats.subscribe(engine, WEI, "private")
    chats.retire(engine, WEI, "Forbidden: bot was blocked by the user")
    assert chats.count(engine)["private"] == 0


def test_a_chat_that_comes_back_has_its_subscription_still(engine: Engine) -> None:
    chats.subscribe(engine, WEI, "private")
    chats.retire(engine, WEI, "Forbidden: bot was blocked by the user")
    assert chats.revive(engine, WEI)
    assert [chat.chat_id for chat in chats.subscribers(engine)] == [WEI]


def test_reviving_the_living_changes_nothing(engine: Engine) -> None:
    chats.subscribe(engine, WEI, "private")
    assert not chats.revive(engine, WEI)


def test_a_group_that_became_a_supergroup_keeps_everything(engine: Engine) -> None:
    chats.subscribe(engine, GROUP, "group", language="zh-hans", min_move_pct=2.0)
    chats.migrate(engine, GROUP, SUPERGROUP)
    moved = chats.get(engine, SUPERGROUP)
    assert moved == chats.Subscriber(SUPERGROUP, "supergroup", "zh-hans", min_move_pct=2.0, subscribed=True)


def test_the_old_group_says_where_it_went(engine: Engine) -> None:
    chats.subscribe(engine, GROUP, "group")
    chats.migrate(engine, GROUP, SUPERGROUP)
    old = chats.get(engine, GROUP)
    assert old is not None
    assert (old.migrated_to, old.subscribed, old.alive) == (SUPERGROUP, False, False)


def test_a_supergroup_that_subscribed_itself_keeps_its_own_settings(engine: Engine) -> None:
    chats.subscribe(engine, GROUP, "group", language="zh-hans")
    chats.subscribe(engine, SUPERGROUP, "supergroup", language="en")
    chats.migrate(engine, GROUP, SUPERGROUP)
    assert [(chat.chat_id, chat.language) for chat in chats.subscribers(engine)] == [(SUPERGROUP, "en")]


@pytest.mark.parametrize("both", [False, True], ids=["only the group", "the supergroup too"])
def test_what_a_migrated_group_has_queued_is_sent_once(engine: Engine, *, both: bool) -> None:
    chats.subscribe(engine, GROUP, "group")
    if both:
        chats.subscribe(engine, SUPERGROUP, "supergroup")
    campaign = outbox.enqueue(engine, draft(), CLOSE)
    chats.migrate(engine, GROUP, SUPERGROUP)
    with engine.connect() as connection:
        rows = connection.execute(tables.DELIVERY.select()).all()
    assert [(row.campaign_id, row.chat_id) for row in rows] == [(campaign.id, SUPERGROUP)]


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    chats.subscribe(engine, GROUP, "group", language="zh-hans")
    chats.migrate(engine, GROUP, SUPERGROUP)
    chats.change(engine, SUPERGROUP, "supergroup", language="en")
    chats.migrate(engine, GROUP, SUPERGROUP)
    moved = chats.get(engine, SUPERGROUP)
    assert moved is not None
    assert moved.language == "en"


def test_forgetting_leaves_no_trace(engine: Engine) -> None:
    chats.subscribe(engine, GROUP, "group")
    chats.migrate(engine, GROUP, SUPERGROUP)
    outbox.enqueue(engine, draft(), CLOSE)
    assert chats.forget(engine, SUPERGROUP)
    with engine.connect() as connection:
        assert not connection.execute(tables.CHAT.select()).all()
        assert not connection.execute(tables.DELIVERY.select()).all()


def test_forgetting_the_unknown_is_nothing(engine: Engine) -> None:
    assert not chats.forget(engine, WEI)


@pytest.mark.parametrize(("days", "alive"), [(0, True), (1, False)], ids=["same day", "another day"])
def test_a_chat_that_is_not_found_is_given_up_on_another_day(engine: Engine, days: int, *, alive: bool) -> None:
    chats.subscribe(engine, WEI, "private")
    first = date(2024, 9, 30)
    with engine.begin() as connection:
        chats.miss(connection, WEI, first, "chat not found")
        chats.miss(connection, WEI, first + timedelta(days=days), "chat not found")
    missed = chats.get(engine, WEI)
    assert missed is not None
    assert missed.alive is alive


def test_subscribers_are_counted_by_kind(engine: Engine) -> None:
    chats.subscribe(engine, WEI, "private")
    chats.subscribe(engine, GROUP, "group")
    chats.subscribe(engine, SUPERGROUP, "channel")
    assert chats.count(engine) == {"private": 1, "group": 1, "supergroup": 0, "channel": 1}
