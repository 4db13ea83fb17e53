import asyncio

import pytest

from bot.delivery.window import Window


async def _filled(window: Window, number: int) -> None:
    for _ in range(number):
        await window.enter()


@pytest.mark.parametrize(
    ("per_second", "took_s", "size"),
    [(1000.0, 0.150, 188), (300.0, 0.2, 75), (30.0, 0.1, 32), (1000.0, 10.0, 1000)],
    ids=["paid", "three hundred", "free", "hardly alive"],
)
async def test_it_holds_what_the_rate_needs_and_a_quarter_more(per_second: float, took_s: float, size: int) -> None:
    window = Window(per_second)
    await window.enter()
    window.leave(took_s)
    assert window.size == size


async def test_a_full_one_lets_nobody_in_until_somebody_leaves() -> None:
    window = Window(30.0)
    await _filled(window, 32)
    waiting = asyncio.create_task(window.enter())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    window.leave(0.1)
    await asyncio.wait_for(waiting, 1.0)


async def test_it_follows_a_server_that_slows_down() -> None:
    window = Window(1000.0)
    await _filled(window, 400)
    for _ in range(200):
        window.leave(0.1)
    before = window.size
    for _ in range(200):
        window.leave(0.3)
    assert before == 125
    assert window.size > 350
