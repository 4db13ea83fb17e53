"""The published limits (core.telegram.org/bots/faq#broadcasting-to-users), by arithmetic on a clock of our own."""

import math

import pytest

from . import NO_LIMITS, Chat, FakeTelegram, Rates
from .conftest import Calls
from .limits import Limits
from .records import User
from .refusals import Refused

GROUP = Chat(-100, "supergroup", "A shares")


def person(number: int) -> Chat:
    return Chat(number, "private", user=User(number, "P"))


def retry_after(limits: Limits, chat: Chat, at: float, *, paid: bool = False) -> int:
    """Seconds to wait as the refusal says; 0 when the message is let through."""
    try:
        limits.admit(chat, at, paid=paid)
    except Refused as refusal:
        return int(str(refusal.parameters["retry_after"]))
    return 0


def test_thirty_a_second_pass_and_no_more() -> None:
    limits = Limits(Rates(bot_burst=3))
    assert not any(retry_after(limits, person(n), n / 30) for n in range(1, 1801))


def test_thirty_one_a_second_are_refused() -> None:
    limits = Limits(Rates(bot_burst=3))
    assert any(retry_after(limits, person(n), n / 31) for n in range(1, 311))


def test_a_burst_is_borne_once() -> None:
    limits = Limits(Rates(bot_burst=3))
    assert [retry_after(limits, person(n), 0.0) for n in range(1, 5)] == [0, 0, 0, 1]


def test_who_does_not_wait_is_refused_again() -> None:
    limits = Limits(Rates(bot_burst=1))
    assert [retry_after(limits, person(1 + n), at) for n, at in enumerate((0.0, 0.01, 0.5, 0.99))] == [0, 1, 1, 1]


def test_after_waiting_as_told_a_message_passes() -> None:
    limits = Limits(Rates(bot_burst=1))
    assert [retry_after(limits, person(n), at) for n, at in ((1, 0.0), (2, 0.0), (3, 1.0))] == [0, 1, 0]


def test_a_chat_bears_one_a_second_after_a_small_burst() -> None:
    limits = Limits(Rates(chat_burst=2))
    assert [retry_after(limits, person(1), at) for at in (0.0, 0.0, 0.5, 1.5, 2.5)] == [0, 0, 1, 0, 0]


def test_another_chat_does_not_wait_for_it() -> None:
    limits = Limits(Rates(chat_burst=1))
    assert [retry_after(limits, person(n), 0.0) for n in (1, 1, 2)] == [0, 1, 0]


def test_a_group_bears_twenty_a_minute() -> None:
    limits = Limits(Rates())
    passed = [retry_after(limits, GROUP, 2.0 * n) for n in range(21)]
    assert passed == [0] * 20 + [20]


def test_a_group_bears_more_once_the_minute_is_over() -> None:
    limits = Limits(Rates())
    assert [retry_after(limits, GROUP, 3.0 * n) for n in range(41)] == [0] * 41


def test_paid_messages_cost_a_tenth_of_a_star_above_thirty_a_second() -> None:
    limits = Limits(Rates(bot_burst=3), stars=1000.0)
    charged = sum(limits.admit(person(n), n / 1000, paid=True) for n in range(1, 10_001))
    assert 10_000 - charged == pytest.approx(10 * 30 + 3, abs=2)


def test_paid_messages_stop_at_a_thousand_a_second() -> None:
    limits = Limits(Rates(paid_burst=1), stars=1000.0)
    assert any(retry_after(limits, person(n), n / 1100, paid=True) for n in range(1, 2001))


def test_without_stars_nothing_is_sent_above_the_free_rate() -> None:
    limits = Limits(Rates(bot_burst=1), stars=0.0)
    limits.admit(person(1), 0.0, paid=True)
    with pytest.raises(Refused, match="BALANCE_TOO_LOW"):
        limits.admit(person(2), 0.0, paid=True)


def test_answers_may_be_set_free_of_the_bots_limit() -> None:
    limits = Limits(Rates(bot_burst=1, free_answer_s=10.0))
    limits.hears(2, 0.0)
    assert [retry_after(limits, person(n), 0.1) for n in (1, 2, 3)] == [0, 0, 1]


def test_every_limit_can_be_switched_off() -> None:
    limits = Limits(NO_LIMITS)
    assert not any(retry_after(limits, chat, 0.0) for chat in (person(1), GROUP) for _ in range(10_000))


def test_one_limit_can_be_switched_off_alone() -> None:
    limits = Limits(Rates(bot_per_second=math.inf))
    assert not any(retry_after(limits, person(n), 0.0) for n in range(1, 1001))


async def test_too_many_requests_say_when_to_try_again(telegram: FakeTelegram, call: Calls, wei: Chat) -> None:
    telegram.limits.change(Rates(chat_burst=1))
    await call("sendMessage", chat_id=wei.id, text="x")
    body = await call("sendMessage", chat_id=wei.id, text="y")
    assert body == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }


async def test_only_messages_that_arrive_are_charged(telegram: FakeTelegram, call: Calls, wei: Chat) -> None:
    telegram.limits.change(Rates(bot_burst=1, chat_burst=9))
    for _ in range(3):
        await call("sendMessage", chat_id=wei.id, text="x", allow_paid_broadcast=True)
    await telegram.blocks(wei)
    await call("sendMessage", chat_id=wei.id, text="x", allow_paid_broadcast=True)
    paid = [attempt for attempt in telegram.ledger if attempt.paid]
    assert all(attempt.accepted for attempt in paid)
    assert telegram.stars == pytest.approx(100_000 - len(paid) / 10)
