"""What is remembered about sources survives the process and says when to ask again."""

from datetime import date, datetime, timedelta

import pytest

from index.live.memory import Memory, State
from index.sessions import BEIJING
from index.sources.contract import Request, Unanswered, Why
from index.store import Store
from tests.index.sources.recorded import SOURCES

AT = datetime(2024, 9, 30, 15, 2, tzinfo=BEIJING)
SOURCE = SOURCES["tencent.closes"]
BANNED = SOURCES["eastmoney.closes"]


@pytest.fixture
def memory(store: Store) -> Memory:
    return Memory(store.engine, store.url)


def day(number: int) -> date:
    return date(2024, 9, number)


def answered(memory: Memory, since: int, until: int) -> State:
    memory.succeeded(SOURCE, Request(day(since), day(until), AT), day(until))
    return memory.state(SOURCE.name)


def test_days_that_follow_each_other_are_covered_together(memory: Memory) -> None:
    answered(memory, 9, 13)
    known = answered(memory, 14, 20)
    assert known.covers(day(9), day(20))


def test_a_gap_between_two_answers_is_not_covered(memory: Memory) -> None:
    answered(memory, 2, 6)
    known = answered(memory, 16, 20)
    assert not known.covers(day(2), day(20))
    assert known.covers(day(16), day(20))


def test_an_answer_without_rows_covers_nothing(memory: Memory) -> None:
    memory.succeeded(SOURCE, Request(day(2), day(6), AT), None)
    assert not memory.state(SOURCE.name).covers(day(2), day(6))


def test_another_process_knows_the_same(memory: Memory, store: Store) -> None:
    memory.failed(BANNED, Unanswered(Why.UNREACHABLE, "RemoteDisconnected"), AT)
    elsewhere = Memory(Store(store.url).engine, store.url).state("eastmoney")
    assert elsewhere.cool_until == AT + timedelta(hours=6)
    assert (elsewhere.why, elsewhere.detail) == ("unreachable", "RemoteDisconnected")


def test_no_host_is_left_alone_for_more_than_a_day(memory: Memory) -> None:
    for _ in range(30):
        memory.failed(BANNED, Unanswered(Why.TIMEOUT), AT)
    assert memory.state("eastmoney").cool_until == AT + timedelta(days=1)


def test_an_answer_ends_the_cooling_and_the_counting_of_failures(memory: Memory) -> None:
    memory.failed(SOURCE, Unanswered(Why.TIMEOUT), AT)
    answered(memory, 9, 13)
    assert memory.state("tencent") == State("tencent", succeeded_at=AT, failed_at=AT, why="timeout")
    assert not memory.state(SOURCE.name).is_cooling(AT)
