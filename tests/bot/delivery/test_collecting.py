import gc

import pytest

from bot.delivery.collecting import SELDOM, seldom_collecting
from tests.bot.delivery.desk import Desk


def test_the_collector_looks_seldom_and_not_at_what_was_there() -> None:
    usual, frozen = gc.get_threshold(), gc.get_freeze_count()
    with seldom_collecting():
        assert gc.get_threshold()[0] == SELDOM
        assert gc.get_freeze_count() > frozen
    assert gc.get_threshold() == usual
    assert gc.get_freeze_count() == 0


def test_the_collector_is_as_before_whatever_happens() -> None:
    usual = gc.get_threshold()
    with pytest.raises(LookupError), seldom_collecting():
        raise LookupError
    assert (gc.get_threshold(), gc.get_freeze_count()) == (usual, 0)


async def test_a_broadcast_leaves_the_collector_as_it_was(desk: Desk) -> None:
    usual = gc.get_threshold()
    desk.people(1)
    await desk.broadcast()
    assert (gc.get_threshold(), gc.get_freeze_count()) == (usual, 0)
