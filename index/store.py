"""Remembers figures. Every read is "as known at" a moment; nothing is ever overwritten.

A row that says something else about a figure already stored is a revision: it is kept beside the older one and was
not known before it came in, so that a question about an earlier moment gets the answer it got then. A read answers
with the newest row that was known at the asked moment. A row stored before is not stored again.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Compiled,
    Connection,
    Engine,
    Exists,
    Float,
    Index,
    Insert,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    bindparam,
    case,
    create_engine,
    event,
    exists,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy import Column as SqlColumn
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.schema import CreateIndex, CreateTable

from index import leaps
from index.bars import Bars, Days
from index.errors import StoreUnreachable
from index.kinds import KINDS, Column, Kind, Type

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = Mapping[str, Any]

METADATA = MetaData()
_SQL_TYPES: Mapping[Type, Any] = {
    Type.TEXT: Text,
    Type.DAY: String(10),
    Type.MOMENT: String(32),
    Type.NUMBER: Float(53),
}


def _table(kind: Kind) -> Table:
    columns = [_sql_column(column, kind) for column in kind.columns]
    return Table(
        kind.name,
        METADATA,
        *columns,
        SqlColumn("publisher", Text, nullable=False),
        SqlColumn("known_at", String(20), nullable=False, index=True),
        SqlColumn("retrieved_at", String(27), nullable=False),
        SqlColumn("digest", String(16), primary_key=True),
        sqlite_with_rowid=False,  # rows lie in the order of their key, so that a series is read in one sweep
    )


def _sql_column(column: Column, kind: Kind) -> SqlColumn[Any]:
    in_key = column.name in kind.key and column.required
    return SqlColumn(column.name, _SQL_TYPES[column.type], primary_key=in_key, nullable=not column.required)


TABLES: Mapping[str, Table] = {name: _table(kind) for name, kind in KINDS.items()}
Index("bars_by_session", TABLES["bars"].c.session)


VERSION = Table("figures_version", METADATA, SqlColumn("number", BigInteger, nullable=False))


@dataclass(frozen=True, slots=True)
class Known:
    """One stored figure row with where it comes from.

    Attributes:
        values: the columns of its kind; None where a figure is not known.
        publisher: who published it.
        published_at: when it became public, aware UTC.
    """

    values: Row
    publisher: str
    published_at: datetime

    def __getitem__(self, column: str) -> Any:  # noqa: ANN401 - a cell is a number, a text or None
        return self.values[column]


class Store:
    """The figures, in any database that SQLAlchemy speaks to (SQLite by default)."""

    def __init__(self, url: str) -> None:
        """Open the store and create its tables.

        Args:
            url: a SQLAlchemy database URL.

        Raises:
            StoreUnreachable: the URL makes no sense or the database does not answer.
        """
        self.url = url
        with reporting(url):
            self.engine = _engine(url)
            create_tables(self.engine, METADATA)

    @property
    def is_shared(self) -> bool:
        """Whether another process that opens the same URL sees the same figures: not when they are kept in memory."""
        return self.engine.dialect.name != "sqlite" or self.engine.url.database not in {None, "", ":memory:"}

    def add(self, kind: str, rows: Sequence[Row]) -> int:
        """Store checked rows in one transaction.

        Args:
            kind: a name of the figure format, ``bars``.
            rows: one mapping a row with every column of the kind, ``publisher``, ``known_at`` (when it became
                public; the store moves it to ``retrieved_at`` when the row revises a stored figure),
                ``retrieved_at`` (see `stamp_exactly`) and ``digest`` (the same for the same values).

        Returns:
            How many of them were new.

        Raises:
            StoreUnreachable: the database refused (full disk, lost connection); nothing of `rows` was stored.
        """
        with reporting(self.url), self.engine.begin() as connection:
            before = _count(connection, TABLES[kind])
            if rows:
                self._insert(connection, KINDS[kind], rows)
                grow_version(connection)
            return _count(connection, TABLES[kind]) - before

    def _insert(self, connection: Connection, kind: Kind, rows: Sequence[Row]) -> None:
        # SQLAlchemy's own way with parameters takes longer than the database itself
        statement = _insert_new(self.engine, kind).compile(dialect=self.engine.dialect)
        connection.exec_driver_sql(str(statement), _parameters(statement, rows))

    def count(self, kind: str) -> int:
        """How many rows of a kind are stored, revisions included."""
        with self._reading() as connection:
            return _count(connection, TABLES[kind])

    def version(self) -> int:
        """A number that grows whenever rows are added: what was read under another one may be out of date."""
        with self._reading() as connection:
            number: int = connection.execute(select(func.coalesce(func.max(VERSION.c.number), 0))).scalar_one()
            return number

    def bars(self, index: str, at: datetime) -> Bars:
        """The bars of an index as known at a moment, oldest first (empty arrays when none)."""
        every, moments = self.every_bar(index)
        known = np.flatnonzero(moments <= np.datetime64(stamp(at).removesuffix("Z")))
        return every.take(leaps.believed(every, known))

    def every_bar(self, index: str) -> tuple[Bars, Days]:
        """All bars of an index with those that revisions replaced, and when each became public.

        Returns:
            Bars in the order of sessions, of one session the newest last, and a ``datetime64[s]`` in UTC for each.
        """
        table = TABLES["bars"]
        wanted = [table.c[name] for name in ("session", *_BAR_NUMBERS, "publisher", "known_at")]
        query = select(*wanted).where(table.c.index == index, table.c.close.is_not(None))
        with self._reading() as connection:
            rows = connection.execute(query.order_by(table.c.session, *_newest_last(table))).all()
        known_at = np.array([row[-1].removesuffix("Z") for row in rows], dtype="datetime64[s]")
        return _as_bars(index, [row[:-1] for row in rows]), known_at

    def last_before(
        self, kind: str, column: str, subject: Mapping[str, str], before: tuple[str, str]
    ) -> tuple[str, float] | None:
        """The day and the newest figure stored last before a day; None when there is none.

        Args:
            kind: a name of the figure format.
            column: the figure wanted.
            subject: columns that must hold a value.
            before: the column of the day and the ISO day.
        """
        table, (dated, day) = TABLES[kind], before
        query = select(table.c[dated], table.c[column]).where(table.c[dated] < day, table.c[column].is_not(None))
        query = query.where(*(table.c[name] == value for name, value in subject.items()))
        newest = (moment.desc() for moment in (table.c[dated], *_newest_last(table)))
        with self._reading() as connection:
            found = connection.execute(query.order_by(*newest).limit(1)).first()
        return (found[0], found[1]) if found else None

    def every_row(self, kind: str) -> tuple[Known, ...]:
        """All rows of a kind, those that revisions replaced among them, in the order in which they became public."""
        table = TABLES[kind]
        with self._reading() as connection:
            found = connection.execute(select(table).order_by(*_newest_last(table))).mappings().all()
        return tuple(_known(row, KINDS[kind]) for row in found)

    def rows(self, kind: str, at: datetime, *, since: datetime | None = None, **equals: str) -> tuple[Known, ...]:
        """Rows of a kind as known at a moment, in the order in which they became public.

        Args:
            kind: a name of the figure format.
            at: nothing that became public after this moment is seen.
            since: nothing that became public before this moment is returned.
            equals: columns that must hold a value, ``code="510300"``.
        """
        table = TABLES[kind]
        query = select(table).where(table.c.known_at <= stamp(at))
        query = query.where(*(table.c[column] == value for column, value in equals.items()))
        query = query if since is None else query.where(table.c.known_at >= stamp(since))
        with self._reading() as connection:
            found = connection.execute(query.order_by(*_newest_last(table))).mappings().all()
        newest = _newest_of_each_key(found, KINDS[kind])
        believed = leaps.without_leaps(found, newest) if kind == "bars" else newest
        return tuple(_known(row, KINDS[kind]) for row in believed)

    @contextmanager
    def _reading(self) -> "Iterator[Connection]":
        with reporting(self.url), self.engine.connect() as connection:
            yield connection


def create_tables(engine: Engine, metadata: MetaData) -> None:
    """Create the tables and indexes that are not there yet, however many processes do so at once.

    Raises:
        sqlalchemy.exc.DBAPIError: the database cannot be opened or written; see `reporting`.
    """
    # create_all asks first and creates then, which fails when another process opens the same new database
    tables = metadata.sorted_tables
    indexes = (index for table in tables for index in table.indexes)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":  # whose IF NOT EXISTS asks first, too
            connection.execute(select(func.pg_advisory_xact_lock(_CREATING)))
        for table in tables:
            connection.execute(CreateTable(table, if_not_exists=True))
        for index in indexes:
            connection.execute(CreateIndex(index, if_not_exists=True))


@contextmanager
def reporting(url: str) -> "Iterator[None]":
    """Turn the driver's complaints into StoreUnreachable, with a URL that hides its password."""
    try:
        yield
    except (DBAPIError, ArgumentError, NoSuchModuleError, ModuleNotFoundError, OSError) as error:
        raise StoreUnreachable(_without_password(url), _first_line(error)) from error


@lru_cache(maxsize=50_000)  # an import stamps the same closes over and over
def stamp(moment: datetime) -> str:
    """An aware moment as the store's text, which sorts by time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp_exactly(moment: datetime) -> str:
    """The same to the microsecond, for the moment at which a row came in: two imports never share it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str) -> datetime:
    """The aware moment of a store's text."""
    return datetime.fromisoformat(text)


_TO_THE_SECOND: ColumnElement[int] = literal_column(str(len("2024-09-30T15:00:00")))
_CREATING = 7_704_879_111  # any number that no other program takes for its own advisory lock
_BAR_NUMBERS = ("open", "high", "low", "close", "volume_shares", "turnover_cny")


def _engine(url: str) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune_sqlite)
    return engine


def _tune_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:  # noqa: ANN401 - a driver's own class
    # WAL lets answers read while an import writes; NORMAL survives kill -9, which is what we promise.
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _insert_new(engine: Engine, kind: Kind) -> Insert:
    """Insert a row unless it is stored; one that revises a stored figure was not known before it came in."""
    table = TABLES[kind.name]
    new = {column.name: bindparam(f"new_{column.name}", type_=column.type) for column in table.c}
    came_in = func.substr(new["retrieved_at"], literal_column("1"), _TO_THE_SECOND).concat(literal_column("'Z'"))
    is_late_revision = _is_revision(kind, new) & (new["known_at"] < came_in)
    values = {**new, "known_at": case((is_late_revision, came_in), else_=new["known_at"])}
    if engine.dialect.name == "postgresql":
        return postgresql.insert(table).values(values).on_conflict_do_nothing()
    return sqlite.insert(table).values(values).on_conflict_do_nothing()


def _is_revision(kind: Kind, new: Mapping[str, BindParameter[Any]]) -> Exists:
    stored = TABLES[kind.name].alias()
    same_figure = (stored.c[column].is_not_distinct_from(new[column]) for column in kind.key)
    return exists().where(*same_figure, stored.c.digest != new["digest"])


def _parameters(statement: Compiled, rows: Sequence[Row]) -> Any:  # noqa: ANN401 - tuples or mappings, as the driver likes
    order = getattr(statement, "positiontup", None)
    if order:
        cells = itemgetter(*(name.removeprefix("new_") for name in order))
        return [cells(row) for row in rows]
    return [{f"new_{name}": cell for name, cell in row.items()} for row in rows]


def grow_version(connection: Connection) -> None:
    """Let everybody who keeps what was read know that something else holds now."""
    if not connection.execute(update(VERSION).values(number=VERSION.c.number + 1)).rowcount:
        connection.execute(VERSION.insert().values(number=1))


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _newest_last(table: Table) -> tuple[SqlColumn[Any], ...]:
    return table.c.known_at, table.c.retrieved_at, table.c.digest


def _newest_of_each_key(rows: Iterable[RowMapping], kind: Kind) -> Iterable[RowMapping]:
    newest: dict[tuple[Any, ...], RowMapping] = {}
    for row in rows:
        key = tuple(row[column] for column in kind.key)
        newest.pop(key, None)  # a revision takes the place in order that its own moment gives it
        newest[key] = row
    return newest.values()


def _known(row: RowMapping, kind: Kind) -> Known:
    values = {column.name: _value(row[column.name], column.type) for column in kind.columns}
    return Known(values, row["publisher"], moment(row["known_at"]))


def _value(cell: Any, cell_type: Type) -> Any:  # noqa: ANN401 - a cell is a number, a text or None
    return date.fromisoformat(cell) if cell_type is Type.DAY and cell else cell


def _as_bars(index: str, rows: Sequence[Sequence[Any]]) -> Bars:
    columns = list(zip(*rows, strict=True)) or [()] * (len(_BAR_NUMBERS) + 2)
    sessions, *numbers, sources = columns
    arrays = {name: np.array(column, dtype=np.float64) for name, column in zip(_BAR_NUMBERS, numbers, strict=True)}
    return Bars(index, np.array(sessions, dtype="datetime64[D]"), **arrays, sources=tuple(sources))


def _without_password(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}***@{rest.rpartition('@')[2]}" if "@" in rest else url


def _first_line(error: Exception) -> str:
    cause = error.orig if isinstance(error, OperationalError | DBAPIError) and error.orig else error
    return str(cause).splitlines()[0] if str(cause) else type(cause).__name__
