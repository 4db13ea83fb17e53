"""Structured lines on standard error that hold neither tokens nor what people wrote.

Errors are logged by their kind and by where they came from: an error's own words, and the arguments of other
libraries' lines, may repeat an address with the token in it or somebody's question.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

FRAMES = 8  # the innermost ones: enough to find the place


class _Foreign(logging.Handler):
    """Passes on what other libraries log, without the arguments that they fill in."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record in our own form."""
        level = max(logging.DEBUG, 10 * (record.levelno // 10))
        structlog.get_logger().log(level, str(record.msg), by=record.name, exc_info=record.exc_info)


def set_up_logging() -> None:
    """Log to standard error from now on, other libraries' warnings included."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_words,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Foreign()], force=True)
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # bot.app hears of a job's errors itself


def without_words(_logger: object, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A log line whose error is told by its kind and its place."""
    error = _error(line.pop("exc_info", None))
    if error is None:
        return line
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    line["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    cause = error.__cause__ or error.__context__
    kinds = {"error": type(error).__name__, "cause": type(cause).__name__ if cause else ""}
    line.update({name: kind for name, kind in kinds.items() if kind})
    return line


def _error(given: object) -> BaseException | None:
    if isinstance(given, tuple):
        given = given[1]
    found = sys.exc_info()[1] if given is True else given
    return found if isinstance(found, BaseException) else None
