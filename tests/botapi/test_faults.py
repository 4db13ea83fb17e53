"""What goes wrong on the way goes wrong as planned, and the ledger knows what was carried out."""

import asyncio
import time

import pytest
from aiohttp import ClientConnectionError, ClientSession

from . import Chat, FakeTelegram, Fault, Kind
from .conftest import Calls


async def status(telegram: FakeTelegram, session: ClientSession, chat: Chat) -> int:
    """The HTTP status of one sendMessage; 0 when the connection breaks."""
    url = f"{telegram.base_url}{telegram.token}/sendMessage"
    try:
        async with session.post(url, json={"chat_id": chat.id, "text": "x"}) as reply:
            return reply.status
    except ClientConnectionError:
        return 0


async def test_a_lost_reply_was_carried_out(telegram: FakeTelegram, session: ClientSession, wei: Chat) -> None:
    telegram.faults.loses_replies()
    assert await status(telegram, session, wei) == 0
    assert [(attempt.accepted, attempt.fault) for attempt in telegram.ledger] == [(True, "lost reply")]
    assert len(telegram.sent(wei)) == 1


async def test_a_reset_was_not_carried_out(telegram: FakeTelegram, session: ClientSession, wei: Chat) -> None:
    telegram.faults.resets()
    assert await status(telegram, session, wei) == 0
    assert telegram.sent(wei) == []


@pytest.mark.parametrize(("late", "delivered"), [(False, 0), (True, 1)], ids=["before", "after"])
async def test_a_bad_gateway_may_hide_a_delivery(
    telegram: FakeTelegram,
    session: ClientSession,
    wei: Chat,
    *,
    late: bool,
    delivered: int,
) -> None:
    telegram.faults.fails(late=late)
    assert await status(telegram, session, wei) == 502
    assert len(telegram.sent(wei)) == delivered


async def test_a_fault_strikes_as_often_as_planned(telegram: FakeTelegram, session: ClientSession, wei: Chat) -> None:
    telegram.faults.fails(times=2)
    assert [await status(telegram, session, wei) for _ in range(3)] == [502, 502, 200]


async def test_a_storm_refuses_everyone_for_its_time(telegram: FakeTelegram, call: Calls, wei: Chat) -> None:
    telegram.faults.storms(telegram.clock(), 0.2, retry_after=7)
    assert (await call("sendMessage", chat_id=wei.id, text="x"))["parameters"] == {"retry_after": 7}
    await asyncio.sleep(0.25)
    assert (await call("sendMessage", chat_id=wei.id, text="x"))["ok"]


async def test_a_fault_may_be_meant_for_one_chat(telegram: FakeTelegram, session: ClientSession, wei: Chat) -> None:
    telegram.faults.plan(Fault(Kind.BAD_GATEWAY, chat_id=wei.id))
    other = telegram.person("Li")
    assert [await status(telegram, session, chat) for chat in (wei, other)] == [502, 200]


async def test_latency_is_one_round_trip(telegram: FakeTelegram, session: ClientSession, wei: Chat) -> None:
    telegram.faults.latency_s = 0.2
    begun = time.perf_counter()
    await status(telegram, session, wei)
    assert time.perf_counter() - begun >= 0.2


async def test_a_fake_that_is_down_refuses_connections(
    telegram: FakeTelegram, session: ClientSession, wei: Chat
) -> None:
    await telegram.goes_down()
    down = await status(telegram, session, wei)
    await telegram.comes_back()
    assert (down, await status(telegram, session, wei)) == (0, 200)
    assert len(telegram.ledger) == 1
