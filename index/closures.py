"""Days on which an exchange opened or closed against what the calendar library says.

A CSV file with the columns calendar, date, status, reason, url. The calendar is XSHG, XHKG, or CONNECT for northbound
trading. The status is ``closed``, ``open``, or ``complete``: every weekday up to that date that is not listed as closed
is a session, which lets an operator type in the exchange's notice for a new year before the library knows it. The url
is that of the notice: a day without one is not believed. The bundled file holds what the library lacks.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

from index.errors import FolderUnreadable

CALENDARS = frozenset({"XSHG", "XHKG", "CONNECT"})
STATUSES = frozenset({"open", "closed", "complete"})
COLUMNS = ("calendar", "date", "status", "reason", "url")
LINK = re.compile(r"https?://[\w-]+(\.[\w-]+)+(:\d+)?(/\S*)?")
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Closure:
    """What is known about one day beside the library. `url` is the exchange's notice."""

    calendar: str
    day: date
    status: str
    reason: str
    url: str


def bundled() -> tuple[Closure, ...]:
    """The project's own list."""
    text = files("index").joinpath("closures.csv").read_text("utf-8")
    return tuple(_rows(text.splitlines(), "closures.csv"))


def read(path: Path) -> tuple[Closure, ...]:
    """An operator's list.

    Raises:
        FolderUnreadable: no such file, or a line of it makes no sense or links to nothing (its number stands in the
            reason).
    """
    try:
        return tuple(_rows(path.read_text("utf-8-sig").splitlines(), str(path)))
    except (OSError, UnicodeDecodeError) as error:
        raise FolderUnreadable(str(path), str(error)) from error


def of(calendar: str, closures: Iterable[Closure]) -> Mapping[date, Closure]:
    """One calendar's list by day; of two lines about a day the later counts."""
    return {closure.day: closure for closure in closures if closure.calendar == calendar}


def _rows(lines: list[str], path: str) -> Iterator[Closure]:
    rows = csv.DictReader(lines)
    if not set(COLUMNS) <= set(rows.fieldnames or ()):
        raise FolderUnreadable(path, f"columns must be {', '.join(COLUMNS)}")
    for number, row in enumerate(rows, start=2):
        yield _closure(row, f"line {number}", path)


def _closure(row: Mapping[str, str | None], line: str, path: str) -> Closure:
    cells = {column: (row[column] or "").strip() for column in COLUMNS}
    try:
        day = date.fromisoformat(cells["date"])
    except ValueError:
        raise FolderUnreadable(path, f"{line}: {cells['date']!r} is not a date") from None
    if cells["calendar"] not in CALENDARS or cells["status"] not in STATUSES:
        raise FolderUnreadable(path, f"{line}: {cells['calendar']!r} {cells['status']!r}")
    if cells["status"] == "open" and day.weekday() >= SATURDAY:
        raise FolderUnreadable(path, f"{line}: {day} is a weekend day, which is always closed")
    if not LINK.fullmatch(cells["url"]):
        raise FolderUnreadable(path, f"{line}: {cells['url']!r} is not the address of a notice")
    return Closure(cells["calendar"], day, cells["status"], cells["reason"], cells["url"])
