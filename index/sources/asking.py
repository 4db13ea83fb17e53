"""Makes the calls of sources: in a process of its own, one at a time, politely, and never past a deadline.

AkShare sets no timeouts, prints progress bars, changes warning filters, and two of its functions give moments in the
server's zone. In a process of its own all that can be contained: it is killed at the deadline, it is silent, and its
clock is Beijing's.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from socket import socketpair
from subprocess import DEVNULL, Popen
from threading import Event
from types import TracebackType
from typing import Self

from index.sources.contract import Answer, Ask, Call, Source, Unanswered, Why
from index.sources.worker import Failed

ENVIRONMENT = {"TZ": "Asia/Shanghai", "TQDM_DISABLE": "1"}
MAIN = "import sys; from index.sources.worker import serve; serve(int(sys.argv[1]))"


@dataclass(slots=True)
class Asking:
    """Asks hosts on behalf of sources. A context manager; the process starts with the first call.

    Attributes:
        clock: monotonic seconds.
        pause: waits some seconds; by default until `stop` at most.
    """

    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], object] | None = None
    _asked: dict[str, float] = field(default_factory=dict)
    _worker: "Worker | None" = None
    _stopped: Event = field(default_factory=Event)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def __call__(self, source: Source, call: Call) -> Answer:
        """Make one call.

        Raises:
            Unanswered: it failed, or was not done at the source's deadline.
        """
        self._wait_for(source)
        self._worker = self._worker or Worker()
        if self._stopped.is_set():  # looked at once the worker can be seen by `stop`
            raise Unanswered(Why.OUT_OF_TIME)
        try:
            return self._worker.answer(call, source.deadline_s)
        except Unanswered as failure:
            if failure.why in {Why.TIMEOUT, Why.CRASHED}:
                self._stop()
            if self._stopped.is_set():  # our own doing, not the host's
                raise Unanswered(Why.OUT_OF_TIME) from failure
            raise

    def stop(self) -> None:
        """End the call in hand and answer no other; for another thread, which has to end soon."""
        self._stopped.set()
        worker = self._worker
        if worker:
            worker.process.kill()

    def _wait_for(self, source: Source) -> None:
        host, now = source.host, self.clock()
        wait = self._asked.get(host.family, now - host.interval_s) + host.interval_s - now
        if wait > 0:
            (self.pause or self._stopped.wait)(wait)
        self._asked[host.family] = max(now, now + wait)

    def _stop(self) -> None:
        if self._worker:
            self._worker.kill()
        self._worker = None


@contextmanager
def asking(ask: Ask | None) -> Iterator[Ask]:
    """The given way of asking, or a worker for as long as it is needed."""
    if ask:
        yield ask
        return
    with Asking() as made:
        yield made


class Worker:
    """A process that runs one call at a time."""

    def __init__(self) -> None:
        ours, theirs = socketpair()
        with theirs:
            self.process = Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-c", MAIN, str(theirs.fileno())],
                env={**os.environ, **ENVIRONMENT, "PYTHONPATH": os.pathsep.join(sys.path)},
                pass_fds=[theirs.fileno()],
                stdin=DEVNULL,
                stdout=DEVNULL,  # standard output is the command's answer, not the libraries'
                stderr=DEVNULL,
            )
        self.pipe: Connection[Call, Answer | Failed] = Connection(ours.detach())

    def answer(self, call: Call, deadline_s: float) -> Answer:
        """The answer of a call.

        Raises:
            Unanswered: it failed or was late; after ``timeout`` and ``crashed`` the worker is of no more use.
        """
        try:
            self.pipe.send(call)
            answer = self.pipe.recv() if self.pipe.poll(deadline_s) else Failed(Why.TIMEOUT, f"{deadline_s:g} s")
        except (EOFError, OSError) as error:
            raise Unanswered(Why.CRASHED, type(error).__name__) from error
        if isinstance(answer, Failed):
            raise Unanswered(answer.why, answer.detail)
        return answer

    def kill(self) -> None:
        """End the process now, whatever it does."""
        self.pipe.close()
        self.process.kill()
        self.process.wait()
