"""Telegram's updates, written down before they are handled: each is handled once, and none is lost to a kill.

Telegram sends an update again until it is confirmed, and a confirmed one never again. So an update is recorded,
then confirmed, then handled, then marked as handled; what a killed process recorded and did not handle is found
by the next one.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, select, update

from bot.delivery.tables import UPDATE, insert, transaction

# An update that ends the process each time must not end it for ever.
TRIES_AT_MOST = 3


@dataclass(frozen=True, slots=True)
class Recorded:
    """An update that was not handled: its id, and its JSON as Telegram sent it."""

    update_id: int
    payload: str


def record(engine: Engine, update_id: int, payload: str, at: datetime) -> bool:
    """Keep an update before it is confirmed to Telegram.

    Returns:
        False when it came before: it is handled, or will be.

    Raises:
        StoreUnreachable: the database refused; the update must not be confirmed.
    """
    with transaction(engine) as connection:
        row = insert(connection, UPDATE).values(update_id=update_id, received_at=at, payload=payload, tries=1)
        stored = connection.execute(row.on_conflict_do_nothing().returning(UPDATE.c.update_id))
        return stored.one_or_none() is not None


def done(engine: Engine, update_id: int) -> None:
    """Note that an update was handled, and drop what it said."""
    with transaction(engine) as connection:
        connection.execute(update(UPDATE).where(UPDATE.c.update_id == update_id).values(payload=None))


def unhandled(engine: Engine) -> tuple[Recorded, ...]:
    """What an earlier process left, oldest first; counted as tried once more.

    Call it at the start, before new updates are taken.
    """
    left = UPDATE.c.payload.is_not(None)
    with transaction(engine) as connection:
        connection.execute(update(UPDATE).where(left, UPDATE.c.tries >= TRIES_AT_MOST).values(payload=None))
        connection.execute(update(UPDATE).where(left).values(tries=UPDATE.c.tries + 1))
        query = select(UPDATE.c.update_id, UPDATE.c.payload).where(left).order_by(UPDATE.c.update_id)
        return tuple(Recorded(*row) for row in connection.execute(query))


def prune(engine: Engine, before: datetime) -> int:
    """Forget ids of handled updates that came before a moment; Telegram keeps updates for a day at most.

    Returns:
        How many.
    """
    with transaction(engine) as connection:
        old = UPDATE.c.received_at < before, UPDATE.c.payload.is_(None)
        return connection.execute(delete(UPDATE).where(*old)).rowcount
