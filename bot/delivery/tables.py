"""The tables of delivery, and how a database is asked about them.

The same statements run on SQLite and PostgreSQL. Moments are integers, microseconds since 1970 in UTC: they sort
by time, and a delivery row, of which a campaign may hold a million, stays small.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Dialect,
    Engine,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    inspect,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateColumn
from sqlalchemy.types import TypeDecorator

from bot.delivery.choice import USUAL
from index.store import create_tables, reporting

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTES_AN_HOUR = 60


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment.

    >>> microseconds(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(microseconds: int) -> datetime:
    """The aware UTC moment of so many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=microseconds)


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """What the database is given."""
        del dialect
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """What the database's answer means."""
        del dialect
        return None if value is None else moment_of(value)


class TimeOfDay(TypeDecorator[time]):
    """A local time of the exchange, kept as minutes since its midnight."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: time | None, dialect: Dialect) -> int | None:
        """What the database is given."""
        del dialect
        return None if value is None else value.hour * _MINUTES_AN_HOUR + value.minute

    def process_result_value(self, value: int | None, dialect: Dialect) -> time | None:
        """What the database's answer means."""
        del dialect
        return None if value is None else time(*divmod(value, _MINUTES_AN_HOUR))


class Codes(TypeDecorator[tuple[str, ...]]):
    """Index codes, kept as one text with a space on either side of each, so that LIKE finds one."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        """What the database is given."""
        del dialect
        return None if value is None else f" {' '.join(value)} "

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        """What the database's answer means."""
        del dialect
        return tuple((value or "").split())


class State(IntEnum):
    """Where one delivery stands."""

    READY = 0  # not sent, or sent with an unknown outcome and due again
    IN_DOUBT = 1  # the intent is committed, the outcome is not known (yet)
    SENT = 2
    DEAD = 3  # the chat cannot be reached
    EXPIRED = 4  # its time ran out before it was sent
    REFUSED = 5  # Telegram did not take the message, for a reason that is not the chat's
    UNRESOLVED = 6  # twice sent, and twice the outcome stayed unknown: a third copy is never risked
    SKIPPED = 7  # the chat changed its mind before its turn came


METADATA = MetaData()
# SQLite keeps a 64-bit INTEGER key in the row itself; as BIGINT it would need an index beside it.
_Id = BigInteger().with_variant(Integer(), "sqlite")

CHAT = Table(
    "chat",
    METADATA,
    Column("chat_id", _Id, primary_key=True, autoincrement=False),
    Column("kind", String(10), nullable=False),
    Column("language", String(16), nullable=False, default="en"),
    Column("colours", String(16), nullable=False, default="red_up"),
    Column("thread_id", _Id),
    Column("indices", Codes, nullable=False, default=USUAL),
    Column("closes", Codes, nullable=False, default=USUAL, server_default=f" {' '.join(USUAL)} "),
    Column("min_move_pct", Float(53), nullable=False, default=0.0),
    Column("muted_until", Moment),
    Column("send_at", TimeOfDay),
    Column("subscribed", Boolean, nullable=False, default=False),
    Column("alive", Boolean, nullable=False, default=True),
    Column("dead_reason", Text, nullable=False, default=""),
    Column("migrated_to", _Id),
    Column("missing_on", String(10), doc="the UTC date on which Telegram first did not find it"),
)

CAMPAIGN = Table(
    "campaign",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("session", String(10), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("not_after", Moment, nullable=False),
    Column("state", String(8), nullable=False, doc="open, done, stopped or expired"),
    Column("stopped_by", Text, nullable=False, default=""),
    Column("corrects", Integer, doc="the campaign whose messages this one edits"),
    UniqueConstraint("kind", "session"),
    sqlite_autoincrement=True,  # the id of a campaign that was pruned is never another's
)

EDITION = Table(
    "edition",
    METADATA,
    Column("campaign_id", Integer, primary_key=True, autoincrement=False),
    Column("number", SmallInteger, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("picture", LargeBinary),
    Column("caption", Text, nullable=False),
    Column("buttons", Text, nullable=False),
    Column("file_id", Text, nullable=False, default=""),
    Column("change_pct", Float(53), doc="the move that it is about; None where it is about none"),
)

DELIVERY = Table(
    "delivery",
    METADATA,
    Column("campaign_id", Integer, primary_key=True, autoincrement=False),
    Column("chat_id", _Id, primary_key=True, autoincrement=False),
    Column("thread_id", _Id),
    Column("edition", SmallInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("due_us", BigInteger, nullable=False),
    Column("doubts", SmallInteger, nullable=False, doc="how often an outcome stayed unknown"),
    Column("paid", SmallInteger, nullable=False, doc="how often it was sent above the free rate"),
    Column("as_text", Boolean, nullable=False, doc="the chat takes no photos"),
    Column("message_id", _Id),
    Column("error", Text),
    sqlite_with_rowid=False,
)
# What a campaign still has to send, in order. Rows leave it as they are sent, so that it stays cheap to keep.
IS_READY = text("state = 0")
Index(
    "delivery_ready",
    DELIVERY.c.campaign_id,
    DELIVERY.c.due_us,
    DELIVERY.c.chat_id,
    sqlite_where=IS_READY,
    postgresql_where=IS_READY,
)

SAID = Table(
    "close_told",
    METADATA,
    Column("campaign_id", Integer, primary_key=True, autoincrement=False),
    Column("code", String(16), primary_key=True, doc="of the index"),
    Column("level", Float(53), nullable=False, doc="in points"),
    Column("change_pts", Float(53), nullable=False),
    Column("change_pct", Float(53), nullable=False),
)

TURN = Table(
    "turn",
    METADATA,
    Column("chat_id", _Id, primary_key=True, autoincrement=False),
    Column("user_id", _Id, primary_key=True, autoincrement=False, doc="0 where nobody is behind a post"),
    Column("told", Text, nullable=False),
    Column("until", Moment, nullable=False, index=True),
)

UPDATE = Table(
    "telegram_update",
    METADATA,
    Column("update_id", _Id, primary_key=True, autoincrement=False),
    Column("received_at", Moment, nullable=False),
    Column("payload", Text, doc="None once it is handled: what people wrote is not kept"),
    Column("tries", SmallInteger, nullable=False, default=0),
)


def create(engine: Engine) -> None:
    """Create the tables that are not there yet, and the columns that an older version did not know.

    Raises:
        StoreUnreachable: the database cannot be opened or written.
    """
    with reporting(str(engine.url)):
        create_tables(engine, METADATA)
        for table in METADATA.sorted_tables:
            _widen(engine, table)


def _widen(engine: Engine, table: Table) -> None:
    for name in sorted(set(table.c.keys()) - _columns(engine, table)):
        column = CreateColumn(table.c[name]).compile(dialect=engine.dialect)
        try:
            with engine.begin() as connection:
                connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {column}"))
        except DBAPIError:
            if name not in _columns(engine, table):  # else another process was quicker
                raise


def _columns(engine: Engine, table: Table) -> set[str]:
    return {column["name"] for column in inspect(engine).get_columns(table.name)}


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A connection whose changes are kept together or not at all.

    Raises:
        StoreUnreachable: the database refused (full disk, lost connection, locked for too long).
    """
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError:  # alone: what else the caller's own lines raise is no word of the database
        with reporting(str(engine.url)):
            raise


def insert(connection: Connection, table: Table) -> Any:  # noqa: ANN401 - two dialects' classes with one interface
    """An INSERT that can say ON CONFLICT, in the connection's dialect."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
