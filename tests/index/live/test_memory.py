"""What is remembered about sources survives the process and says when to ask again."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import inspect

from index.live.crosscheck import Reading, Verdict
from index.live.memory import Memory, State
from index.reader import Reader
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


# --- How sure closes are, for those who only read --------------------------------------------------------------------

SHANGHAI = "000001.SH"
FRIDAY = day(27)


def heard(memory: Memory, verdict: Verdict, *hosts: str) -> None:
    readings = [
        Reading(host=host, family=host.lower(), session=FRIDAY, retrieved_at=AT, close=3087.53) for host in hosts
    ]
    memory.add_readings(SHANGHAI, readings)
    memory.add_verdicts(SHANGHAI, {FRIDAY: (verdict, 3087.53)})


@pytest.mark.parametrize(
    ("verdict", "told"),
    [(Verdict.PROVISIONAL, Verdict.PROVISIONAL), (Verdict.DISPUTED, Verdict.DISPUTED), (Verdict.ACCEPTED, None)],
)
def test_a_reader_knows_which_closes_are_unsure(
    store: Store, memory: Memory, verdict: Verdict, told: Verdict | None
) -> None:
    heard(memory, verdict, "Tencent")
    assert Reader(store).verdict(SHANGHAI, FRIDAY, "Tencent") is told


def test_a_close_that_was_imported_is_sure(store: Store, memory: Memory) -> None:
    heard(memory, Verdict.PROVISIONAL, "Tencent")
    assert Reader(store).verdict(SHANGHAI, FRIDAY, "East Money") is None


def test_where_no_live_source_was_ever_asked_all_is_sure_and_no_table_is_made(store: Store) -> None:
    assert Reader(store).verdict(SHANGHAI, FRIDAY, "Tencent") is None
    assert not inspect(store.engine).has_table("close_verdicts")


def test_a_reader_is_out_of_date_when_a_close_is_confirmed_and_only_then(store: Store, memory: Memory) -> None:
    heard(memory, Verdict.PROVISIONAL, "Tencent")
    before = store.version()
    heard(memory, Verdict.PROVISIONAL, "Tencent")
    assert store.version() == before
    heard(memory, Verdict.ACCEPTED, "Tencent", "Sina")
    assert store.version() > before
    assert Reader(store).verdict(SHANGHAI, FRIDAY, "Tencent") is None
