"""Sources → quality → store, with progress: the only way in for a figure."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from hashlib import blake2b
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from index.errors import FolderUnreadable
from index.faults import Fault
from index.plausibility import Neighbours
from index.quality import Checked, Rejected, check
from index.sessions import BEIJING
from index.sources import folder as folders
from index.store import Row, Store, stamp, stamp_exactly

CHUNK = 20_000  # rows a transaction: what an interruption costs, and what memory holds

UNENDED = Fault("unended")

Progress = Callable[[str, int, int], None]  # file, rows done, rows in all


@dataclass(frozen=True, slots=True)
class Finding:
    """A row that a rule spoke about."""

    file: str
    line: int
    fault: Fault


@dataclass(slots=True)
class FileReport:
    """What became of one file. `broken` says why reading it had to end early."""

    file: str
    kind: str
    read: int = 0
    new: int = 0
    rejected: list[Finding] = field(default_factory=list)
    doubtful: list[Finding] = field(default_factory=list)
    broken: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a folder."""

    folder: str
    files: tuple[FileReport, ...]

    def total(self, what: str) -> int:
        """A sum over the files: ``read``, ``new``, ``rejected`` or ``doubtful``."""
        values = (getattr(report, what) for report in self.files)
        return sum(len(value) if isinstance(value, list) else value for value in values)

    def read_by_kind(self) -> Counter[str]:
        """Rows read, split files of one kind together."""
        by_kind: Counter[str] = Counter()
        for report in self.files:
            by_kind[report.kind] += report.read
        return by_kind


def load_folder(store: Store, folder: Path, now: datetime, progress: Progress = lambda *_: None) -> ImportReport:
    """Import every figure of a folder; a damaged row or file is reported and the rest is imported.

    Importing twice changes nothing: rows already stored are recognised. Each chunk is one transaction, so an
    interrupted import is finished by running it again.

    Args:
        store: where the figures go.
        folder: a folder in the documented format.
        now: the moment of the import; a row that would have been published later is rejected.
        progress: told the file, the rows done and the rows in all of that file.

    Raises:
        FolderUnreadable: no such folder, or no file of the format in it.
        StoreUnreachable: the database refused; what was stored before stays.
    """
    publishers = folders.publishers(folder)
    reports = (_FileLoad(store, file, publishers, now).run(progress) for file in folders.files(folder))
    return ImportReport(str(folder), tuple(reports))


class _FileLoad:
    """One file on its way into the store."""

    def __init__(self, store: Store, file: folders.File, publishers: folders.Publishers, now: datetime) -> None:
        self.store, self.file = store, file
        self.publisher_of = cache(partial(publishers.of, file.kind))
        self.now = now.astimezone(BEIJING)  # the zone of usual moments: comparing inside one zone is ten times as fast
        self.retrieved_at = stamp_exactly(now)
        self.neighbours = Neighbours(file.kind.name)
        self.report = FileReport(file.path.name, file.kind.name)
        self.key = itemgetter(*file.kind.key)
        self.first_seen: dict[Any, tuple[str, int]] = {}

    def run(self, progress: Progress) -> FileReport:
        total = self.file.count()
        progress(self.report.file, 0, total)
        for rows in _chunks(self._good_rows()):
            self.report.new += self.store.add(self.file.kind.name, rows)
            progress(self.report.file, self.report.read, total)
        progress(self.report.file, total, total)
        return self.report

    def _lines(self) -> Iterator[folders.Line]:
        try:
            yield from self.file.lines()
        except FolderUnreadable as error:  # what was read before the break is good
            self.report.broken = error.reason

    def _good_rows(self) -> Iterator[Row]:
        for line in self._lines():
            self.report.read += 1
            try:
                row = self._accepted(line)
            except Rejected as rejection:
                self.report.rejected.append(self._finding(line, rejection.fault))
                continue
            if row:
                yield row

    def _accepted(self, line: folders.Line) -> Row | None:
        """A row to store; None when this file said the same before."""
        if line.fault:
            raise Rejected(line.fault)
        checked = check(self.file.kind, line.cells, self.now)
        row = self._row(checked)
        if not self._is_new_in_file(row, line.number):
            return None
        doubts = (*checked.doubts, *self.neighbours.doubts(row), *([] if line.ended else [UNENDED]))
        if doubts:
            self.report.doubtful.extend(self._finding(line, fault) for fault in doubts)
        return row

    def _row(self, checked: Checked) -> Row:
        kind, row = self.file.kind, checked.values
        publisher = self.publisher_of(row[kind.subject] if kind.subject else "")
        row["digest"] = _digest(publisher, row.values())
        row["publisher"] = publisher
        row["known_at"] = stamp(checked.published_at)
        row["retrieved_at"] = self.retrieved_at
        return row

    def _is_new_in_file(self, row: Row, line: int) -> bool:
        digest, first_line = self.first_seen.setdefault(self.key(row), (row["digest"], line))
        if digest != row["digest"]:
            raise Rejected(Fault("contradicts", cell=str(first_line)))
        return first_line == line

    def _finding(self, line: folders.Line, fault: Fault) -> Finding:
        return Finding(self.report.file, line.number, fault)


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _digest(publisher: str, values: Iterable[object]) -> str:
    return blake2b(repr((publisher, *values)).encode(), digest_size=8).hexdigest()
