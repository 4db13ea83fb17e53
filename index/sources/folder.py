"""The documented folder format: CSV files, plain or gzipped, whole or split, in UTF-8.

A row is a line. Reading line by line keeps a stray quotation mark from swallowing the rows after it.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from index.errors import FolderUnreadable
from index.faults import Fault
from index.kinds import KINDS, Kind
from index.text import readable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

ENDINGS = (".csv", ".csv.gz")
BLOCK = 1 << 18  # bytes read at once
PUBLISHERS = "publishers.csv"  # optional: file,subject,publisher


class Line(NamedTuple):  # one a row: a frozen dataclass takes four times as long to make
    """One row of a file: its cells in the order of the kind's columns, or what kept it from being read.

    `ended` is False for a last line without a line end, which may have been cut off inside a number.
    """

    number: int
    cells: tuple[str, ...] = ()
    fault: Fault | None = None
    ended: bool = True


@dataclass(frozen=True, slots=True)
class File:
    """One file of a folder and the kind of figure in it."""

    path: Path
    kind: Kind

    def count(self) -> int:
        """How many lines stand below the header, for a progress bar; 0 when that cannot be told."""
        try:
            with _open(self.path) as raw:
                return max(sum(block.count(b"\n") for block in iter(partial(raw.read, BLOCK), b"")) - 1, 0)
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
        return Publishers(readable(folder.name))
    with path.open(encoding="utf-8", newline="") as text:
        rows = csv.DictReader(text)
        return Publishers(readable(folder.name), {(row["file"], row["subject"]): row["publisher"] for row in rows})


def _recognised(paths: list[Path]) -> Iterator[File]:
    for path in paths:
        stem = _stem(path.name)
        kind = KINDS.get(stem) or KINDS.get(stem.rpartition("_")[0])
        if kind and stem:
            yield File(path, kind)


def _stem(name: str) -> str:
    return next((name.removesuffix(ending) for ending in ENDINGS if name.endswith(ending)), "")


def _open(path: Path) -> BinaryIO:
    return io.BufferedReader(_Unpacked(path), BLOCK) if path.suffix == ".gz" else path.open("rb")


class _Unpacked(io.RawIOBase):
    """A gzip file whose lines are cut by io's buffer: GzipFile does it in Python.

    Reading what is at hand, and no more, keeps the rows before the place where an archive is cut off.
    """

    def __init__(self, path: Path) -> None:
        self.archive = gzip.open(path)  # noqa: SIM115 - closed by close()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        room = memoryview(buffer)
        unpacked = self.archive.read1(len(room))
        room[: len(unpacked)] = unpacked
        return len(unpacked)

    def close(self) -> None:
        self.archive.close()
        super().close()


def _rows(raw: BinaryIO, file: File) -> Iterator[Line]:
    width, in_order = _order(raw.readline(), file)
    for number, line in enumerate(raw, start=2):
        if line.strip():
            yield _row(number, line, width, in_order)


def _order(header: bytes, file: File) -> tuple[int, Callable[[list[str]], tuple[str, ...]]]:
    """How many cells a row must have, and what puts them into the order of the kind's columns."""
    names = header.decode("utf-8-sig", errors="replace").strip().split(",")
    missing = [column.name for column in file.kind.columns if column.name not in names]
    if missing:
        raise FolderUnreadable(str(file.path), f"no column {', '.join(missing)}")
    return len(names), itemgetter(*(names.index(column.name) for column in file.kind.columns))


def _row(number: int, raw: bytes, width: int, in_order: Callable[[list[str]], tuple[str, ...]]) -> Line:
    try:
        text = raw.decode("utf-8").rstrip("\r\n")
        cells = next(csv.reader([text], strict=True)) if '"' in text else text.split(",")
    except (UnicodeDecodeError, csv.Error):
        return Line(number, fault=Fault("unreadable"))
    if len(cells) != width:
        return Line(number, fault=Fault("columns", cell=str(len(cells))))
    return Line(number, in_order(cells), None, raw.endswith(b"\n"))
