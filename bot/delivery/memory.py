"""What a chat was last told, for an hour: enough to understand "and yesterday?", nothing that anybody wrote."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, select

from bot.delivery.tables import TURN, insert, transaction

LASTS = timedelta(hours=1)  # after that a conversation is a new one


def remember(engine: Engine, chat_id: int, user_id: int, told: str, at: datetime) -> None:
    """Keep what somebody was last told in a chat, and drop what is too old to matter anywhere."""
    values = {"told": told, "until": at + LASTS}
    with transaction(engine) as connection:
        connection.execute(delete(TURN).where(TURN.c.until < at))
        row = insert(connection, TURN).values(chat_id=chat_id, user_id=user_id, **values)
        connection.execute(row.on_conflict_do_update(index_elements=["chat_id", "user_id"], set_=values))


def recall(engine: Engine, chat_id: int, user_id: int, at: datetime) -> str | None:
    """What somebody was last told in a chat; None when that was too long ago."""
    mine = TURN.c.chat_id == chat_id, TURN.c.user_id == user_id, TURN.c.until >= at
    with transaction(engine) as connection:
        return connection.execute(select(TURN.c.told).where(*mine)).scalar_one_or_none()


def forget(engine: Engine, chat_id: int) -> None:
    """Drop all that is kept of a chat's conversations."""
    with transaction(engine) as connection:
        connection.execute(delete(TURN).where(TURN.c.chat_id == chat_id))
