"""The chats that the bot knows: their settings, whether they subscribed, whether they can still be reached.

A chat has settings without a subscription too: a group's language outlives its leaving.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypedDict, Unpack

from sqlalchemy import Connection, Engine, and_, delete, func, or_, select, update

from bot.delivery.choice import USUAL
from bot.delivery.tables import CAMPAIGN, CHAT, DELIVERY, IS_READY, State, insert, transaction

KINDS = ("private", "group", "supergroup", "channel")
COLOURS = ("red_up", "green_up")


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A chat and its settings.

    Attributes:
        chat_id: Telegram's id; below zero for groups and channels.
        kind: private, group, supergroup or channel.
        language: a folder of the templates, ``zh-hans``.
        colours: ``red_up`` (the Chinese habit) or ``green_up``.
        thread_id: the forum topic that messages go to; None is General.
        indices: codes of indices; the first is meant where a question names none.
        closes: codes of the indices that its close speaks of, in the catalogue's order; the first leads.
        min_move_pct: where the leading index moved less nothing is sent (1.5 = 1.5 %).
        muted_until: nothing is sent before this moment.
        send_at: the local time of the exchange at which it wants the close; None is at once.
        subscribed: whether it gets the closes.
        alive: False once Telegram said that the bot can no longer write there; `dead_reason` has its words.
        migrated_to: the supergroup that this group became.
    """

    chat_id: int
    kind: str
    language: str = "en"
    colours: str = "red_up"
    thread_id: int | None = None
    indices: tuple[str, ...] = USUAL
    closes: tuple[str, ...] = USUAL
    min_move_pct: float = 0.0
    muted_until: datetime | None = None
    send_at: time | None = None
    subscribed: bool = False
    alive: bool = True
    dead_reason: str = ""
    migrated_to: int | None = None


class Settings(TypedDict, total=False):
    """What a chat may change about itself."""

    language: str
    colours: str
    thread_id: int | None
    indices: tuple[str, ...]
    closes: tuple[str, ...]
    min_move_pct: float
    muted_until: datetime | None
    send_at: time | None


_FIELDS = tuple(CHAT.c[name] for name in Subscriber.__dataclass_fields__)
_ALIVE: Mapping[str, Any] = {"alive": True, "dead_reason": "", "missing_on": None, "migrated_to": None}


def get(engine: Engine, chat_id: int) -> Subscriber | None:
    """What is known of a chat; None when nothing is."""
    with transaction(engine) as connection:
        return _read(connection, chat_id)


def change(engine: Engine, chat_id: int, kind: str, **settings: Unpack[Settings]) -> Subscriber:
    """Keep settings of a chat, subscribed or not; those not named stay as they are.

    Returns:
        The chat as it is now.
    """
    with transaction(engine) as connection:
        _put(connection, chat_id, {"kind": kind, **settings})
        return _known(connection, chat_id)


def subscribe(engine: Engine, chat_id: int, kind: str, **settings: Unpack[Settings]) -> Subscriber:
    """Let a chat have the closes from now on, and believe again that it can be reached."""
    with transaction(engine) as connection:
        _put(connection, chat_id, {"kind": kind, **settings, "subscribed": True, **_ALIVE})
        return _known(connection, chat_id)


def unsubscribe(engine: Engine, chat_id: int) -> bool:
    """Stop the closes, what is still queued included; the settings stay.

    Returns:
        Whether it was subscribed.
    """
    with transaction(engine) as connection:
        left = _set(connection, chat_id, CHAT.c.subscribed, subscribed=False)
        connection.execute(update(DELIVERY).where(*_queued(chat_id)).values(state=State.SKIPPED))
        return left


def retire(engine: Engine, chat_id: int, reason: str) -> bool:
    """Note that the bot can no longer write to a chat (blocked, kicked, deactivated).

    Args:
        engine: the database.
        chat_id: the chat.
        reason: Telegram's words.

    Returns:
        Whether it was thought alive until now.
    """
    with transaction(engine) as connection:
        return bury(connection, chat_id, reason)


def bury(connection: Connection, chat_id: int, reason: str) -> bool:
    """`retire` within a transaction of the caller."""
    return _set(connection, chat_id, CHAT.c.alive, alive=False, dead_reason=reason)


def revive(engine: Engine, chat_id: int) -> bool:
    """Note that the bot can write to a chat again (/start, my_chat_member); its subscription stands.

    Returns:
        Whether it was thought dead until now.
    """
    with transaction(engine) as connection:
        return _set(connection, chat_id, ~CHAT.c.alive & CHAT.c.migrated_to.is_(None), **_ALIVE)


def migrate(engine: Engine, old_id: int, new_id: int) -> None:
    """Follow a group that became a supergroup: settings, subscription and queued messages, in one transaction.

    Where the supergroup is known already the two are merged, and what both have queued is sent once.
    Doing it again changes nothing.
    """
    with transaction(engine) as connection:
        rekey(connection, old_id, new_id)


def rekey(connection: Connection, old_id: int, new_id: int) -> None:
    """`migrate` within a transaction of the caller."""
    old, new = _read(connection, old_id), _read(connection, new_id)
    if old is not None and old.migrated_to is None:
        _put(connection, new_id, _merged(old, new))
        gone = {"subscribed": False, "alive": False, "dead_reason": "migrated", "migrated_to": new_id}
        connection.execute(update(CHAT).where(CHAT.c.chat_id == old_id).values(gone))
    taken = select(DELIVERY.c.campaign_id).where(DELIVERY.c.chat_id == new_id, _of_open_campaigns())
    connection.execute(delete(DELIVERY).where(*_queued(old_id), DELIVERY.c.campaign_id.in_(taken)))
    connection.execute(update(DELIVERY).where(*_queued(old_id)).values(chat_id=new_id))


def drop_topic(connection: Connection, chat_id: int) -> None:
    """Send to General from now on: the chat's topic is closed or gone."""
    connection.execute(update(CHAT).where(CHAT.c.chat_id == chat_id).values(thread_id=None))


def miss(connection: Connection, chat_id: int, on: date, reason: str) -> None:
    """Note that Telegram did not find a chat; the second day on which it does not, the chat is retired."""
    day = on.isoformat()
    _set(connection, chat_id, CHAT.c.missing_on < day, alive=False, dead_reason=reason)
    _set(connection, chat_id, CHAT.c.missing_on.is_(None), missing_on=day)


def forget(engine: Engine, chat_id: int) -> bool:
    """Delete everything that is stored about a chat.

    Returns:
        Whether anything was known of it.
    """
    with transaction(engine) as connection:
        in_any = DELIVERY.c.campaign_id.in_(select(CAMPAIGN.c.id))
        sent = connection.execute(delete(DELIVERY).where(DELIVERY.c.chat_id == chat_id, in_any)).rowcount
        origins = connection.execute(delete(CHAT).where(CHAT.c.migrated_to == chat_id)).rowcount
        return connection.execute(delete(CHAT).where(CHAT.c.chat_id == chat_id)).rowcount + sent + origins > 0


def subscribers(engine: Engine) -> Iterator[Subscriber]:
    """Every living subscriber, by chat id; read in pieces, so that a million fit."""
    query = select(*_FIELDS).where(is_reached()).order_by(CHAT.c.chat_id)
    with transaction(engine) as connection:
        for row in connection.execution_options(yield_per=1000).execute(query):
            yield Subscriber(*row)


def count(engine: Engine) -> Mapping[str, int]:
    """How many living subscribers there are of each kind of chat."""
    query = select(CHAT.c.kind, func.count()).where(is_reached()).group_by(CHAT.c.kind)
    with transaction(engine) as connection:
        found = {row[0]: row[1] for row in connection.execute(query)}
    return {kind: found.get(kind, 0) for kind in KINDS}


def is_reached() -> Any:  # noqa: ANN401 - an SQL condition
    """The condition that a chat is subscribed and alive."""
    return and_(CHAT.c.subscribed, CHAT.c.alive)


def _read(connection: Connection, chat_id: int) -> Subscriber | None:
    row = connection.execute(select(*_FIELDS).where(CHAT.c.chat_id == chat_id)).one_or_none()
    return None if row is None else Subscriber(*row)


def _known(connection: Connection, chat_id: int) -> Subscriber:
    return Subscriber(*connection.execute(select(*_FIELDS).where(CHAT.c.chat_id == chat_id)).one())


def _put(connection: Connection, chat_id: int, values: Mapping[str, Any]) -> None:
    statement = insert(connection, CHAT).values(chat_id=chat_id, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["chat_id"], set_=dict(values)))


def _set(connection: Connection, chat_id: int, condition: Any, **values: object) -> bool:  # noqa: ANN401 - SQL
    changed = connection.execute(update(CHAT).where(CHAT.c.chat_id == chat_id, condition).values(**values))
    return changed.rowcount > 0


def _merged(old: Subscriber, new: Subscriber | None) -> dict[str, Any]:
    """The supergroup's row: its own settings where it has subscribed under them, else the group's."""
    if new is not None and new.subscribed:
        return {"kind": new.kind}
    settings = {name: getattr(old, name) for name in Settings.__annotations__}
    return {"kind": "supergroup", **settings, "subscribed": old.subscribed, "alive": old.alive or new is not None}


def _of_open_campaigns() -> Any:  # noqa: ANN401 - an SQL condition
    # Named by campaign, the chat's rows are found by their key; by the chat alone every row would be read.
    unfinished = or_(CAMPAIGN.c.state == "open", CAMPAIGN.c.state == "stopped")
    return DELIVERY.c.campaign_id.in_(select(CAMPAIGN.c.id).where(unfinished))


def _queued(chat_id: int) -> tuple[Any, ...]:
    return DELIVERY.c.chat_id == chat_id, IS_READY, _of_open_campaigns()
