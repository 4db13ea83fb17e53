"""The documented figure format: which files there are, their columns, keys and when their rows became public.

The folder reader, the quality rules and the store's tables are all derived from this one description.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from index import publication


class Type(Enum):
    """What a column holds."""

    TEXT = "text"
    DAY = "day"  # a local date of the exchange
    MOMENT = "moment"  # a date or a date and time; without a zone it is Beijing time
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file. An empty cell of a column that is not required means: not known."""

    name: str
    type: Type
    required: bool = False
    positive: bool = False


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity: there is one object a kind
class Kind:
    """One file of the folder format and one table of the store.

    Attributes:
        name: the file's name without its ending, and the table's.
        columns: in the order in which the format documents them.
        key: the columns that say which figure a row is; a second row with the same key is a revision.
            A column of the key that may be empty tells rows apart but identifies none alone.
        subject: the column whose value names a publisher's series, where a file mixes several publishers.
        published: when a row's figures became public, from the values of `dated_by`.
        dated_by: the columns that `published` takes, the last of them a day.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    dated_by: tuple[str, ...]
    published: Callable[..., datetime]
    subject: str | None = None

    def column(self, name: str) -> Column:
        """A column by its name."""
        return next(column for column in self.columns if column.name == name)


def _text(name: str, *, required: bool = True) -> Column:
    return Column(name, Type.TEXT, required)


def _day(name: str, *, required: bool = True) -> Column:
    return Column(name, Type.DAY, required)


def _number(name: str, *, required: bool = False, positive: bool = False) -> Column:
    return Column(name, Type.NUMBER, required, positive)


def _price(name: str, *, required: bool = False) -> Column:
    return _number(name, required=required, positive=True)


def _moment(name: str) -> Column:
    return Column(name, Type.MOMENT, required=True)


SESSION = _day("session")
_KINDS = (
    Kind(
        "bars",
        (
            _text("index"), SESSION, _price("open"), _price("high"), _price("low"),
            _price("close"), _number("volume_shares"), _number("turnover_cny"),
        ),
        key=("index", "session"), dated_by=("index", "session"), published=publication.bar, subject="index",
    ),
    Kind(
        "etf",
        (_text("code"), SESSION, _price("close"), _number("volume"), _number("turnover_cny")),
        key=("code", "session"), dated_by=("session",), published=publication.shanghai_close, subject="code",
    ),
    Kind(
        "sectors",
        (_text("code"), _text("name"), SESSION, _price("close", required=True)),
        key=("code", "session"), dated_by=("session",), published=publication.shanghai_close, subject="code",
    ),
    Kind(
        "northbound",
        (SESSION, _number("net_buy_cny", required=True)),
        key=("session",), dated_by=("session",), published=publication.northbound,
    ),
    Kind(
        "margin",
        (SESSION, _text("market"), _number("financing_balance_cny"), _number("lending_balance_cny")),
        key=("session", "market"), dated_by=("session",), published=publication.margin, subject="market",
    ),
    Kind(
        "breadth",
        (SESSION, _text("market"), _number("advancers"), _number("decliners"), _number("unchanged")),
        key=("session", "market"), dated_by=("session",), published=publication.shanghai_close, subject="market",
    ),
    Kind(
        "etf_shares",
        (_text("code"), SESSION, _price("shares", required=True)),
        key=("code", "session"), dated_by=("session",), published=publication.margin, subject="code",
    ),
    Kind(
        "connect",
        (
            SESSION, _text("channel"), _price("turnover_cny", required=True), _number("trades"),
            _number("etf_turnover_cny"),
        ),
        key=("session", "channel"), dated_by=("session",), published=publication.connect, subject="channel",
    ),
    Kind(
        "rates",
        (_text("series"), _day("date"), _number("value", required=True)),
        key=("series", "date"), dated_by=("series", "date"), published=publication.rate, subject="series",
    ),
    Kind(
        "releases",
        (
            _moment("released_at"), _text("indicator"), _text("period", required=False),
            _number("actual"), _number("forecast"), _number("previous"), _text("unit", required=False),
        ),
        key=("indicator", "released_at"), dated_by=("indicator", "released_at"), published=publication.release,
        subject="indicator",
    ),
    Kind(
        "events",
        (
            _moment("announced_at"), _day("effective_on", required=False), _text("driver"),
            _number("polarity", required=True), _text("title_en"), _text("title_zh"), _text("url", required=False),
        ),
        key=("announced_at", "title_en", "effective_on"), dated_by=("announced_at",), published=publication.end_of_day,
    ),
    Kind(
        "headlines",
        (_moment("published_at"), _text("title"), _text("source"), _text("url", required=False), _text("lang")),
        key=("published_at", "source", "title"), dated_by=("source", "published_at"), published=publication.headline,
    ),
    Kind(
        "constituents",
        (
            SESSION, _text("code"), _text("sector", required=False), _price("price", required=True),
            _price("reference", required=True), _price("shares", required=True), _price("fx", required=True),
        ),
        key=("code", "session"), dated_by=("session",), published=publication.shanghai_close,
    ),
)  # fmt: skip

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}
