"""Rows checked many at a time, column by column: what `index.quality` says of each, in half the time.

A block in which anything at all is wrong is left to `quality.check`, which says what it is and in which row.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from math import inf
from typing import Any

from index.kinds import Column, Kind, Type
from index.quality import LONGEST_CELL, Checked, Rejected, judged, readers

ROWS = 256  # a block: what is checked twice for one damaged row
NUMERALS = "0123456789.+-eE"  # of which every number that a publisher writes is made; no "inf", no "nan", no "1_000"

Cells = tuple[str, ...]
Reader = Callable[[Cells], Iterable[Any]]  # raises Rejected or ValueError


def check_all(kind: Kind, block: Sequence[Cells], now: datetime) -> list[Checked] | None:
    """Parse and judge rows that have nothing wrong with them.

    Args:
        kind: the file they come from.
        block: their cells, in the order of the kind's columns.
        now: when they came in.

    Returns:
        What `quality.check` says of each; None when it rejects one of them.
    """
    names, _ = readers(kind)
    try:
        columns = [read(cells) for read, cells in zip(_columns(kind), zip(*block, strict=True), strict=True)]
        return [judged(kind, dict(zip(names, row, strict=True)), now) for row in zip(*columns, strict=True)]
    except (Rejected, ValueError):
        return None


@cache
def _columns(kind: Kind) -> tuple[Reader, ...]:
    _, by_cell = readers(kind)
    return tuple(_column(column, read) for column, read in zip(kind.columns, by_cell, strict=True))


def _column(column: Column, read: Callable[[str], Any]) -> Reader:
    if column.type is Type.NUMBER:
        return lambda cells: _numbers(column, cells)
    if column.type is Type.TEXT:
        return lambda cells: _texts(column, cells)
    return lambda cells: map(read, cells)


def _numbers(column: Column, cells: Cells) -> Iterable[float | None]:
    _check_blanks(column, cells)
    if "".join(cells).strip(NUMERALS):
        raise ValueError(column.name)
    numbers = [float(cell) if cell else None for cell in cells]
    known = [number for number in numbers if number is not None]
    least, most = min(known, default=1.0), max(known, default=1.0)
    if least <= (0.0 if column.positive else -inf) or most == inf:
        raise ValueError(column.name)
    return numbers


def _texts(column: Column, cells: Cells) -> Iterable[str | None]:
    _check_blanks(column, cells)
    if not "".join(cells).isprintable() or max(map(len, cells)) > LONGEST_CELL:
        raise ValueError(column.name)
    return [cell or None for cell in cells]


def _check_blanks(column: Column, cells: Cells) -> None:
    if column.required and "" in cells:
        raise ValueError(column.name)
