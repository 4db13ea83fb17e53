"""Rows checked before they are stored: accepted, doubtful (stored, but reported) or rejected, and why.

None is not 0: an empty cell stays unknown, and a figure that cannot be read is rejected, never guessed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from math import isfinite
from typing import Any

from index import sessions
from index.catalog import BY_CODE
from index.errors import CalendarEnds
from index.kinds import Column, Kind, Type
from index.taxonomy import DRIVERS

Values = dict[str, Any]
Parser = Callable[[Column, str], Any]

# How far a close may stand outside [low, high], or high below low, as a share of the close. The exchanges' own rows of
# 1991-1995 are off by up to 3.1 %, a rounded row by a few hundredths of a point.
RANGE_SLACK = 0.05
LONGEST_CELL = 2_000  # characters; a longer title is a file read with the wrong quoting


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row. `code` is the key of its words in the templates.

    Attributes:
        code: ``not_a_number``, ``missing`` …
        column: where, when one cell is to blame.
        cell: what stood there.
    """

    code: str
    column: str = ""
    cell: str = ""


class Rejected(Exception):
    """A row that must not be stored."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Checked:
    """A row that may be stored, and what is doubtful about it."""

    values: Values
    published_at: datetime
    doubts: tuple[Fault, ...]


def check(kind: Kind, cells: Sequence[str], now: datetime) -> Checked:
    """Parse and judge one row.

    Args:
        kind: the file it comes from.
        cells: its texts, in the order of the kind's columns.
        now: when the row came in; nothing can have been published later.

    Returns:
        The typed values with the moment at which they became public.

    Raises:
        Rejected: a rule is broken; the fault says which.
    """
    values = {
        column.name: parse(column, cell) if cell else _unknown(column)
        for (column, parse), cell in zip(_parsers(kind), cells, strict=True)
    }
    for rule in RULES.get(kind.name, ()):
        rule(values)
    published_at = _published(kind, values)
    if published_at > now:
        raise Rejected(Fault("not_public_yet", kind.dated_by[-1], str(values[kind.dated_by[-1]])))
    return Checked(values, published_at, tuple(_doubts(kind, values)))


@cache
def _parsers(kind: Kind) -> tuple[tuple[Column, Parser], ...]:
    return tuple((column, _PARSERS[column.type]) for column in kind.columns)


def _unknown(column: Column) -> Any:  # noqa: ANN401 - None, in a place that holds any cell
    if column.required:
        raise Rejected(Fault("missing", column.name))
    return None


def _number(column: Column, cell: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = float("nan")
    # float() also reads "1_000", full-width digits, "inf" and "nan"; a publisher writes none of them
    if not isfinite(number) or "_" in cell or not cell.isascii():
        raise Rejected(Fault("not_a_number", column.name, cell))
    if column.positive and number <= 0:
        raise Rejected(Fault("not_positive", column.name, cell))
    return number


def _text(column: Column, cell: str) -> str:
    if len(cell) > LONGEST_CELL:
        raise Rejected(Fault("too_long", column.name, cell[:40]))
    return cell if cell.isprintable() else "".join(filter(str.isprintable, cell)).strip()


def _day(column: Column, cell: str) -> str:
    return _iso_day(column.name, cell).isoformat()


def _moment(column: Column, cell: str) -> str:
    """A date stays a date, so that "hour not known" stays known; a moment gets its zone."""
    if len(cell) <= len("2024-09-30"):
        return _day(column, cell)
    return _iso_moment(column.name, cell).isoformat()


_PARSERS: Mapping[Type, Parser] = {Type.NUMBER: _number, Type.TEXT: _text, Type.DAY: _day, Type.MOMENT: _moment}


@lru_cache(maxsize=50_000)
def _iso_day(column: str, cell: str) -> date:
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        day = None
    # fromisoformat also reads "20240930" and "2024-W40-1", which are more likely damage than intent
    if day is None or day.isoformat() != cell:
        raise Rejected(Fault("not_a_date", column, cell))
    return day


def _iso_moment(column: str, cell: str) -> datetime:
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        raise Rejected(Fault("not_a_moment", column, cell)) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=sessions.BEIJING)


def _published(kind: Kind, values: Values) -> datetime:
    dated = values[kind.dated_by[-1]]
    if "T" in dated:  # the row states its moment
        return datetime.fromisoformat(dated)
    others = (values[column] for column in kind.dated_by[:-1])
    return _usual_moment(kind, *others, dated)


@lru_cache(maxsize=50_000)
def _usual_moment(kind: Kind, *dated_by: str) -> datetime:
    return kind.published(*dated_by[:-1], date.fromisoformat(dated_by[-1]))


def _index_is_known(values: Values) -> None:
    if values["index"] not in BY_CODE:
        raise Rejected(Fault("unknown_index", "index", values["index"]))


def _exchange_was_open(values: Values) -> None:
    index = BY_CODE.get(values.get("index", ""))
    mainland = index is None or index.is_mainland
    if not _open(date.fromisoformat(values["session"]), mainland=mainland):
        raise Rejected(Fault("market_closed", "session", values["session"]))


@lru_cache(maxsize=20_000)
def _open(day: date, *, mainland: bool) -> bool:
    if day.weekday() > sessions.FRIDAY or not mainland:
        return day.weekday() <= sessions.FRIDAY
    try:
        return day >= sessions.FIRST_SESSION and sessions.is_session(day)
    except CalendarEnds:
        return True  # past the calendar's knowledge a weekday may be a session


def _driver_is_known(values: Values) -> None:
    if values["driver"] not in DRIVERS:
        raise Rejected(Fault("unknown_driver", "driver", values["driver"]))


def _polarity_is_a_sign(values: Values) -> None:
    if values["polarity"] not in (-1, 0, 1):
        raise Rejected(Fault("not_a_sign", "polarity", str(values["polarity"])))


def _range_holds_the_close(values: Values) -> None:
    """A close far outside its day's range is a damaged row; a little outside is how early rows were published."""
    if _outside_range(values) > RANGE_SLACK * (values["close"] or 1.0):
        raise Rejected(Fault("outside_range", "close", str(values["close"])))


def _activity_is_not_negative(values: Values) -> None:
    for column in ("volume_shares", "volume", "turnover_cny"):
        if (values.get(column) or 0) < 0:
            raise Rejected(Fault("negative", column, str(values[column])))


def _outside_range(values: Values) -> float:
    low, high, close = values["low"], values["high"], values["close"]
    if low is None or high is None or close is None:
        return 0.0
    opened = close if values["open"] is None else values["open"]
    return float(max(low - high, low - min(close, opened), max(close, opened) - high, 0.0))


def _doubts(kind: Kind, values: Values) -> Iterator[Fault]:
    if kind.name == "bars" and _outside_range(values) > 0:
        yield Fault("outside_range", "close", str(values["close"]))


RULES: Mapping[str, tuple[Callable[[Values], None], ...]] = {
    "bars": (_index_is_known, _exchange_was_open, _range_holds_the_close, _activity_is_not_negative),
    "etf": (_exchange_was_open, _activity_is_not_negative),
    "sectors": (_exchange_was_open,),
    "northbound": (_exchange_was_open,),
    "margin": (_exchange_was_open,),
    "constituents": (_exchange_was_open,),
    "events": (_driver_is_known, _polarity_is_a_sign),
}
