"""``import``: figures brought in from a folder."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path

from bot.commands.console import progress_bars, say
from bot.figures import Sourced
from bot.pages import render
from index.refresh import Finding, ImportReport, load_folder
from index.store import Store

SHOWN = 20  # findings of a sort; a broken file would otherwise fill the screen


@dataclass(frozen=True, slots=True)
class Totals:
    """How many rows an import read, stored anew, refused, and kept with a doubt."""

    read: int
    new: int
    rejected: int
    doubtful: int
    unshown: int


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many rows of one kind were read."""

    name: str
    rows: int


@dataclass(frozen=True, slots=True)
class Remark:
    """A row that a rule spoke about, as the page shows it."""

    file: str
    line: int
    code: str
    column: str
    cell: str


def bring(folder: Path, store: Store, now: datetime, language: str) -> ImportReport:
    """Import a folder and say what became of it."""
    with progress_bars("import") as progress:
        report = load_folder(store, folder, now, progress)
    say(_page(report, language))
    return report


def is_whole(report: ImportReport) -> bool:
    """Whether every figure of every file is stored; a row without any leaves nothing out."""
    left_out = (found for file in report.files for found in file.rejected if found.fault.code != "no_figures")
    return not any(left_out) and not any(file.broken for file in report.files)


def _page(report: ImportReport, language: str) -> str:
    rejected = list(chain.from_iterable(file.rejected for file in report.files))
    doubtful = list(chain.from_iterable(file.doubtful for file in report.files))
    values = {
        "folder": report.folder,
        "totals": Sourced(_totals(report, rejected, doubtful), "import"),
        "kinds": [Sourced(KindCount(*pair), "import") for pair in sorted(report.read_by_kind().items())],
        "broken": [Sourced(file, "import") for file in report.files if file.broken],
        "rejected": _shown(rejected),
        "doubtful": _shown(doubtful),
    }
    return render("imported", language, values).plain


def _totals(report: ImportReport, *findings: list[Finding]) -> Totals:
    unshown = sum(max(len(found) - SHOWN, 0) for found in findings)
    read, new, rejected, doubtful = (report.total(what) for what in ("read", "new", "rejected", "doubtful"))
    return Totals(read, new, rejected, doubtful, unshown)


def _shown(findings: Iterable[Finding]) -> list[Sourced]:
    return [
        Sourced(Remark(one.file, one.line, one.fault.code, one.fault.column, one.fault.cell), "import")
        for one in list(findings)[:SHOWN]
    ]
