import asyncio

import pytest

from bot.delivery.window import Window


async def _filled(window: Window, number: int) -> None:
    for _ in range(number):
        await window.enter()


# rate x (1.2 x round trip + 30 ms), at least 32, at most a second's worth
@pytest.mark.parametrize(
    ("per_second", "took_s", "size"),
    [(1000.0, 0.150, 210), (500.0, 0.2, 135), (30.0, 0.1, 32), (1000.0, 10.0, 1000)],
    ids=["paid", "half of it", "free", "hardly alive"],
)
def test_it_holds_what_the_rate_needs_and_a_little_more(per_second: float, took_s: float, size: int) -> None:
    window = Window(per_second)
    window.learn(took_s)
    assert window.size == size


async def test_a_full_one_lets_nobody_in_until_somebody_leaves() -> None:
    window = Window(30.0)
    await _filled(window, 32)
    waiting = asyncio.create_task(window.enter())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    window.leave()
    await asyncio.wait_for(waiting, 1.0)


def test_a_server_that_stalls_is_not_sent_more() -> None:
    window = Window(1000.0)
    for took_s in (0.15, 0.6, 0.8, 0.5):
        window.learn(took_s)
    assert window.size == 210


def test_a_server_that_stays_slow_is_given_more_room() -> None:
    window = Window(1000.0)
    window.learn(0.15)
    for _ in range(1000):
        window.learn(0.3)
    assert window.size == 390
