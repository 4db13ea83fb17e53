"""One broadcaster at a time empties the outbox of a database.

The operating system (SQLite) or the server (PostgreSQL) holds the lock, and frees it at the very moment at which
the process dies: no lease has to run out before a restarted one goes on. A database in memory is its process's own,
and so is its lock.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

from bot.delivery.errors import AlreadyBroadcasting
from index.errors import StoreUnreachable
from index.store import reporting

_KEY = 7_704_879_112  # any number that no other program takes for its own advisory lock
_IN_MEMORY: WeakKeyDictionary[Engine, Lock] = WeakKeyDictionary()


@contextmanager
def sole(engine: Engine) -> Iterator[None]:
    """Be the only one, among processes and within this one.

    Errors of what is done meanwhile are left alone.

    Raises:
        AlreadyBroadcasting: somebody else is.
        StoreUnreachable: the database, or the file of the lock beside it, cannot be opened.
    """
    with _holder(engine):
        yield


def _holder(engine: Engine) -> AbstractContextManager[None]:
    if engine.dialect.name == "postgresql":
        return _on_postgresql(engine)
    return _in_memory(engine) if engine.url.database in {None, "", ":memory:"} else _on_sqlite(engine)


@contextmanager
def _in_memory(engine: Engine) -> Iterator[None]:
    lock = _IN_MEMORY.setdefault(engine, Lock())
    if not lock.acquire(blocking=False):
        raise AlreadyBroadcasting(str(engine.url))
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _on_sqlite(engine: Engine) -> Iterator[None]:
    url = str(engine.url)
    with _refusals(url):
        lock = sqlite3.connect(f"{engine.url.database}.broadcast", timeout=0, isolation_level=None)
    with closing(lock):
        with _refusals(url):
            lock.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def _refusals(url: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        is_held = error.sqlite_errorname == "SQLITE_BUSY"
        raise (AlreadyBroadcasting(url) if is_held else StoreUnreachable(url, str(error))) from error


@contextmanager
def _on_postgresql(engine: Engine) -> Iterator[None]:
    url = str(engine.url)
    with reporting(url):
        connection = engine.connect()
    with closing(connection):
        with reporting(url):
            # a session that is idle in a transaction all the while keeps the server from clearing away old rows
            connection.execution_options(isolation_level="AUTOCOMMIT")
            is_ours = connection.execute(select(func.pg_try_advisory_lock(_KEY))).scalar_one()
        if not is_ours:
            raise AlreadyBroadcasting(url)
        try:
            yield
        finally:
            _let_go(connection)


def _let_go(connection: Connection) -> None:
    with suppress(DBAPIError):  # a session that was lost has let go already
        connection.execute(select(func.pg_advisory_unlock(_KEY)))
