"""Rows checked before they are stored: accepted, doubtful (stored, but reported) or rejected, and why.

None is not 0: an empty cell stays unknown, and a figure that cannot be read is rejected, never guessed.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache, lru_cache, partial
from math import isfinite
from typing import Any, NamedTuple

from index import sessions
from index.bounds import out_of_bounds
from index.catalog import BY_CODE
from index.errors import CalendarEnds
from index.faults import Fault
from index.kinds import Column, Kind, Type
from index.plausibility import outside_range, own_figures
from index.taxonomy import DRIVERS

Values = dict[str, Any]
Parser = Callable[[Column, str], Any]

# How far a close may stand outside [low, high], or high below low, as a share of the close. The exchanges' own rows of
# 1991-1995 are off by up to 3.1 %, a rounded row by a few hundredths of a point.
RANGE_SLACK = 0.05
REMEMBERED = 10_000  # cells a column
_FIGURES_OF_A_BAR = ("open", "high", "low", "close", "volume_shares", "turnover_cny")
SHOWN = 40  # characters of a cell that is too long to be repeated
LONGEST_CELL = 2_000  # characters; a longer title is a file read with the wrong quoting


class Rejected(Exception):
    """A row that must not be stored."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


class Checked(NamedTuple):  # one a row: a frozen dataclass takes four times as long to make
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
    names, by_column = readers(kind)
    values = dict(zip(names, [read(cell) for read, cell in zip(by_column, cells, strict=True)], strict=True))
    return judged(kind, values, now)


def judged(kind: Kind, values: Values, now: datetime) -> Checked:
    """Judge a row whose cells have been read.

    Raises:
        Rejected: a rule is broken, or the row would have been published after `now`.
    """
    for rule in RULES.get(kind.name, ()):
        rule(values)
    published_at = _published(kind, values)
    if published_at > now:
        raise Rejected(Fault("not_public_yet", kind.dated_by[-1], str(values[kind.dated_by[-1]])))
    return Checked(values, published_at, own_figures(kind.name, values))


@cache
def readers(kind: Kind) -> tuple[tuple[str, ...], tuple[Callable[[str], Any], ...]]:
    """The columns' names and what reads a cell of each; the same cells come again and again."""
    found = (lru_cache(REMEMBERED)(partial(_read, column, _PARSERS[column.type])) for column in kind.columns)
    return tuple(column.name for column in kind.columns), tuple(found)


def _read(column: Column, parse: Parser, cell: str) -> Any:  # noqa: ANN401 - a cell is a number, a text or None
    return parse(column, cell) if cell else _unknown(column)


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
        raise Rejected(Fault("too_long", column.name, cell[:SHOWN]))
    return cell if cell.isprintable() else "".join(filter(str.isprintable, cell)).strip()


def _day(column: Column, cell: str) -> str:
    try:
        iso = date.fromisoformat(cell).isoformat()
    except ValueError:
        iso = ""
    # fromisoformat also reads "20240930" and "2024-W40-1", which are more likely damage than intent
    if iso != cell:
        raise Rejected(Fault("not_a_date", column.name, cell))
    return iso


def _moment(column: Column, cell: str) -> str:
    """A date stays a date, so that "hour not known" stays known; a moment gets its zone."""
    if len(cell) <= len("2024-09-30"):
        return _day(column, cell)
    return _iso_moment(column.name, cell).isoformat()


_PARSERS: Mapping[Type, Parser] = {Type.NUMBER: _number, Type.TEXT: _text, Type.DAY: _day, Type.MOMENT: _moment}


def _iso_moment(column: str, cell: str) -> datetime:
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        raise Rejected(Fault("not_a_moment", column, cell)) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=sessions.BEIJING)


def _published(kind: Kind, values: Values) -> datetime:
    """The moment that the row states, or the publisher's usual one."""
    dated = values[kind.dated_by[-1]]
    return datetime.fromisoformat(dated) if "T" in dated else _usual_moment(kind, *map(values.get, kind.dated_by))


@lru_cache(maxsize=50_000)
def _usual_moment(kind: Kind, *dated_by: str) -> datetime:
    return kind.published(*dated_by[:-1], date.fromisoformat(dated_by[-1]))


def _index_is_known(values: Values) -> None:
    if values["index"] not in BY_CODE:
        raise Rejected(Fault("unknown_index", "index", values["index"]))


def _exchange_was_open(values: Values) -> None:
    index = BY_CODE.get(values.get("index", ""))
    if not _open(values["session"], is_mainland=index is None or index.is_mainland):
        raise Rejected(Fault("market_closed", "session", values["session"]))


@lru_cache(maxsize=50_000)
def _open(session: str, *, is_mainland: bool) -> bool:
    day = date.fromisoformat(session)
    if day.weekday() > sessions.FRIDAY or not is_mainland:
        return day.weekday() <= sessions.FRIDAY
    try:
        return day >= sessions.FIRST_SESSION and sessions.is_session(day)
    except CalendarEnds:
        return True  # past the calendar's knowledge a weekday may be a session


def _connect_was_open(values: Values) -> None:
    if not _connect_open(values["session"]):
        raise Rejected(Fault("market_closed", "session", values["session"]))


@lru_cache(maxsize=50_000)
def _connect_open(session: str) -> bool:
    day = date.fromisoformat(session)
    try:
        return sessions.connect_is_open(day)
    except CalendarEnds:
        return True  # as above; weekends are known to be closed


def _driver_is_known(values: Values) -> None:
    if values["driver"] not in DRIVERS:
        raise Rejected(Fault("unknown_driver", "driver", values["driver"]))


def _polarity_is_a_sign(values: Values) -> None:
    if values["polarity"] not in (-1, 0, 1):
        raise Rejected(Fault("not_a_sign", "polarity", str(values["polarity"])))


def _link_is_of_the_web(values: Values) -> None:
    """Readers tap a link: ``javascript:`` or ``file:`` would be none of a publisher's."""
    url = values["url"]
    if url and not url.lower().startswith(("https://", "http://")):
        raise Rejected(Fault("not_a_link", "url", url[:SHOWN]))


def _close_is_known(values: Values) -> None:
    """A bar is its close: a row without one is not stored, whether other figures stand in it or none at all."""
    if values["close"] is None:
        is_blank = all(values[column] is None for column in _FIGURES_OF_A_BAR)
        raise Rejected(Fault("no_figures", "session", values["session"]) if is_blank else Fault("missing", "close"))


def _range_holds_the_close(values: Values) -> None:
    """A close far outside its day's range is a damaged row; a little outside is how early rows were published."""
    if outside_range(values) > RANGE_SLACK * values["close"]:
        raise Rejected(Fault("outside_range", "close", str(values["close"])))


def _activity_is_not_negative(values: Values) -> None:
    for column in ("volume_shares", "volume", "turnover_cny", "advancers", "decliners", "unchanged"):
        if (values.get(column) or 0) < 0:
            raise Rejected(Fault("negative", column, str(values[column])))


def _figures_can_be(kind: str) -> Callable[[Values], None]:
    def rule(values: Values) -> None:
        fault = out_of_bounds(kind, values)
        if fault:
            raise Rejected(fault)

    return rule


RULES: Mapping[str, tuple[Callable[[Values], None], ...]] = {
    "bars": (
        _index_is_known, _exchange_was_open, _close_is_known, _range_holds_the_close, _activity_is_not_negative,
        _figures_can_be("bars"),
    ),
    "etf": (_exchange_was_open, _activity_is_not_negative, _figures_can_be("etf")),
    "sectors": (_exchange_was_open,),
    "northbound": (_connect_was_open,),
    "margin": (_exchange_was_open, _figures_can_be("margin")),
    "breadth": (_exchange_was_open, _activity_is_not_negative, _figures_can_be("breadth")),
    "rates": (_figures_can_be("rates"),),
    "etf_shares": (_exchange_was_open,),
    "connect": (_connect_was_open,),
    "constituents": (_exchange_was_open,),
    "events": (_driver_is_known, _polarity_is_a_sign, _link_is_of_the_web),
    "headlines": (_link_is_of_the_web,),
}  # fmt: skip
