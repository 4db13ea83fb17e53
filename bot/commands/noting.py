"""``events``: the operator's own dated policy notes."""

import csv
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.commands.console import say, warn
from bot.figures import Sourced, sourced
from bot.pages import render
from index.kinds import KINDS
from index.refresh import ImportReport, load_folder
from index.store import Known, Store

RECENT = timedelta(days=90)
PUBLISHER = "operator"  # who publishes a note; a folder's name says so in the figure format


@dataclass(frozen=True, slots=True)
class Note:
    """A policy note as an operator types it; a moment without a zone is Beijing time, a date counts from its end."""

    announced_at: str
    driver: str
    polarity: int
    title_en: str
    title_zh: str
    url: str
    effective_on: str = ""


def add(note: Note, store: Store, now: datetime, language: str) -> bool:
    """Store one note by the same rules as an imported one, and say what became of it.

    Returns:
        Whether the note holds.
    """
    report = _loaded(note, store, now)
    refused = [one.fault for file in report.files for one in file.rejected]
    values = {
        "note": Sourced(note, PUBLISHER),
        "new": sourced(report.total("new"), "new", PUBLISHER, None),
        "refused": [Sourced(fault, PUBLISHER) for fault in refused],
    }
    (warn if refused else say)(render("noted", language, values).plain)
    return not refused


def _loaded(note: Note, store: Store, now: datetime) -> ImportReport:
    with tempfile.TemporaryDirectory(prefix="whyup-") as place:
        folder = Path(place) / PUBLISHER
        folder.mkdir()
        _write(folder / "events.csv", {name: getattr(note, name) for name in Note.__slots__})
        return load_folder(store, folder, now)


def _write(path: Path, row: Mapping[str, object]) -> None:
    columns = [column.name for column in KINDS["events"].columns]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerow(row)


def show(store: Store, now: datetime, since: datetime | None, language: str) -> None:
    """List the notes that became public since a moment, of the last ninety days of the store when none is given."""
    rows = store.rows("events", now)
    start = since or (rows[-1].published_at - RECENT if rows else now)
    listed = [row for row in rows if row.published_at >= start]
    values = {
        "events": [_shown(row) for row in listed],
        "total": sourced(len(rows), "total", "store", now),
    }
    say(render("events", language, values).plain)


def _shown(row: Known) -> object:
    return sourced(dict(row.values) | {"announced": row.published_at}, "event", row.publisher, row.published_at)
