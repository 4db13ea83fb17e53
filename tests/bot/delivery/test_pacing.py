import asyncio
from collections.abc import Iterable
from itertools import pairwise

import pytest

from bot.delivery.pacing import Pacer, Stars, plan
from tests.bot.delivery.desk import Clock


def _pacer(clock: Clock, per_second: float = 30.0) -> Pacer:
    return Pacer(per_second, monotonic=clock.monotonic, sleep=clock.sleep)


async def _broadcast(pacer: Pacer, clock: Clock, chats: Iterable[int]) -> list[float]:
    times = []
    for chat_id in chats:
        await pacer.broadcast(chat_id)
        times.append(clock.at)
    return times


async def test_a_broadcast_keeps_just_under_telegrams_limit(clock: Clock) -> None:
    times = await _broadcast(_pacer(clock), clock, range(1, 602))
    assert 600 / (times[-1] - times[0]) == pytest.approx(29.5)


async def test_a_broadcast_is_evenly_spaced_from_its_first_message(clock: Clock) -> None:
    times = await _broadcast(_pacer(clock), clock, range(1, 100))
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) >= 1 / 29.5 - 0.02 - 1e-9
    assert sorted(gaps)[1] == pytest.approx(1 / 29.5)


async def test_a_timer_that_comes_late_does_not_lower_the_rate() -> None:
    class Late(Clock):
        async def sleep(self, seconds: float) -> None:
            await super().sleep(seconds + 0.004)

    clock = Late()
    times = await _broadcast(_pacer(clock), clock, range(1, 302))
    assert 300 / (times[-1] - times[0]) == pytest.approx(29.5, rel=0.001)


async def test_after_a_stall_no_burst_follows(clock: Clock) -> None:
    pacer = _pacer(clock)
    await pacer.broadcast(1)
    clock.at += 60.0
    times = await _broadcast(pacer, clock, range(2, 32))
    assert times[-1] - times[0] >= 28 / 29.5


async def test_an_answer_does_not_wait_for_a_broadcast(clock: Clock) -> None:
    pacer = _pacer(clock)
    await _broadcast(pacer, clock, range(1, 50))
    before = clock.at
    await pacer.answer(1001)
    assert clock.at == before


async def test_a_broadcast_waits_off_what_answers_took(clock: Clock) -> None:
    pacer = _pacer(clock)
    await pacer.broadcast(1)
    for chat_id in (1001, 1002):
        await pacer.answer(chat_id)
    times = await _broadcast(pacer, clock, [2])
    assert times[0] - 1000.0 >= 3 / 29.5 - 0.021


async def test_fifty_people_are_answered_at_once_on_the_paid_rate(clock: Clock) -> None:
    pacer = _pacer(clock, 300.0)
    await _broadcast(pacer, clock, range(1, 500))
    before = clock.at
    await asyncio.gather(*(pacer.answer(chat_id) for chat_id in range(1001, 1051)))
    assert clock.at - before < 0.05


async def test_one_chat_hears_from_a_broadcast_once_a_second(clock: Clock) -> None:
    pacer = _pacer(clock)
    await pacer.answer(1001)
    assert pacer.wait_s(1001) == pytest.approx(1.0)
    assert pacer.wait_s(1002) == 0.0


async def test_somebody_who_asks_again_and_again_is_answered_once_a_second(clock: Clock) -> None:
    pacer = _pacer(clock)
    for _ in range(12):
        await pacer.answer(1001)
    assert clock.at - 1000.0 == pytest.approx(10.0, abs=0.1)


async def test_a_group_hears_twenty_messages_a_minute(clock: Clock) -> None:
    pacer = _pacer(clock)
    for _ in range(20):
        await pacer.answer(-1001)
    first = 1000.0
    assert pacer.wait_s(-1001) == pytest.approx(first + 60.0 - clock.at)


async def test_a_refused_chat_is_left_alone_and_the_others_are_not(clock: Clock) -> None:
    pacer = _pacer(clock)
    assert not pacer.refused(1001, 30.0)
    assert pacer.wait_s(1001) >= 30.0
    await pacer.broadcast(1002)
    assert clock.at == 1000.0


async def test_two_refused_chats_halt_everybody(clock: Clock) -> None:
    pacer = _pacer(clock)
    pacer.refused(1001, 30.0)
    assert pacer.refused(1002, 30.0)
    await pacer.answer(1003)
    assert clock.at == 1030.0


async def test_nobody_ends_a_halt_early(clock: Clock) -> None:
    pacer = _pacer(clock)
    pacer.hold(30.0)
    pacer.hold(1.0)
    await pacer.broadcast(1)
    assert clock.at == 1030.0


async def test_a_million_chats_are_not_all_remembered(clock: Clock) -> None:
    pacer = _pacer(clock, 1000.0)
    await _broadcast(pacer, clock, range(1, 60_000))
    assert len(pacer._chats) <= 20_001


# The table of Telegram's prices worked out by hand: paid = (1 - 30/r) x 0.1 x N.
@pytest.mark.parametrize(
    ("per_second", "seconds", "stars"),
    [(30, 33_333, 0), (35, 28_571, 14_286), (70, 14_286, 57_143), (278, 3_597, 89_209), (1000, 1_000, 97_000)],
)
def test_a_million_messages_cost_what_telegram_says(per_second: float, seconds: float, stars: float) -> None:
    found = plan(1_000_000, per_second, 100_000)
    assert (found.seconds, found.stars) == (pytest.approx(seconds, rel=0.001), pytest.approx(stars, rel=0.001))


def test_a_small_budget_is_spent_and_the_rest_goes_free() -> None:
    found = plan(1_000_000, 1000, 9_700)
    assert found.stars == pytest.approx(9_700)
    assert found.seconds == pytest.approx(100_000 / 1000 + 900_000 / 30)


@pytest.mark.parametrize("per_second", [1.0, 29.0, 30.0])
def test_the_free_rate_is_free(per_second: float) -> None:
    assert plan(100, per_second, 0.0).stars == 0.0


def test_only_what_is_above_the_free_rate_is_charged(clock: Clock) -> None:
    stars = Stars(100.0, 0, monotonic=clock.monotonic)
    charged = 0
    for _ in range(1000):
        charged += stars.charge()
        clock.at += 0.001
    assert 970 <= charged <= 971


def test_a_budget_counts_what_earlier_runs_spent(clock: Clock) -> None:
    stars = Stars(0.3, 2, monotonic=clock.monotonic)
    stars.charge()
    assert stars.are_left
    assert stars.charge()
    assert not stars.are_left
