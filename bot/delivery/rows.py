"""What is asked of one campaign's rows, each within a transaction of the caller."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    exists,
    false,
    func,
    null,
    or_,
    select,
    text,
    update,
)

from bot.delivery.editions import Edition
from bot.delivery.outbox import Campaign
from bot.delivery.recipients import AGAIN_US
from bot.delivery.tables import CAMPAIGN, CHAT, DELIVERY, EDITION, IS_READY, State, moment_of


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery whose time has come.

    Attributes:
        chat_id: where it goes.
        thread_id: the forum topic, or None.
        edition: the number of the edition.
        doubts: how often it was sent without the outcome becoming known.
        as_text: the chat takes no photos.
        edits: the message that a correction edits; None when it is not known.
        is_unwanted: the chat has changed its mind since it was queued.
    """

    chat_id: int
    thread_id: int | None
    edition: int
    doubts: int
    as_text: bool
    edits: int | None = None
    is_unwanted: bool = False


@dataclass(frozen=True, slots=True)
class Settlement:
    """What came of a delivery: how its row stands from now on, and what else follows in the same transaction."""

    chat_id: int
    state: State
    thread_id: int | None
    doubts: int
    as_text: bool
    due_us: int = AGAIN_US
    message_id: int | None = None
    error: str = ""
    then: Callable[[Connection], object] | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """That a message is about to leave, and whether it is taken for paid."""

    chat_id: int
    paid: bool


def write(connection: Connection, campaign_id: int, entries: Sequence[Intent | Settlement]) -> set[int]:
    """Write down what came of deliveries, and which are about to leave.

    Returns:
        The chats whose messages may leave: those whose rows are still ready.
    """
    settlements = [entry for entry in entries if isinstance(entry, Settlement)]
    if settlements:
        connection.execute(_SETTLE, [_bound(campaign_id, settlement) for settlement in settlements])
    for settlement in settlements:
        if settlement.then:
            settlement.then(connection)
    intents = [entry for entry in entries if isinstance(entry, Intent)]
    return _intend(connection, campaign_id, intents, paid=False) | _intend(connection, campaign_id, intents, paid=True)


_OWN_ROW = (DELIVERY.c.campaign_id == bindparam("campaign"), DELIVERY.c.chat_id == bindparam("chat"))
_SETTLED = ("state", "thread_id", "doubts", "as_text", "due_us", "message_id", "error")
_SETTLE = update(DELIVERY).where(*_OWN_ROW).values({name: bindparam(f"new_{name}") for name in _SETTLED})
_INTEND = (
    update(DELIVERY)
    .where(_OWN_ROW[0], DELIVERY.c.chat_id.in_(bindparam("chats", expanding=True)), DELIVERY.c.state == State.READY)
    .values(state=State.IN_DOUBT, paid=DELIVERY.c.paid + bindparam("times"))
    .returning(DELIVERY.c.chat_id)
)


def _bound(campaign_id: int, settlement: Settlement) -> dict[str, Any]:
    row = {f"new_{name}": getattr(settlement, name) for name in _SETTLED}
    return {"campaign": campaign_id, "chat": settlement.chat_id, **row}


def _intend(connection: Connection, campaign_id: int, intents: Iterable[Intent], *, paid: bool) -> set[int]:
    chats = [intent.chat_id for intent in intents if intent.paid is paid]
    if not chats:
        return set()
    return set(connection.execute(_INTEND, {"campaign": campaign_id, "chats": chats, "times": int(paid)}).scalars())


def recover(connection: Connection, campaign: Campaign) -> None:
    """Make ready again what an earlier run left in doubt; what was in doubt twice is given up."""
    of_it = DELIVERY.c.campaign_id == campaign.id, DELIVERY.c.state == State.IN_DOUBT
    again = update(DELIVERY).where(*of_it).values(state=State.READY, due_us=AGAIN_US)
    if campaign.corrects is None:  # an edit may be made as often as one likes, a message not
        given_up = update(DELIVERY).where(*of_it, DELIVERY.c.doubts > 0)
        connection.execute(given_up.values(state=State.UNRESOLVED, doubts=DELIVERY.c.doubts + 1))
        again = again.values(doubts=DELIVERY.c.doubts + 1)
    connection.execute(again)
    close(connection, campaign.id, "open", "")


def mend_dues(connection: Connection, campaign_id: int, latest_us: int) -> None:
    """What waits for its doubt to pass waits no longer than that, though the clock was set back since."""
    waiting = DELIVERY.c.campaign_id == campaign_id, IS_READY, DELIVERY.c.doubts > 0, DELIVERY.c.due_us > latest_us
    connection.execute(update(DELIVERY).where(*waiting).values(due_us=latest_us))


def due(connection: Connection, campaign: Campaign, at_us: int, at_most: int) -> list[Due]:
    """What is to be sent by a moment, in order; not to chats that wait for an earlier campaign."""
    query = _due_rows(campaign, moment_of(at_us)).where(DELIVERY.c.campaign_id == campaign.id, _READY)
    query = query.where(DELIVERY.c.due_us <= at_us, *_not_waiting(connection, campaign))
    ordered = query.order_by(DELIVERY.c.due_us, DELIVERY.c.chat_id).limit(at_most)
    return [Due(*row) for row in connection.execute(ordered)]


# Written out, not bound: only then may a planner use the index of ready rows.
_READY = text("delivery.state = 0")
_ORIGINAL = DELIVERY.alias("original")


def _due_rows(campaign: Campaign, at: datetime) -> Select[Any]:
    columns = [DELIVERY.c[name] for name in ("chat_id", "thread_id", "edition", "doubts", "as_text")]
    if campaign.corrects is None:
        return _with_wishes(select(*columns, null(), _is_unwanted(at)))
    same_chat = (_ORIGINAL.c.campaign_id == campaign.corrects) & (_ORIGINAL.c.chat_id == DELIVERY.c.chat_id)
    return select(*columns, _ORIGINAL.c.message_id).join_from(DELIVERY, _ORIGINAL, same_chat, isouter=True)


def _with_wishes(query: Select[Any]) -> Select[Any]:
    same_edition = (EDITION.c.campaign_id == DELIVERY.c.campaign_id) & (EDITION.c.number == DELIVERY.c.edition)
    with_chat = query.join_from(DELIVERY, CHAT, CHAT.c.chat_id == DELIVERY.c.chat_id, isouter=True)
    return with_chat.join(EDITION, same_edition, isouter=True)


def _is_unwanted(at: datetime) -> ColumnElement[bool]:
    """Whether a chat would not be asked for any more; what is not known is no objection."""
    objections = ~CHAT.c.subscribed, CHAT.c.muted_until > at, CHAT.c.min_move_pct > func.abs(EDITION.c.change_pct)
    return or_(*(func.coalesce(objection, false()) for objection in objections))


def skip(connection: Connection, campaign_id: int, chat_ids: Collection[int]) -> None:
    """Take back what these chats do not want any more."""
    of_them = DELIVERY.c.campaign_id == campaign_id, DELIVERY.c.chat_id.in_(chat_ids), IS_READY
    connection.execute(update(DELIVERY).where(*of_them).values(state=State.SKIPPED))


def _not_waiting(connection: Connection, campaign: Campaign) -> list[ColumnElement[bool]]:
    open_before = (CAMPAIGN.c.id < campaign.id, CAMPAIGN.c.state == "open")
    earlier = connection.execute(select(CAMPAIGN.c.id).where(*open_before)).scalars().all()
    other = DELIVERY.alias("other")
    same_chat = (other.c.chat_id == DELIVERY.c.chat_id) & other.c.state.in_([State.READY, State.IN_DOUBT])
    return [~exists().where(other.c.campaign_id.in_(earlier), same_chat)] if earlier else []


def next_due(connection: Connection, campaign_id: int) -> int | None:
    """When the next delivery is due, in microseconds since 1970; None when none is left to send."""
    ready = DELIVERY.c.campaign_id == campaign_id, _READY
    due_us: int | None = connection.execute(select(func.min(DELIVERY.c.due_us)).where(*ready)).scalar_one()
    return due_us


def count(connection: Connection, campaign_id: int, states: Sequence[State]) -> int:
    """How many deliveries stand so."""
    of_it = DELIVERY.c.campaign_id == campaign_id, DELIVERY.c.state.in_(states)
    return connection.execute(select(func.count()).select_from(DELIVERY).where(*of_it)).scalar_one()


def editions(connection: Connection, campaign_id: int) -> list[tuple[Edition, str]]:
    """The editions by number, each with the file_id of its picture, or ""."""
    names = ("html", "picture", "caption", "buttons", "file_id")
    query = select(*(EDITION.c[name] for name in names)).where(EDITION.c.campaign_id == campaign_id)
    found = [(Edition(*row[:-1]), row[-1]) for row in connection.execute(query.order_by(EDITION.c.number))]
    pictures = {edition.picture: edition.picture for edition, _ in found}  # the same one is kept in memory once
    return [(replace(edition, picture=pictures[edition.picture]), file_id) for edition, file_id in found]


def keep_file(connection: Connection, campaign_id: int, number: int, file_id: str) -> None:
    """Remember the file_id under which Telegram keeps an edition's picture."""
    which = EDITION.c.campaign_id == campaign_id, EDITION.c.number == number
    connection.execute(update(EDITION).where(*which).values(file_id=file_id))


def expire(connection: Connection, campaign_id: int) -> None:
    """Give up what is not sent."""
    of_it = DELIVERY.c.campaign_id == campaign_id, IS_READY
    connection.execute(update(DELIVERY).where(*of_it).values(state=State.EXPIRED))


def close(connection: Connection, campaign_id: int, state: str, stopped_by: str) -> None:
    """Keep how the campaign ended."""
    connection.execute(update(CAMPAIGN).where(CAMPAIGN.c.id == campaign_id).values(state=state, stopped_by=stopped_by))


def times_paid(connection: Connection, campaign_id: int) -> int:
    """How many messages were sent above the free rate."""
    query = select(func.coalesce(func.sum(DELIVERY.c.paid), 0)).where(DELIVERY.c.campaign_id == campaign_id)
    return int(connection.execute(query).scalar_one())
