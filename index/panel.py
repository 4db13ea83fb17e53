"""The long table of constituents prepared once: checked, in one order, its labels coded; the arithmetic works on this.

A row is one stock in one session, with the columns ``session, code, price, reference, shares, fx`` and any others:
``sector``, another grouping, ``dividend``. Rows are kept in the order of session and code, so that the order in which
they came changes no bit of a result.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

from index.bars import Numbers
from index.errors import BadRow, ConstituentsInvalid

FIGURES = ("price", "reference", "shares", "fx")
COLUMNS = ("session", "code", *FIGURES)
DIVIDEND = "dividend"  # optional: cash a share going ex in the session, in the price's currency; empty where none does
SESSIONS_A_BLOCK = 32  # a block's rows then stay in a core's second-level cache (measured: 8 and 128 are slower)
WORTH_A_THREAD = 200_000  # rows; below, starting one takes longer than it saves
MOST_ROWS_NAMED = 20  # of a refused table; more would only hide the count

Positions = NDArray[np.intp]
Codes = NDArray[np.int32]
Ranks = NDArray[np.unsignedinteger[Any]]
Labels: TypeAlias = "pd.Index[Any]"
Column: TypeAlias = "pd.Series[Any]"


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """A column coded for adding up by it.

    Attributes:
        labels: ascending, a missing one last.
        codes: for each row its label, as these were met; sorting nine million codes would cost more than the sums.
        columns: the code of each of `labels`.
    """

    labels: Labels
    codes: Codes
    columns: Positions


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A run of whole sessions.

    Attributes:
        sessions: positions of the sessions.
        rows: positions of their rows.
        starts: where each session's rows begin, counted from the block's first row.
    """

    sessions: slice
    rows: slice
    starts: Positions

    def cells(self, key: Key) -> Codes:
        """For each row, its place in a table of sessions by codes."""
        counts = np.diff(self.starts, append=self.rows.stop - self.rows.start)
        width = np.int32(len(key.labels))
        # 32 bits throughout: widening here costs as much as the adding up that follows
        cells = np.repeat(np.arange(len(self.starts), dtype=np.int32) * width, counts)
        cells += key.codes[self.rows]
        return cells


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Constituents ready for arithmetic.

    Attributes:
        sessions: one label a session, ascending, as the table gave them.
        starts: the first row of each session, and after them the number of rows.
        price, reference: in the stock's currency; `reference` is the previous close adjusted for the day's events.
        weight: shares x fx, the same on both legs of the day.
        dividend: cash a share going ex, in the stock's currency; None when the table has no such column.
        table: the rows as they came, for further keys.
        order: positions in `table` of the rows, None when they came in order.
        keys: columns coded already.
    """

    sessions: Labels
    starts: Positions
    price: Numbers
    reference: Numbers
    weight: Numbers
    dividend: Numbers | None
    table: pd.DataFrame
    order: Positions | None
    keys: Mapping[str, Key] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.price)

    def key(self, name: str) -> Key:
        """A column as codes, coded now unless it was prepared.

        Raises:
            ConstituentsInvalid: the table has no such column.
        """
        if name not in self.table:
            raise _refused([BadRow(None, "no_column", name)])
        return self.keys.get(name) or _key(self, *_encoded(self.table[name]))

    def blocks(self) -> Iterator[Block]:
        """The sessions in runs that fit a cache."""
        for first in range(0, len(self.sessions), SESSIONS_A_BLOCK):
            stop = min(first + SESSIONS_A_BLOCK, len(self.sessions))
            begin, end = int(self.starts[first]), int(self.starts[stop])
            yield Block(slice(first, stop), slice(begin, end), self.starts[first:stop] - begin)


Constituents = pd.DataFrame | Panel


def prepare(constituents: Constituents, *keys: str) -> Panel:
    """Check and arrange a table of constituents.

    Args:
        constituents: the long table, in any order; a panel is handed back as it is.
        keys: columns to code now, for repeated use; others are coded whenever they are asked for.

    Raises:
        ConstituentsInvalid: a column is lacking, a figure is missing, not a number or not positive, or a stock stands
            twice in a session. Rows are positions in the table, from 0.
    """
    if isinstance(constituents, Panel):
        return constituents
    _require(constituents, (*COLUMNS, *keys))
    if len(constituents) < WORTH_A_THREAD:
        panel = _arrange(constituents)
        return replace(panel, keys={name: panel.key(name) for name in keys})
    # pyarrow codes text without holding the interpreter, so the figures are checked meanwhile
    with ThreadPoolExecutor() as pool:
        coded = {name: pool.submit(_encoded, constituents[name]) for name in keys}
        panel = _arrange(constituents)
    return replace(panel, keys={name: _key(panel, *future.result()) for name, future in coded.items()})


def _arrange(table: pd.DataFrame) -> Panel:
    figures = {name: _figures(table[name]) for name in FIGURES}
    dividend = _figures(table[DIVIDEND].fillna(0.0)) if DIVIDEND in table else None
    _check_figures(table, figures, dividend)
    order, sessions, starts = _order(table)
    weight = figures["shares"] * figures["fx"]
    price, reference, weight = (_taken(values, order) for values in (figures["price"], figures["reference"], weight))
    cash = None if dividend is None else _taken(dividend, order)
    return Panel(sessions, starts, price, reference, weight, cash, table, order)


def _require(table: pd.DataFrame, columns: tuple[str, ...]) -> None:
    lacking = [BadRow(None, "no_column", name) for name in columns if name not in table]
    if lacking:
        raise _refused(lacking)


def _figures(column: Column) -> Numbers:
    """A column as numbers; a cell that is none becomes NaN and is named by the check that follows."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return np.ascontiguousarray(column.to_numpy(dtype=np.float64, na_value=np.nan))
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _check_figures(table: pd.DataFrame, figures: Mapping[str, Numbers], dividend: Numbers | None) -> None:
    faults = [fault for name, values in figures.items() for fault in _faults(table[name], values, least=None)]
    if dividend is not None:
        faults += _faults(table[DIVIDEND], dividend, least=0.0)
    faults += [fault for name in ("session", "code") for fault in _gaps(table[name])]
    if faults:
        raise _refused(sorted(faults, key=lambda fault: (fault.row or 0, fault.column)))


def _faults(column: Column, values: Numbers, least: float | None) -> list[BadRow]:
    """What is wrong with a column of figures; `least` None asks for figures above zero."""
    if not len(values) or _in_range(values.min(), values.max(), least):
        return []
    good = np.isfinite(values) & ((values > 0) if least is None else (values >= least))
    return [
        BadRow(int(row), _what(column.iloc[row], values[row], least), str(column.name), str(column.iloc[row]))
        for row in np.flatnonzero(~good)
    ]


def _in_range(smallest: float, largest: float, least: float | None) -> bool:
    # a NaN anywhere makes both extremes NaN, and every comparison with it false
    return bool((smallest > 0 if least is None else smallest >= least) and largest < np.inf)


def _what(cell: object, value: float, least: float | None) -> str:
    if pd.isna(cell) or cell == "":  # type: ignore[call-overload]
        return "missing"
    if not np.isfinite(value):
        return "not_a_number"
    return "not_positive" if least is None else "negative"


def _gaps(column: Column) -> list[BadRow]:
    missing = np.flatnonzero(column.isna().to_numpy()) if column.hasnans else ()
    return [BadRow(int(row), "missing", str(column.name)) for row in missing]


def _order(table: pd.DataFrame) -> tuple[Positions | None, Labels, Positions]:
    """The order by session and code (None: as it stands), the sessions and where each begins."""
    if not len(_neighbours(table["session"], pc.greater, np.greater)):
        starts = _changes(table["session"])
        if _ascends_within(table["code"], starts):
            return None, pd.Index(table["session"].iloc[starts]), np.append(starts, len(table))
    return _sorted(table)


def _changes(column: Column) -> Positions:
    """The positions at which a column's value differs from the one before."""
    if not len(column):
        return np.empty(0, np.intp)
    return np.append(0, _neighbours(column, pc.not_equal, np.not_equal) + 1)


def _ascends_within(codes: Column, starts: Positions) -> bool:
    # from one session to the next it may fall
    return bool(np.isin(_neighbours(codes, pc.greater_equal, np.greater_equal), starts[1:] - 1).all())


def _neighbours(column: Column, of_text: Any, of_values: Any) -> Positions:  # noqa: ANN401 - compute kernels
    """Where a value compares so with the next one; text without making Python objects of it."""
    if isinstance(column.dtype, pd.StringDtype):
        text = _text(column)
        return np.asarray(pc.indices_nonzero(of_text(text[:-1], text[1:])).to_numpy(), dtype=np.intp)
    values = column.to_numpy()
    return np.flatnonzero(of_values(values[:-1], values[1:]))


def _text(column: Column) -> Any:  # noqa: ANN401 - pyarrow ships no types
    text = pa.array(column)
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text


def _sorted(table: pd.DataFrame) -> tuple[Positions, Labels, Positions]:
    (session, sessions), (code, _) = _ranked(table["session"]), _ranked(table["code"])
    order = np.lexsort((code, session))
    starts = np.append(0, np.cumsum(np.bincount(session, minlength=len(sessions))))
    _check_once(table, order, code[order], starts)
    return order, sessions, starts


def _check_once(table: pd.DataFrame, order: Positions, code: Ranks, starts: Positions) -> None:
    again = np.flatnonzero(code[1:] == code[:-1]) + 1
    again = again[~np.isin(again, starts)]
    if len(again):
        faults = (_repeated(table, int(order[row]), int(order[row - 1])) for row in again)
        raise _refused(sorted(faults, key=lambda fault: fault.row or 0))


def _repeated(table: pd.DataFrame, row: int, earlier: int) -> BadRow:
    same = table.iloc[row].equals(table.iloc[earlier])
    return BadRow(row, "duplicate" if same else "contradicts", "code", str(table["code"].iloc[row]))


def _ranked(column: Column) -> tuple[Ranks, Labels]:
    """A column as codes that ascend with its labels, and these."""
    codes, labels = _encoded(column)
    ascending = labels.argsort()
    # numpy sorts 16-bit numbers by radix, four times as fast as 64-bit ones
    ranks = np.empty(len(labels), np.min_scalar_type(len(labels)))
    ranks[ascending] = np.arange(len(labels))
    return ranks[codes], labels[ascending]


def _encoded(column: Column) -> tuple[Codes, Labels]:
    if isinstance(column.dtype, pd.StringDtype) and not column.hasnans:
        coded = _text(column).dictionary_encode()
        return coded.indices.to_numpy(), pd.Index(coded.dictionary.to_pandas(), dtype=column.dtype)
    codes, labels = pd.factorize(column, use_na_sentinel=False)
    return codes.astype(np.int32), pd.Index(labels)


def _key(panel: Panel, codes: Codes, labels: Labels) -> Key:
    columns = labels.argsort()
    return Key(labels[columns], codes if panel.order is None else codes[panel.order], columns)


def _taken(values: Numbers, order: Positions | None) -> Numbers:
    return values if order is None else values[order]


def _refused(faults: list[BadRow]) -> ConstituentsInvalid:
    return ConstituentsInvalid(tuple(faults[:MOST_ROWS_NAMED]), len(faults))
