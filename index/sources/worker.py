"""The body of the process in which libraries run: a call in, its answer or what went wrong out."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection

from index.sources.contract import Answer, Call, Unanswered, Why

LONGEST_DETAIL = 200  # characters; some errors carry a whole page


@dataclass(frozen=True, slots=True)
class Failed:
    """What a call ended with instead of an answer, in a shape that crosses a pipe."""

    why: Why
    detail: str


def serve(descriptor: int) -> None:
    """Answer calls that come through an inherited socket until its other end is closed."""
    pipe: Connection[Answer | Failed, Call] = Connection(descriptor)
    while True:
        try:
            call = pipe.recv()
        except EOFError:
            return
        pipe.send(run(call))


def run(call: Call) -> Answer | Failed:
    """Run a call; what a library raises comes back as a value."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(_called, call)
        error = running.exception()  # a page that changed makes a scraper raise anything at all
    return Failed(_why(error), _detail(error)) if error else running.result()


def _called(call: Call) -> Answer:
    module, _, name = call.function.partition(":")
    answer: Answer = getattr(import_module(module), name)(**call.arguments)
    return answer


def _why(error: BaseException) -> Why:
    if isinstance(error, Unanswered):
        return error.why
    if isinstance(error, ImportError):
        return Why.MISSING_LIBRARY
    # connections refused or cut, failed look-ups and, in requests, a page where data should be, are all OSErrors
    return Why.UNREACHABLE if isinstance(error, OSError) or "RateLimit" in type(error).__name__ else Why.BROKEN


def _detail(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".replace("\n", " ")[:LONGEST_DETAIL]
