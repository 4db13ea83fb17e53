"""The terminal: progress on standard error, errors in one clear sentence, answers on standard output."""

import sys
from codecs import lookup
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.figures import Sourced
from bot.pages import render
from index.errors import FolderUnreadable, MarketError
from index.refresh import Progress
from index.text import readable

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID


def speak_utf8() -> None:
    """Read and print UTF-8 where the shell names no encoding (``LANG=C``); otherwise what the terminal can show."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and lookup(stream.encoding).name == "ascii":
            stream.reconfigure(encoding="utf-8", errors="replace")
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that knows no Chinese shows marks


def say(text: str) -> None:
    """Print an answer; a reader that closed the pipe is no error."""
    sys.stdout.write(f"{readable(text)}\n")


def warn(text: str) -> None:
    """Print what is not the answer itself."""
    sys.stderr.write(f"{readable(text)}\n")


@contextmanager
def reporting(language: str) -> Iterator[None]:
    """Turn the project's errors into one sentence on standard error and their exit status."""
    try:
        yield
    except MarketError as error:
        warn(page_of(error, language))
        raise typer.Exit(error.exit_status) from error


def page_of(error: MarketError, language: str) -> str:
    """The sentence for an error."""
    return render("errors", language, {"error": Sourced(error, "whyup"), "name": type(error).__name__}).plain


@contextmanager
def lines_of(name: str) -> Iterator[Iterable[str]]:
    """The lines of a file, or of standard input for ``-``.

    Raises:
        FolderUnreadable: it cannot be read.
    """
    if name == "-":
        yield sys.stdin
        return
    # One damaged line must not silence the others, and a byte order mark is no part of the first.
    with file_errors(Path(name)), Path(name).open(encoding="utf-8-sig", errors="replace") as text:
        yield text


@contextmanager
def file_errors(path: Path) -> Iterator[None]:
    """Turn the system's complaints about a file into the project's."""
    try:
        yield
    except BrokenPipeError:  # of standard output, not of the file
        raise
    except (OSError, UnicodeDecodeError) as error:
        raise FolderUnreadable(str(path), getattr(error, "strerror", None) or str(error)) from error


@contextmanager
def progress_bars(title: str) -> Iterator[Progress]:
    """Bars on standard error, one a file; none where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    with _bars(title) as bars:
        tasks: dict[str, TaskID] = {}

        def show(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total or None)
            bars.update(tasks[name], completed=done)

        yield show


def _bars(title: str) -> "Bars":
    from rich import progress  # noqa: PLC0415 - loads longer than most commands take
    from rich.console import Console  # noqa: PLC0415 - the same

    columns = (progress.TextColumn(title), progress.TextColumn("{task.description}"), progress.BarColumn())
    more = (progress.MofNCompleteColumn(), progress.TimeRemainingColumn())
    return progress.Progress(*columns, *more, console=Console(stderr=True), transient=True)
