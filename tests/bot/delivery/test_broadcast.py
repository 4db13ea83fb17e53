import asyncio
from collections import Counter
from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.delivery import chats, outbox
from bot.delivery.editions import Edition
from bot.delivery.errors import AlreadyBroadcasting
from bot.delivery.ledger import Ledger
from bot.delivery.outbox import Campaign, Tally
from bot.delivery.tables import State, microseconds
from bot.delivery.transport import Wire
from index.errors import TokenRefused
from tests.bot.delivery.desk import CLOSE, NOON, PAGE, PIXEL, Desk, Leaping
from tests.botapi import Rates

WHOLE = "the whole text " * 100
PICTURE = Edition(WHOLE, PIXEL, "the caption")
BROKEN = Edition("<b>never closed")


async def test_everybody_gets_the_close_once(desk: Desk) -> None:
    people = desk.people(50)
    report = await desk.broadcast()
    assert report.tally == Tally(sent=50)
    assert [desk.texts(person) for person in people] == [["Shanghai Composite 3336.50 (+8.06 %)"]] * 50
    assert report.campaign.state == "done"


async def test_running_it_again_sends_nothing(desk: Desk) -> None:
    desk.people(3)
    campaign = desk.enqueue()
    await desk.run(campaign)
    await desk.run(campaign)
    assert len(desk.accepted()) == 3


async def test_channels_are_first_and_people_last(desk: Desk) -> None:
    wei, channel, group = desk.telegram.person(), desk.telegram.channel(), desk.telegram.group()
    for chat in (wei, channel, group):
        desk.subscribe(chat)
    for chat in (channel, group):
        await desk.telegram.adds_bot(chat)
    await desk.run(desk.enqueue(), per_second=25.0)
    assert desk.accepted() == [channel.id, group.id, wei.id]


async def test_a_picture_is_uploaded_once_and_then_named(desk: Desk) -> None:
    people = desk.people(30)
    await desk.broadcast(PICTURE)
    photos = [message.photo for person in people for message in desk.telegram.sent(person)]
    assert (len(photos), len({photo.file_id for photo in photos if photo})) == (30, 1)


async def test_a_picture_that_two_editions_show_is_uploaded_once(desk: Desk) -> None:
    people = desk.people(10)
    for person in people[:5]:
        chats.change(desk.engine, person.id, "private", language="zh-hans")
    await desk.broadcast(PICTURE, replace(PICTURE, caption="说明"))
    photos = [message.photo for person in people for message in desk.telegram.sent(person)]
    assert (len(photos), len({photo.file_id for photo in photos if photo})) == (10, 1)
    assert {desk.texts(person)[0] for person in people} == {"the caption", "说明"}


async def test_a_picture_that_telegram_forgot_is_uploaded_again(desk: Desk) -> None:
    people = desk.people(30)
    campaign = desk.enqueue(PICTURE)
    async with Ledger(desk.engine, campaign) as ledger:
        await ledger.keep_file(0, "AgACAgQAAxkBAAIBY2")
    assert (await desk.run(campaign)).tally == Tally(sent=30)
    assert all(desk.telegram.sent(person)[0].photo for person in people)


async def test_who_blocked_the_bot_is_tried_once_and_never_again(desk: Desk) -> None:
    wei, li = desk.people(2)
    await desk.telegram.blocks(wei)
    assert (await desk.broadcast()).tally == Tally(sent=1, dead=1)
    await desk.run(desk.enqueue(kind="midday"))
    assert Counter(attempt.chat_id for attempt in desk.telegram.ledger) == {wei.id: 1, li.id: 2}


async def test_a_blocked_chat_is_remembered_with_telegrams_words(desk: Desk) -> None:
    (wei,) = desk.people(1)
    await desk.telegram.blocks(wei)
    await desk.broadcast()
    known = chats.get(desk.engine, wei.id)
    assert known is not None
    assert (known.alive, known.dead_reason) == (False, "Forbidden: bot was blocked by the user")


async def test_a_group_that_became_a_supergroup_gets_it_once_under_its_new_id(desk: Desk) -> None:
    group = desk.subscribe(desk.telegram.group())
    await desk.telegram.adds_bot(group)
    campaign = desk.enqueue()
    new = await desk.telegram.migrates(group)
    assert (await desk.run(campaign)).tally == Tally(sent=1)
    assert len(desk.texts(new)) == 1
    assert [chat.chat_id for chat in chats.subscribers(desk.engine)] == [new.id]


async def test_a_group_known_by_both_ids_gets_it_once(desk: Desk) -> None:
    group = desk.subscribe(desk.telegram.group())
    await desk.telegram.adds_bot(group)
    new = await desk.telegram.migrates(group)
    desk.subscribe(new)
    await desk.broadcast()
    assert len(desk.texts(new)) == 1


async def test_a_group_without_photos_gets_the_text(desk: Desk) -> None:
    group = desk.subscribe(desk.telegram.supergroup())
    await desk.telegram.adds_bot(group)
    desk.telegram.allows(group, "can_send_messages")
    await desk.broadcast(PICTURE)
    assert desk.texts(group) == [WHOLE.strip()]


async def test_a_group_where_the_bot_may_not_write_is_left_after_one_more_try(desk: Desk) -> None:
    group = desk.subscribe(desk.telegram.supergroup())
    await desk.telegram.adds_bot(group)
    desk.telegram.forbids_writing(group)
    assert (await desk.broadcast(PICTURE)).tally == Tally(dead=1)
    assert [attempt.method for attempt in desk.telegram.ledger] == ["sendPhoto", "sendMessage"]


@pytest.mark.parametrize("deleted", [False, True], ids=["closed", "deleted"])
async def test_a_lost_topic_falls_back_to_general(desk: Desk, *, deleted: bool) -> None:
    forum = desk.telegram.supergroup(is_forum=True)
    topic = desk.telegram.topic(forum)
    desk.subscribe(forum, thread_id=topic.id)
    await desk.telegram.adds_bot(forum)
    (desk.telegram.deletes_topic if deleted else desk.telegram.closes_topic)(forum, topic)
    assert (await desk.broadcast()).tally == Tally(sent=1)
    known = chats.get(desk.engine, forum.id)
    assert known is not None
    assert known.thread_id is None


async def test_a_message_goes_to_its_topic(desk: Desk) -> None:
    forum = desk.telegram.supergroup(is_forum=True)
    topic = desk.telegram.topic(forum)
    desk.subscribe(forum, thread_id=topic.id)
    await desk.telegram.adds_bot(forum)
    await desk.broadcast()
    assert desk.telegram.sent(forum)[0].thread_id == topic.id


async def test_a_page_that_telegram_cannot_read_stops_the_campaign_within_the_canary(desk: Desk) -> None:
    desk.people(100)
    report = await desk.broadcast(BROKEN)
    assert report.stopped_by is not None
    assert "can't parse entities" in report.stopped_by.description
    assert len(desk.telegram.ledger) <= 20
    assert (report.campaign.state, report.tally) == ("stopped", Tally(ready=100))


async def test_a_stopped_campaign_goes_on_once_the_page_is_right(desk: Desk) -> None:
    people = desk.people(30)
    campaign = desk.enqueue(BROKEN)
    await desk.run(campaign)
    outbox.correct(desk.engine, campaign, {"en/red_up": PAGE}, CLOSE)
    assert (await desk.run(campaign)).tally == Tally(sent=30)
    assert all(len(desk.texts(person)) == 1 for person in people)


async def test_a_wrong_token_stops_with_its_own_error_and_loses_nothing(desk: Desk) -> None:
    desk.people(5)
    campaign = desk.enqueue()
    async with Wire(desk.telegram.base_url, "1:wrong") as wire:
        with pytest.raises(TokenRefused):
            await replace(desk, wire=wire).run(campaign)
    assert (await desk.run(campaign)).tally == Tally(sent=5)


async def test_a_flood_in_one_chat_delays_that_chat_only(desk: Desk) -> None:
    wei, *others = desk.people(10)
    desk.telegram.faults.storms(0, 1e12, retry_after=1, share=1.0).chat_id = wei.id
    desk.telegram.faults.planned[0].times = 1
    assert (await desk.run(desk.enqueue(), per_second=100.0)).tally == Tally(sent=10)
    assert desk.accepted()[-1] == wei.id
    assert all(len(desk.texts(person)) == 1 for person in others)


async def test_a_storm_of_floods_loses_nothing_and_repeats_nothing(desk: Desk) -> None:
    desk.people(40)
    desk.telegram.faults.storms(desk.telegram.clock(), 0.2, retry_after=1)
    assert (await desk.run(desk.enqueue(), per_second=100.0)).tally == Tally(sent=40)
    assert Counter(Counter(desk.accepted()).values()) == {1: 40}


async def test_a_strict_free_tier_never_refuses(desk: Desk) -> None:
    desk.telegram.limits.change(Rates(bot_burst=3))
    desk.people(60)
    await desk.run(desk.enqueue(), per_second=30.0)
    assert {attempt.code for attempt in desk.telegram.ledger} == {200}


async def test_a_lost_reply_is_asked_again_after_a_minute_without_a_sound(desk: Desk) -> None:
    (wei,) = desk.people(1)
    desk.telegram.faults.loses_replies()
    campaign = desk.enqueue()
    assert (await desk.run(campaign)).tally == Tally(ready=1)
    await desk.run(campaign, now=CLOSE + timedelta(seconds=59), patience_s=0)
    assert len(desk.texts(wei)) == 1
    assert (await desk.run(campaign, now=CLOSE + timedelta(seconds=61))).tally == Tally(sent=1)
    assert [message.silent for message in desk.telegram.sent(wei)] == [False, True]


async def test_a_clock_set_back_delays_nobody_by_more_than_the_minute(desk: Desk) -> None:
    (wei,) = desk.people(1)
    desk.telegram.faults.loses_replies()
    campaign = desk.enqueue()
    await desk.run(campaign)
    before = CLOSE - timedelta(hours=3)
    await desk.run(campaign, now=before, patience_s=0)
    assert (await desk.run(campaign, now=before + timedelta(seconds=61))).tally == Tally(sent=1)
    assert len(desk.texts(wei)) == 2


async def test_nobody_ever_gets_a_third_copy(desk: Desk) -> None:
    (wei,) = desk.people(1)
    desk.telegram.faults.loses_replies(times=10)
    campaign = desk.enqueue()
    for minutes in range(4):
        await desk.run(campaign, now=CLOSE + timedelta(minutes=2 * minutes), patience_s=0)
    assert len(desk.texts(wei)) == 2
    assert outbox.tally(desk.engine, campaign.id) == Tally(unresolved=1)


async def test_a_server_that_is_down_for_a_while_loses_nothing(desk: Desk) -> None:
    desk.people(30)
    campaign = desk.enqueue()
    await desk.telegram.goes_down()
    running = asyncio.create_task(desk.run(campaign))
    await asyncio.sleep(0.3)
    await desk.telegram.comes_back()
    assert (await running).tally == Tally(sent=30)
    assert Counter(Counter(desk.accepted()).values()) == {1: 30}


async def test_what_a_killed_run_left_in_doubt_is_sent_once_more_without_a_sound(desk: Desk) -> None:
    wei, li = desk.people(2)
    campaign = desk.enqueue()
    async with Ledger(desk.engine, campaign) as killed:
        await killed.intend(wei.id, paid=False)
    assert (await desk.run(campaign)).tally == Tally(sent=2)
    assert [desk.telegram.sent(person)[0].silent for person in (wei, li)] == [True, False]


async def test_what_two_killed_runs_left_in_doubt_is_not_risked_again(desk: Desk) -> None:
    (wei,) = desk.people(1)
    campaign = desk.enqueue()
    for _ in range(2):
        async with Ledger(desk.engine, campaign) as killed:
            await killed.recover(microseconds(CLOSE))
            await killed.intend(wei.id, paid=False)
    assert (await desk.run(campaign)).tally == Tally(unresolved=1)


async def test_cancelling_is_safe_and_running_again_finishes(desk: Desk) -> None:
    desk.people(100)
    desk.telegram.faults.latency_s = 0.05
    campaign = desk.enqueue()
    running = asyncio.create_task(desk.run(campaign, per_second=200.0))
    await asyncio.sleep(0.3)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    tally = outbox.tally(desk.engine, campaign.id)
    assert tally.in_doubt == 0
    assert 0 < tally.sent == len(desk.accepted()) < 100
    await desk.run(campaign)
    assert Counter(Counter(desk.accepted()).values()) == {1: 100}


async def test_only_one_run_at_a_time(desk: Desk) -> None:
    desk.people(20)
    campaign = desk.enqueue()
    first = asyncio.create_task(desk.run(campaign, per_second=100.0))
    await asyncio.sleep(0.05)
    with pytest.raises(AlreadyBroadcasting):
        await desk.run(campaign)
    await first
    assert len(desk.accepted()) == 20


async def test_what_comes_too_late_is_not_sent(desk: Desk) -> None:
    desk.people(3)
    report = await desk.run(desk.enqueue(), now=NOON + timedelta(seconds=1))
    assert (report.tally, report.campaign.state) == (Tally(expired=3), "expired")
    assert not desk.telegram.ledger


async def test_a_campaign_whose_time_runs_out_while_it_runs_ends(desk: Desk) -> None:
    desk.people(100)
    clock = Leaping()
    running = asyncio.create_task(replace(desk, monotonic=clock).run(desk.enqueue(), per_second=50.0))
    await asyncio.sleep(0.3)
    clock.ahead_s = timedelta(days=1).total_seconds()
    report = await running
    assert report.tally.sent == len(desk.accepted()) < 100
    assert report.tally.expired == 100 - report.tally.sent


async def test_what_is_due_in_the_evening_is_left_for_the_evening(desk: Desk) -> None:
    wei, li = desk.people(2)
    chats.change(desk.engine, wei.id, "private", send_at=time(20))
    campaign = desk.enqueue()
    report = await desk.run(campaign)
    assert (desk.accepted(), report.next_due) == ([li.id], CLOSE.replace(hour=12))
    await desk.run(campaign, now=CLOSE.replace(hour=12, minute=1))
    assert desk.accepted() == [li.id, wei.id]


async def _left_for_the_evening(desk: Desk, chat_id: int, change_pct: float = 0.5) -> Campaign:
    """A campaign of which one chat's message waits for eight in the evening."""
    chats.change(desk.engine, chat_id, "private", send_at=time(20))
    campaign = desk.enqueue(replace(PAGE, change_pct=change_pct))
    await desk.run(campaign)
    return campaign


EIGHT = CLOSE.replace(hour=12, minute=1)


@pytest.mark.parametrize(
    ("wish", "is_sent"),
    [
        ({"muted_until": EIGHT + timedelta(days=1)}, False),
        ({"muted_until": EIGHT - timedelta(hours=1)}, True),
        ({"min_move_pct": 0.6}, False),
        ({"min_move_pct": 0.4}, True),
    ],
    ids=["muted", "muted until before", "larger moves only", "such moves too"],
)
async def test_a_wish_made_after_the_close_holds_for_what_is_queued(
    desk: Desk, wish: chats.Settings, *, is_sent: bool
) -> None:
    (wei,) = desk.people(1)
    campaign = await _left_for_the_evening(desk, wei.id)
    chats.change(desk.engine, wei.id, "private", **wish)
    report = await desk.run(campaign, now=EIGHT)
    assert report.tally == (Tally(sent=1) if is_sent else Tally(skipped=1))
    assert (report.campaign.state, report.next_due) == ("done", None)
    assert desk.accepted() == ([wei.id] if is_sent else [])


async def test_who_leaves_before_the_evening_gets_nothing(desk: Desk) -> None:
    (wei,) = desk.people(1)
    campaign = await _left_for_the_evening(desk, wei.id)
    chats.unsubscribe(desk.engine, wei.id)
    assert (await desk.run(campaign, now=EIGHT)).tally == Tally(skipped=1)
    assert not desk.accepted()


async def test_many_who_changed_their_minds_are_passed_over_without_a_wait(desk: Desk) -> None:
    people = desk.people(700)  # more than are read at once
    for person in people[:-1]:
        chats.change(desk.engine, person.id, "private", send_at=time(20))
    campaign = desk.enqueue()
    await desk.run(campaign)
    for person in people[:-2]:
        chats.change(desk.engine, person.id, "private", muted_until=EIGHT + timedelta(days=1))
    report = await desk.run(campaign, now=EIGHT)
    assert report.tally == Tally(sent=2, skipped=698)
    assert (desk.told[-1].sent, desk.told[-1].left) == (2, 0)


async def test_a_campaign_that_is_run_again_too_late_stays_done(desk: Desk) -> None:
    desk.people(3)
    campaign = desk.enqueue()
    await desk.run(campaign)
    report = await desk.run(campaign, now=NOON + timedelta(days=1))
    assert (report.tally, report.campaign.state) == (Tally(sent=3), "done")


async def test_a_later_campaign_waits_for_the_earlier_one_in_the_same_chat(desk: Desk) -> None:
    (wei,) = desk.people(1)
    first = desk.enqueue()
    li = desk.subscribe(desk.telegram.person("Li"))
    second = desk.enqueue(kind="midday")
    await desk.run(second, patience_s=0)
    assert desk.accepted() == [li.id]
    await desk.run(first)
    await desk.run(second)
    assert desk.accepted() == [li.id, wei.id, wei.id]


async def test_who_leaves_while_it_runs_gets_nothing_more(desk: Desk) -> None:
    *_, last = desk.people(60)
    running = asyncio.create_task(desk.run(desk.enqueue(), per_second=60.0))
    await asyncio.sleep(0.2)
    chats.forget(desk.engine, last.id)
    await running
    assert last.id not in desk.accepted()


async def test_a_correction_edits_what_was_sent(desk: Desk) -> None:
    people = desk.people(3)
    campaign = desk.enqueue()
    await desk.run(campaign)
    correction = outbox.correct(desk.engine, campaign, {"en/red_up": Edition("corrected: 3336.49")}, CLOSE)
    assert (await desk.run(correction)).tally == Tally(sent=3)
    assert [desk.texts(person) for person in people] == [["corrected: 3336.49"]] * 3


async def test_a_corrected_picture_is_uploaded_once_for_all_edits(desk: Desk) -> None:
    people = desk.people(3)
    campaign = desk.enqueue(PICTURE)
    await desk.run(campaign)
    correction = outbox.correct(desk.engine, campaign, {"en/red_up": replace(PICTURE, caption="corrected")}, CLOSE)
    await desk.run(correction)
    assert [desk.texts(person) for person in people] == [["corrected"]] * 3
    photos = [message.photo for person in people for message in desk.telegram.sent(person)]
    assert len({photo.file_id for photo in photos if photo}) == 1


async def test_who_has_not_got_it_yet_gets_the_corrected_one_only(desk: Desk) -> None:
    (wei,) = desk.people(1)
    campaign = desk.enqueue()
    correction = outbox.correct(desk.engine, campaign, {"en/red_up": Edition("corrected")}, CLOSE)
    await desk.run(campaign)
    await desk.run(correction)
    assert desk.texts(wei) == ["corrected"]
    assert [message.edit_date for message in desk.telegram.sent(wei)] == [None]


async def test_a_correction_that_says_the_same_is_done(desk: Desk) -> None:
    desk.people(1)
    campaign = desk.enqueue()
    await desk.run(campaign)
    assert (await desk.run(outbox.correct(desk.engine, campaign, {"en/red_up": PAGE}, CLOSE))).tally == Tally(sent=1)


async def test_progress_is_told_until_nothing_is_left(desk: Desk) -> None:
    wei, *_ = desk.people(40)
    await desk.telegram.blocks(wei)
    await desk.run(desk.enqueue(), per_second=100.0)
    last = desk.told[-1]
    assert (last.sent, last.failed, last.left, last.seconds_left) == (39, 1, 0, 0.0)
    assert [progress.left for progress in desk.told] == sorted((progress.left for progress in desk.told), reverse=True)


async def test_no_more_stars_are_spent_than_allowed(desk: Desk) -> None:
    desk.telegram.limits.change(Rates())
    desk.people(120)
    before = desk.telegram.stars
    await desk.run(desk.enqueue(), per_second=1000.0, stars_budget=5.0)
    assert 0.0 < before - desk.telegram.stars <= 5.0
    assert len(desk.accepted()) == 120


async def test_an_interrupted_campaign_remembers_what_it_spent(desk: Desk) -> None:
    desk.people(3)
    campaign = desk.enqueue()
    async with Ledger(desk.engine, campaign) as ledger:
        for chat in list(chats.subscribers(desk.engine))[:2]:
            await ledger.intend(chat.chat_id, paid=True)
        assert await ledger.times_paid() == 2


async def test_the_row_of_an_unknown_chat_says_so(desk: Desk) -> None:
    chats.subscribe(desk.engine, 42, "private")
    report = await desk.broadcast()
    assert report.tally == Tally(dead=1)
    known = chats.get(desk.engine, 42)
    assert known is not None
    assert known.alive


def test_every_state_is_counted() -> None:
    assert {state.name.lower() for state in State} == set(Tally.__dataclass_fields__)
