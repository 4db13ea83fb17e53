"""Calls are made elsewhere, politely, and end at their deadline."""

import os
import time
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from threading import Timer

import pytest

from index.sources.asking import Asking, Worker
from index.sources.contract import Call, Host, Unanswered
from tests.index.sources.recorded import SOURCES

HERE = "tests.index.sources.test_asking"
SOURCE = replace(SOURCES["hkex.connect"], host=Host("test", interval_s=0.0), deadline_s=20.0)


def local_noon() -> str:
    return datetime.fromtimestamp(0).isoformat()  # noqa: DTZ006 - the zone of the machine is what is looked at


def process() -> str:
    return str(os.getpid())


def chatter() -> str:
    print("三百行进度条")  # noqa: T201 - as libraries do
    return "quiet"


def hang() -> str:
    time.sleep(60)
    return "late"


def stumble() -> str:
    message = "'NoneType' object is not subscriptable"
    raise TypeError(message)


def refused() -> str:
    raise ConnectionResetError


def die() -> str:
    os._exit(3)


def test_moments_given_in_the_machines_zone_are_beijings() -> None:  # 同花顺 and 富途 use datetime.fromtimestamp
    with Asking() as ask:
        assert ask(SOURCE, Call(f"{HERE}:local_noon")) == "1970-01-01T08:00:00"


def test_a_call_runs_in_another_process_that_is_kept(capfd: pytest.CaptureFixture[str]) -> None:
    with Asking() as ask:
        first, second = ask(SOURCE, Call(f"{HERE}:process")), ask(SOURCE, Call(f"{HERE}:process"))
        assert ask(SOURCE, Call(f"{HERE}:chatter")) == "quiet"
    assert first == second != str(os.getpid())
    assert capfd.readouterr() == ("", "")


def test_a_hanging_call_ends_at_its_deadline_and_the_next_one_is_made() -> None:
    started = time.monotonic()
    with Asking() as ask:
        ask(SOURCE, Call(f"{HERE}:process"))  # started
        with pytest.raises(Unanswered) as failure:
            ask(replace(SOURCE, deadline_s=0.2), Call(f"{HERE}:hang"))
        assert ask(SOURCE, Call(f"{HERE}:process"))
    assert failure.value.why == "timeout"
    assert time.monotonic() - started < 20


def test_a_call_in_hand_ends_when_another_thread_says_stop_and_blames_nobody() -> None:
    with Asking() as ask:
        ask(SOURCE, Call(f"{HERE}:process"))  # started
        started = time.monotonic()
        Timer(0.2, ask.stop).start()
        for _ in range(2):
            with pytest.raises(Unanswered) as failure:
                ask(SOURCE, Call(f"{HERE}:hang"))
            assert failure.value.why == "out_of_time"
    assert time.monotonic() - started < 5


def test_waiting_for_a_hosts_turn_ends_when_another_thread_says_stop() -> None:
    slow = replace(SOURCE, host=Host("slow", interval_s=60.0))
    with Asking() as ask:
        ask(slow, Call(f"{HERE}:process"))
        started = time.monotonic()
        Timer(0.2, ask.stop).start()
        with pytest.raises(Unanswered):
            ask(slow, Call(f"{HERE}:process"))
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("function", "why"),
    [
        ("stumble", "broken"),
        ("refused", "unreachable"),
        ("die", "crashed"),
        ("no_such_function", "broken"),
    ],
)
def test_what_goes_wrong_in_a_library_comes_back_as_a_reason(function: str, why: str) -> None:
    with Asking() as ask, pytest.raises(Unanswered) as failure:
        ask(SOURCE, Call(f"{HERE}:{function}"))
    assert failure.value.why == why


def test_a_missing_library_is_named() -> None:
    with Asking() as ask, pytest.raises(Unanswered) as failure:
        ask(SOURCE, Call("no_such_library:function"))
    assert (failure.value.why, "no_such_library" in failure.value.detail) == ("missing_library", True)


def test_no_process_outlives_its_use() -> None:
    worker = Worker()
    worker.kill()
    assert worker.process.poll() is not None


def test_a_host_is_not_asked_again_before_its_interval() -> None:
    now, asked_at = [100.0], []

    def pause(seconds: float) -> None:
        now[0] += seconds

    polite = Asking(clock=lambda: now[0], pause=pause)
    host, other = Host("slow", interval_s=3.0), Host("other", interval_s=3.0)
    for family in (host, host, other, host):
        polite._wait_for(replace(SOURCE, host=family))
        asked_at.append((family.family, now[0]))
        now[0] += 0.5
    slow = [at for family, at in asked_at if family == "slow"]
    assert all(later - earlier >= 3.0 for earlier, later in pairwise(slow))
    assert now[0] - 100.0 < 7.0  # another host is not waited for


def test_time_that_has_passed_anyway_is_not_waited_again() -> None:
    waited: list[timedelta] = []
    now = [100.0]
    polite = Asking(clock=lambda: now[0], pause=lambda seconds: waited.append(timedelta(seconds=seconds)))
    polite._wait_for(SOURCE)
    now[0] += 10
    polite._wait_for(SOURCE)
    assert waited == []
