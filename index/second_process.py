"""A generator run in a second process, so that a large import uses a second core.

Not multiprocessing: that runs the caller's main module again, or forks a process that has threads.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO, Self

from index.errors import MarketError


class SecondProcess(AbstractContextManager["SecondProcess"]):
    """Runs a generator function elsewhere and collects what it yields.

    Leaving the context ends the process; what it did in a database stays.
    """

    def __init__(self, function: Callable[..., Iterator[Any]], *arguments: object) -> None:
        """Start the process.

        Args:
            function: a module's own function, found by its name; the process imports the module anew.
            arguments: what it is called with; they travel through a pipe and are not seen by other users.
        """
        code = f"import index.second_process as s, {function.__module__} as m; s.serve(m.{function.__qualname__})"
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # an interrupt is for the first process, which ends this one
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._came: SimpleQueue[Any] = SimpleQueue()
        self._talk(arguments)

    def _talk(self, arguments: tuple[object, ...]) -> None:
        given, taken = self._process.stdin, self._process.stdout
        if given and taken:
            Thread(target=_collect, args=(taken, self._came), daemon=True).start()
            with given:
                pickle.dump(arguments, given)

    def so_far(self) -> Iterator[Any]:
        """What has been yielded and not been taken yet; never waits."""
        while not self._came.empty():
            event = self._came.get()
            if event is _END:
                self._came.put(_END)
                return
            yield _or_raise(event)

    def rest(self) -> Iterator[Any]:
        """What is still to be yielded, to the end.

        Raises:
            MarketError: the function raised it.
            ChildProcessError: the process ended before its function did.
        """
        while (event := _or_raise(self._came.get())) is not _END:
            yield event
        if self._process.wait():
            raise ChildProcessError(self._process.returncode)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.kill()
        self._process.wait()


_END = object()


def serve(function: Callable[..., Iterator[Any]]) -> None:
    """The second process's side: call, and pass on what is yielded or raised."""
    arguments = pickle.load(sys.stdin.buffer)  # noqa: S301 - the first process wrote it
    try:
        for event in function(*arguments):
            _send(event)
    except MarketError as error:
        _send(error)


def _send(event: object) -> None:
    pickle.dump(event, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def _collect(taken: BinaryIO, came: "SimpleQueue[Any]") -> None:
    with taken, suppress(EOFError, pickle.UnpicklingError):
        while True:
            came.put(pickle.load(taken))  # noqa: S301 - the second process wrote it
    came.put(_END)


def _or_raise(event: object) -> object:
    if isinstance(event, MarketError):
        raise event
    return event
