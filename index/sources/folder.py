"""The documented folder format: CSV files, plain or gzipped, whole or split, in UTF-8.

A row is a line. Reading line by line keeps a stray quotation mark from swallowing the rows after it.
"""

import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from index.errors import FolderUnreadable
from index.kinds import KINDS, Kind
from index.quality import Fault

ENDINGS = (".csv", ".csv.gz")
PUBLISHERS = "publishers.csv"  # optional: file,subject,publisher


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file: its cells in the order of the kind's columns, or what kept it from being read."""

    number: int
    cells: tuple[str, ...] = ()
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class File:
    """One file of a folder and the kind of figure in it."""

    path: Path
    kind: Kind

    def count(self) -> int:
        """How many lines stand below the header, for a progress bar; 0 when that cannot be told."""
        try:
            with _open(self.path) as raw:
                return max(sum(1 for _ in raw) - 1, 0)
        except (OSError, EOFError, zlib.error):
            return 0

    def lines(self) -> Iterator[Line]:
        """Every row below the header, damaged ones as faults.

        Raises:
            FolderUnreadable: the file cannot be opened or its header lacks a column of the format.
        """
        try:
            with _open(self.path) as raw:
                yield from _rows(raw, self)
        except (OSError, EOFError, zlib.error) as error:
            raise FolderUnreadable(str(self.path), str(error)) from error


@dataclass(frozen=True, slots=True)
class Publishers:
    """Who published what in a folder; without a list, the folder's own name stands for the publisher."""

    folder: str
    by_subject: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def of(self, kind: Kind, subject: str) -> str:
        """The publisher of a file's series, of the whole file, or the folder's name."""
        by_subject = self.by_subject
        return by_subject.get((kind.name, subject)) or by_subject.get((kind.name, "")) or self.folder


def files(folder: Path) -> tuple[File, ...]:
    """The files of the format in a folder, in the order of their names.

    Raises:
        FolderUnreadable: no such folder, or no file of the format in it.
    """
    if not folder.is_dir():
        raise FolderUnreadable(str(folder), "not a folder")
    found = tuple(_recognised(sorted(folder.iterdir())))
    if not found:
        raise FolderUnreadable(str(folder), "no figure files")
    return found


def publishers(folder: Path) -> Publishers:
    """The folder's own list of who published which series."""
    path = folder / PUBLISHERS
    if not path.exists():
        return Publishers(folder.name)
    with path.open(encoding="utf-8", newline="") as text:
        rows = csv.DictReader(text)
        return Publishers(folder.name, {(row["file"], row["subject"]): row["publisher"] for row in rows})


def _recognised(paths: list[Path]) -> Iterator[File]:
    for path in paths:
        stem = _stem(path.name)
        kind = KINDS.get(stem) or KINDS.get(stem.rpartition("_")[0])
        if kind and stem:
            yield File(path, kind)


def _stem(name: str) -> str:
    return next((name.removesuffix(ending) for ending in ENDINGS if name.endswith(ending)), "")


def _open(path: Path) -> gzip.GzipFile:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _rows(raw: gzip.GzipFile, file: File) -> Iterator[Line]:
    order = _order(raw.readline(), file)
    for number, line in enumerate(raw, start=2):
        if line.strip():
            yield _row(number, line, order)


def _order(header: bytes, file: File) -> tuple[int, ...]:
    names = header.decode("utf-8-sig", errors="replace").strip().split(",")
    missing = [column.name for column in file.kind.columns if column.name not in names]
    if missing:
        raise FolderUnreadable(str(file.path), f"no column {', '.join(missing)}")
    return (len(names), *(names.index(column.name) for column in file.kind.columns))


def _row(number: int, raw: bytes, order: tuple[int, ...]) -> Line:
    try:
        cells = _cells(raw.decode("utf-8").rstrip("\r\n"))
    except (UnicodeDecodeError, csv.Error):
        return Line(number, fault=Fault("unreadable"))
    if len(cells) != order[0]:
        return Line(number, fault=Fault("columns", cell=str(len(cells))))
    return Line(number, tuple([cells[position] for position in order[1:]]))


def _cells(text: str) -> list[str]:
    return next(csv.reader([text], strict=True)) if '"' in text else text.split(",")
