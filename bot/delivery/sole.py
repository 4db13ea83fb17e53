"""One process at a time empties the outbox of a database.

The operating system (SQLite) or the server (PostgreSQL) holds the lock, and frees it at the very moment at which
the process dies: no lease has to run out before a restarted one goes on.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import Engine, text

from bot.delivery.errors import AlreadyBroadcasting
from index.errors import MarketError, StoreUnreachable

_KEY = 7_704_879_112  # any number that no other program takes for its own advisory lock


@contextmanager
def sole(engine: Engine) -> Iterator[None]:
    """Be the only one, among processes and within this one.

    Raises:
        AlreadyBroadcasting: somebody else is.
    """
    held = _on_postgresql if engine.dialect.name == "postgresql" else _on_sqlite
    with held(engine):
        yield


@contextmanager
def _on_sqlite(engine: Engine) -> Iterator[None]:
    beside = f"{engine.url.database}.broadcast" if engine.url.database else ":memory:"
    try:
        lock = sqlite3.connect(beside, timeout=0, isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        raise _refused(str(engine.url), error) from error
    with closing(lock):
        yield


def _refused(url: str, error: sqlite3.OperationalError) -> MarketError:
    return AlreadyBroadcasting(url) if error.sqlite_errorname == "SQLITE_BUSY" else StoreUnreachable(url, str(error))


@contextmanager
def _on_postgresql(engine: Engine) -> Iterator[None]:
    with engine.connect() as connection:
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _KEY}).scalar_one():
            raise AlreadyBroadcasting(str(engine.url))
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _KEY})
