"""Tables on disk, CSV or Parquet: constituents in, levels out."""

import csv
import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO, Any, TextIO

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.csv as pa_csv  # type: ignore[import-untyped]
import pyarrow.parquet as pa_parquet  # type: ignore[import-untyped]

from index.errors import BadRow, ConstituentsInvalid, FolderUnreadable
from index.panel import COLUMNS, DIVIDEND, FIGURES, MOST_ROWS_NAMED

Progress = Callable[[str, int, int], None]  # file, bytes done, bytes in all

NUMBERS = (*FIGURES, DIVIDEND)
PARQUET = ".parquet"
FIRST_LINE = 2  # below the header
ISO_DATE = "%Y-%m-%d"


def read_constituents(path: Path, progress: Progress = lambda *_: None) -> pd.DataFrame:
    """Read a table of constituents.

    Args:
        path: ``.parquet``, or CSV in UTF-8, gzipped when it ends in ``.gz``.
        progress: told the file's name, the bytes read and the bytes in all.

    Returns:
        The rows as they stand, sessions as dates at midnight, figures as numbers, everything else as text.

    Raises:
        FolderUnreadable: the file cannot be opened or is damaged.
        ConstituentsInvalid: a column is lacking or cells cannot be read; rows are the file's.
    """
    reader = _parquet if path.suffix == PARQUET else _csv
    try:
        return _read(path, reader, progress)
    except (OSError, EOFError, zlib.error) as error:
        raise FolderUnreadable(str(path), str(error)) from error
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise _explained(path, str(error)) from error


def located(path: Path, refused: ConstituentsInvalid) -> ConstituentsInvalid:
    """The same refusal of a table read from a file, with the file's own row numbers."""
    lines = _lines_of(path, [fault.row for fault in refused.rows if fault.row is not None])
    rows = (BadRow(lines.get(fault.row), fault.code, fault.column, fault.cell) for fault in refused.rows)
    return ConstituentsInvalid(tuple(rows), refused.count, str(path))


def write(table: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet or CSV (gzipped when it ends in ``.gz``), as the file's name says.

    Raises:
        FolderUnreadable: the file cannot be written.
    """
    try:
        if path.suffix == PARQUET:
            table.to_parquet(path, index=False)
        else:
            table.to_csv(path, index=False, date_format=ISO_DATE)
    except OSError as error:
        raise FolderUnreadable(str(path), str(error)) from error


def _read(path: Path, reader: Callable[[IO[bytes], Path], Iterator[Any]], progress: Progress) -> pd.DataFrame:
    size = path.stat().st_size
    with path.open("rb") as raw:
        batches = []
        for batch in reader(raw, path):
            batches.append(batch)
            progress(path.name, raw.tell(), size)
    progress(path.name, size, size)
    return _dated(pa.Table.from_batches(batches).to_pandas(date_as_object=False) if batches else _empty(), path)


def _empty() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="float64" if name in NUMBERS else "str") for name in COLUMNS})


def _csv(raw: IO[bytes], path: Path) -> Iterator[Any]:
    names = _header(path)
    types = {name: pa.float64() if name in NUMBERS else pa.large_string() for name in names}
    stream = pa.CompressedInputStream(raw, "gzip") if path.suffix == ".gz" else raw
    # only an empty cell is a missing one: pyarrow would otherwise read "NA" or "null" as such
    convert = pa_csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=True)
    with closing(pa_csv.open_csv(stream, convert_options=convert)) as batches:
        yield from batches


def _parquet(raw: IO[bytes], path: Path) -> Iterator[Any]:
    file = pa_parquet.ParquetFile(raw)
    _require(path, file.schema_arrow.names)
    yield from file.iter_batches()


def _header(path: Path) -> list[str]:
    with _opened(path) as text:
        names = next(csv.reader(text), [])
    _require(path, names)
    return names


def _require(path: Path, names: list[str]) -> None:
    lacking = tuple(BadRow(None, "no_column", name) for name in COLUMNS if name not in names)
    if lacking:
        raise ConstituentsInvalid(lacking, len(lacking), str(path))


def _dated(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    given = table["session"]
    days = pd.to_datetime(given, format=None if given.dtype.kind == "M" else ISO_DATE, errors="coerce")
    wrong = [BadRow(int(row), "not_a_date", "session", str(given.iloc[row])) for row in _unread(given, days)]
    if wrong:
        raise located(path, ConstituentsInvalid(tuple(wrong[:MOST_ROWS_NAMED]), len(wrong)))
    return table.assign(session=days.dt.as_unit("s"))


def _unread(given: "pd.Series[Any]", days: "pd.Series[Any]") -> list[int]:
    unread = days.isna() & given.notna()
    return unread.to_numpy().nonzero()[0].tolist() if unread.any() else []


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    with path.open("rb") as raw, gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw as plain:
        yield TextIOWrapper(plain, encoding="utf-8-sig")


def _numbered(path: Path) -> Iterator[tuple[int, str]]:
    """The rows below the header with their lines; an empty line is no row."""
    with _opened(path) as text:
        lines = (line.rstrip("\r\n") for line in islice(text, 1, None))
        yield from ((number, line) for number, line in enumerate(lines, FIRST_LINE) if line)


def _lines_of(path: Path, positions: list[int]) -> dict[int | None, int]:
    """The file's row numbers of some positions in the table read from it."""
    if path.suffix == PARQUET:
        return {position: position + 1 for position in positions}
    wanted = set(positions)
    return {position: number for position, (number, _) in enumerate(_numbered(path)) if position in wanted}


def _explained(path: Path, reason: str) -> ConstituentsInvalid:
    """What kept a CSV file from being read, found by reading it again one line at a time."""
    if path.suffix == PARQUET:
        return ConstituentsInvalid((BadRow(None, "unreadable", cell=reason),), 1, str(path))
    try:
        faults = list(_faults(path))
    except UnicodeDecodeError as error:
        faults = [BadRow(None, "unreadable", cell=str(error))]
    faults = faults or [BadRow(None, "unreadable", cell=reason)]
    return ConstituentsInvalid(tuple(faults[:MOST_ROWS_NAMED]), len(faults), str(path))


def _faults(path: Path) -> Iterator[BadRow]:
    names = _header(path)
    for number, line in _numbered(path):
        cells = next(csv.reader([line]))
        if len(cells) != len(names):
            yield BadRow(number, "columns", cell=str(len(cells)))
        else:
            yield from _unreadable_cells(number, dict(zip(names, cells, strict=True)))


def _unreadable_cells(number: int, row: dict[str, str]) -> Iterator[BadRow]:
    wrong = (name for name in NUMBERS if row.get(name) and not _is_number(row[name]))
    return (BadRow(number, "not_a_number", name, row[name]) for name in wrong)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.isascii() and "_" not in cell
