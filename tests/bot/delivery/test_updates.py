from datetime import timedelta

from sqlalchemy import Engine

from bot.delivery import updates
from bot.delivery.updates import Recorded
from tests.bot.delivery.desk import CLOSE

HELLO = '{"update_id": 7, "message": {"text": "hello"}}'


def test_an_update_that_comes_twice_is_recorded_once(engine: Engine) -> None:
    assert [updates.record(engine, 7, HELLO, CLOSE), updates.record(engine, 7, HELLO, CLOSE)] == [True, False]


def test_what_a_killed_process_left_is_found_in_order(engine: Engine) -> None:
    for update_id in (9, 7, 8):
        updates.record(engine, update_id, HELLO, CLOSE)
    updates.done(engine, 8)
    assert updates.unhandled(engine) == (Recorded(7, HELLO), Recorded(9, HELLO))


def test_a_handled_update_that_comes_again_is_still_a_duplicate(engine: Engine) -> None:
    updates.record(engine, 7, HELLO, CLOSE)
    updates.done(engine, 7)
    assert not updates.record(engine, 7, HELLO, CLOSE)


def test_an_update_that_kills_the_process_each_time_is_given_up(engine: Engine) -> None:
    updates.record(engine, 7, HELLO, CLOSE)
    found = [bool(updates.unhandled(engine)) for _ in range(4)]
    assert found == [True, True, False, False]


def test_only_handled_updates_are_pruned(engine: Engine) -> None:
    for update_id in (7, 8):
        updates.record(engine, update_id, HELLO, CLOSE)
    updates.done(engine, 7)
    assert updates.prune(engine, CLOSE + timedelta(days=2)) == 1
    assert updates.unhandled(engine) == (Recorded(8, HELLO),)
