"""Sources → quality → store, with progress: the only way in for a figure."""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from hashlib import blake2b
from itertools import chain, groupby, islice, product
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any, TypeVar

from index import contradictions, leaps
from index.bars import Bars
from index.blocks import ROWS, check_all
from index.contradictions import Contradiction, Revision
from index.copies import Copies
from index.errors import FolderUnreadable
from index.faults import Fault
from index.plausibility import FIFTYFOLD, Neighbours
from index.quality import Checked, Rejected, check
from index.second_process import SecondProcess
from index.sessions import BEIJING
from index.sources import folder as folders
from index.store import Row, Store, stamp, stamp_exactly

CHUNK = 20_000  # rows a transaction: what an interruption costs, and what memory holds

WORTH_A_SECOND_PROCESS = 4_000_000  # bytes, mostly compressed: about five seconds of one core, and starting takes two
RARELY = (
    50_000,
    20,
    100,
)  # the collector finds nothing among millions of cells, and looking costs a tenth of an import
UNENDED = Fault("unended")

Item = TypeVar("Item")
Progress = Callable[[str, int, int], None]
Step = tuple[str, int, int]  # file, rows done, rows in all


@dataclass(frozen=True, slots=True)
class Finding:
    """A row that a rule spoke about; `line` is 0 for one that was stored before."""

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


Event = Step | FileReport


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@_collecting_rarely()
def load_folder(store: Store, folder: Path, now: datetime, progress: Progress = lambda *_: None) -> ImportReport:
    """Import every figure of a folder; a damaged row or file is reported and the rest is imported.

    Importing twice changes nothing: rows already stored are recognised. Each chunk is one transaction, so an
    interrupted import is finished by running it again. A large folder is shared with a second process.

    Args:
        store: where the figures go.
        folder: a folder in the documented format.
        now: the moment of the import; a row that would have been published later is rejected.
        progress: told the file, the rows done and the rows in all of that file.

    Raises:
        FolderUnreadable: no such folder, no file of the format in it, or the second process was killed.
        StoreUnreachable: the database refused; what was stored before stays.
    """
    shares = _shares(folders.files(folder)) if store.is_shared else ()
    if not shares:
        return ImportReport(str(folder), _reports(_imported(store, folder, None, now), progress))
    ours, theirs = shares
    with SecondProcess(_imported_elsewhere, store.url, folder, theirs, now) as second:
        events = _side_by_side(_imported(store, folder, ours, now), second)
        try:
            return ImportReport(str(folder), _reports(events, progress))
        except ChildProcessError as error:
            raise FolderUnreadable(str(folder), f"the second process ended with {error}") from error


def _imported(store: Store, folder: Path, kinds: frozenset[str] | None, now: datetime) -> Iterator[Event]:
    """Import the files of some kinds, or of all: steps of progress, and each file's report when it is complete."""
    publishers, loads = folders.publishers(folder), list[_FileLoad]()
    for file in folders.files(folder):
        if kinds is None or file.kind.name in kinds:
            loads.append(_FileLoad(store, file, publishers, now))
            yield from loads[-1].steps()
    _judge_closes(store, [load for load in loads if load.closes])
    yield from (load.report for load in loads)


def _judge_closes(store: Store, loads: Sequence["_FileLoad"]) -> None:
    """Say which closes leap, beside all that is stored now: whatever order the rows came in."""
    for index in sorted({index for load in loads for index, *_ in load.closes}):
        every, _ = store.every_bar(index)
        for leap in leaps.set_aside(every):
            report, line, subject = _place(loads, leap)
            report.rejected.append(Finding(report.file, line, Fault("leap", "close", f"{subject}{leap}")))
        for leap in leaps.doubtful(every):
            report, line, subject = _place(loads, leap)
            report.doubtful.append(Finding(report.file, line, Fault("jump", "close", f"{subject}{leap}")))
        _report_changes(loads, every)


def _report_changes(loads: Sequence["_FileLoad"], every: Bars) -> None:
    """Say where these files contradict another publisher, and which closes they revise."""
    for found, load in product(contradictions.among(every), loads):
        load.doubt_closes(found, [close for _, close in found.said], "differs")
    for revision, load in product(contradictions.revisions(every), [load for load in loads if load.report.new]):
        load.doubt_closes(revision, [revision.close], "revised")


def _place(loads: Sequence["_FileLoad"], leap: leaps.Leap) -> tuple[FileReport, int, str]:
    """Where a close stands; one that was stored before has no line, so its subject is named."""
    key = leap.index, leap.session.isoformat(), leap.close
    own = next((load for load in loads if key in load.closes), None)
    return (own.report, own.closes[key], "") if own else (loads[-1].report, 0, f"{leap.index} {leap.session}: ")


def _imported_elsewhere(url: str, folder: Path, kinds: frozenset[str], now: datetime) -> Iterator[Event]:
    with _collecting_rarely():
        yield from _imported(Store(url), folder, kinds, now)


def _side_by_side(ours: Iterable[Event], second: SecondProcess) -> Iterator[Event]:
    for event in ours:
        yield event
        yield from second.so_far()
    yield from second.rest()


def _reports(events: Iterable[Event], progress: Progress) -> tuple[FileReport, ...]:
    reports: list[FileReport] = []
    for event in events:
        if isinstance(event, FileReport):
            reports.append(event)
        else:
            progress(*event)
    return tuple(sorted(reports, key=attrgetter("file")))


def _shares(files: Sequence[folders.File]) -> tuple[frozenset[str], ...]:
    """Two shares of about as many lines; none when one process is done before a second one has started.

    All files of a kind are in one share, so that each process alone knows which rows of a table are new.
    """
    if sum(file.path.stat().st_size for file in files) < WORTH_A_SECOND_PROCESS:
        return ()
    lines: Counter[str] = Counter()
    for file in files:
        lines[file.kind.name] += file.count()
    shares: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for kind, count in lines.most_common():
        min(shares, key=Counter.total)[kind] = count
    return tuple(map(frozenset, shares))


class _FileLoad:
    """One file on its way into the store."""

    def __init__(self, store: Store, file: folders.File, publishers: folders.Publishers, now: datetime) -> None:
        self.store, self.file = store, file
        self.publisher_of = cache(partial(publishers.of, file.kind))
        self.now = now.astimezone(BEIJING)  # the zone of usual moments: comparing inside one zone is ten times as fast
        self.retrieved_at = stamp_exactly(now)
        self.neighbours = Neighbours(file.kind.name, partial(store.last_before, file.kind.name))
        self.report = FileReport(file.path.name, file.kind.name)
        self.key = itemgetter(*file.kind.key)
        self.first_seen: dict[Any, tuple[str, int]] = {}
        self.told_twice = frozenset[Any]()  # keys of bars on several lines, which wait until the others are stored
        self.waiting: list[tuple[folders.Line, Checked]] = []
        self.closes: dict[tuple[str, str, float], int] = {}  # of bars the line of each index, session and close

    def steps(self) -> Iterator[Step]:
        total = self.file.count()
        yield self.report.file, 0, total
        self.told_twice = self._told_twice()
        for rows in chain(_batches(self._good_rows(), CHUNK), _batches(self._settled(), CHUNK)):
            self.report.new += self.store.add(self.file.kind.name, rows)
            yield self.report.file, self.report.read, total
        yield self.report.file, total, total

    def doubt_closes(self, about: Contradiction | Revision, closes: Iterable[float], code: str) -> None:
        """Report the lines of this file that give one of these closes."""
        lines = (self.closes.get((about.index, about.session.isoformat(), close)) for close in closes)
        fault = Fault(code, "close", str(about))
        self.report.doubtful.extend(Finding(self.report.file, line, fault) for line in lines if line)

    def _lines(self) -> Iterator[folders.Line]:
        try:
            yield from self.file.lines()
        except FolderUnreadable as error:  # what was read before the break is good
            self.report.broken = error.reason

    def _good_rows(self) -> Iterator[Row]:
        for block in _batches(self._lines(), ROWS):
            self.report.read += len(block)
            for line, checked in self._checked(block):
                row = self._accepted(line, checked)
                if row:
                    yield row

    def _told_twice(self) -> frozenset[Any]:
        if self.file.kind.name != "bars":
            return frozenset()
        lines = Counter(line.cells[: len(self.file.kind.key)] for line in self._lines())
        return frozenset(key for key, count in lines.items() if count > 1)

    def _settled(self) -> Iterator[Row]:
        """Of bars on several lines the first that is no copy of the session before; see `index.copies`."""
        self.told_twice, copies = frozenset(), Copies(self.store, self.now)
        for _, lines in groupby(sorted(self.waiting, key=self._key_of), key=self._key_of):
            for line, checked in self._without_copies(list(lines), copies):
                row = self._accepted(line, checked)
                if row:
                    copies.add(row)
                    yield row

    def _key_of(self, waiting: tuple[folders.Line, Checked]) -> Any:  # noqa: ANN401 - a tuple of a kind's key
        return self.key(waiting[1].values)

    def _without_copies(
        self, lines: list[tuple[folders.Line, Checked]], copies: Copies
    ) -> Iterator[tuple[folders.Line, Checked]]:
        are_copies = [copies.is_copy(checked.values) for _, checked in lines]
        for (line, checked), is_copy in zip(lines, are_copies, strict=True):
            if is_copy and not all(are_copies):
                self._reject(line, Fault("placeholder"))
            else:
                yield line, checked

    def _checked(self, block: list[folders.Line]) -> Iterator[tuple[folders.Line, Checked]]:
        """The lines that hold; only a block with something wrong in it is gone through line by line."""
        together = check_all(self.file.kind, [line.cells for line in block], self.now)
        return self._one_by_one(block) if together is None else zip(block, together, strict=True)

    def _one_by_one(self, block: list[folders.Line]) -> Iterator[tuple[folders.Line, Checked]]:
        for line in block:
            try:
                checked = self._checked_alone(line)
            except Rejected as rejection:
                self._reject(line, rejection.fault)
            else:
                yield line, checked

    def _checked_alone(self, line: folders.Line) -> Checked:
        if line.fault:
            raise Rejected(line.fault)
        return check(self.file.kind, line.cells, self.now)

    def _accepted(self, line: folders.Line, checked: Checked) -> Row | None:
        """A row to store; None when this file said the same before, or something else."""
        row = self._row(checked)
        if self.key(row) in self.told_twice:
            self.waiting.append((line, checked))
            return None
        digest, first_line = self.first_seen.setdefault(self.key(row), (row["digest"], line.number))
        if first_line != line.number:
            if digest != row["digest"]:
                self._reject(line, Fault("contradicts", cell=str(first_line)))
            return None
        doubts = (*checked.doubts, *self.neighbours.doubts(row), *([] if line.ended else [UNENDED]))
        unstored = next((fault for fault in doubts if fault.code == FIFTYFOLD), None)
        if unstored:
            del self.first_seen[self.key(row)]
            self._reject(line, unstored)
            return None
        self.report.doubtful.extend(self._finding(line, fault) for fault in doubts)
        if self.file.kind.name == "bars":
            self.closes[row["index"], row["session"], row["close"]] = line.number
        return row

    def _row(self, checked: Checked) -> Row:
        kind, row = self.file.kind, checked.values
        publisher = self.publisher_of(row[kind.subject] if kind.subject else "")
        row["digest"] = _digest(publisher, row.values())
        row["publisher"] = publisher
        row["known_at"] = stamp(checked.published_at)
        row["retrieved_at"] = self.retrieved_at
        return row

    def _reject(self, line: folders.Line, fault: Fault) -> None:
        self.report.rejected.append(self._finding(line, fault))

    def _finding(self, line: folders.Line, fault: Fault) -> Finding:
        return Finding(self.report.file, line.number, fault)


def _batches(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    while batch := list(islice(items, size)):
        yield batch


def _digest(publisher: str, values: Iterable[object]) -> str:
    return blake2b(repr((publisher, *values)).encode(), digest_size=8).hexdigest()
