"""A generator run in another process."""

import os
import signal
from collections.abc import Iterator
from datetime import date

import pytest

from index.catalog import SHANGHAI_COMPOSITE
from index.errors import NoFigures
from index.second_process import SecondProcess


def squares(upto: int) -> Iterator[int]:
    yield from (number * number for number in range(upto))


def fail_after(count: int) -> Iterator[int]:
    yield from range(count)
    raise NoFigures(SHANGHAI_COMPOSITE.code, date(2024, 9, 30))


def die() -> Iterator[int]:
    yield 1
    os.kill(os.getpid(), signal.SIGKILL)


def where_am_i() -> Iterator[int]:
    yield os.getpid()


def test_what_is_yielded_there_arrives_here_in_order() -> None:
    with SecondProcess(squares, 5) as second:
        assert list(second.rest()) == [0, 1, 4, 9, 16]


def test_it_is_another_process() -> None:
    with SecondProcess(where_am_i) as second:
        assert list(second.rest()) != [os.getpid()]


def test_what_was_taken_while_it_ran_does_not_come_again() -> None:
    taken: list[int] = []
    with SecondProcess(squares, 200) as second:
        while len(taken) < 100:
            taken += second.so_far()
        assert taken + list(second.rest()) == [number * number for number in range(200)]


def test_an_error_raised_there_is_raised_here_with_its_data() -> None:
    with SecondProcess(fail_after, 2) as second, pytest.raises(NoFigures) as error:
        list(second.rest())
    assert (error.value.index, error.value.session) == ("000001.SH", date(2024, 9, 30))


def test_a_process_that_was_killed_is_no_quiet_end() -> None:
    with SecondProcess(die) as second, pytest.raises(ChildProcessError):
        list(second.rest())


def test_leaving_early_ends_the_process() -> None:
    with SecondProcess(squares, 10**9) as second:
        pass
    assert second._process.poll() is not None
