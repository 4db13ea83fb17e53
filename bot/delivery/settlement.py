"""A verdict on one delivery → how its row stands and what follows for the chat. A table, without I/O."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from bot.delivery.chats import bury, drop_topic, miss, rekey
from bot.delivery.ledger import DOUBT_US
from bot.delivery.recipients import AGAIN_US
from bot.delivery.rows import Due, Settlement
from bot.delivery.tables import State, microseconds
from bot.delivery.verdict import Outcome, Verdict

_DOUBTS_AT_MOST = 1
_EDIT_DOUBTS_AT_MOST = 5  # an edit that is made twice is seen once


def settle(due: Due, verdict: Verdict, at: datetime, *, with_photo: bool) -> Settlement:
    """What a verdict means for a delivery.

    Args:
        due: the delivery as it was sent.
        verdict: what Telegram said.
        at: the moment of the reply.
        with_photo: it was sent under a picture.
    """
    row = Settlement(due.chat_id, State.READY, due.thread_id, due.doubts, due.as_text, error=verdict.description)
    if verdict.outcome in {Outcome.NO_PHOTO, Outcome.SILENCED} and with_photo:
        return replace(row, as_text=True)
    return _RULES[verdict.outcome](row, verdict, at, due)


_Rule = Callable[[Settlement, Verdict, datetime, Due], Settlement]


def _sent(row: Settlement, verdict: Verdict, _at: datetime, due: Due) -> Settlement:
    return replace(row, state=State.SENT, message_id=verdict.message_id or due.edits, error="")


def _again(row: Settlement, _verdict: Verdict, _at: datetime, _due: Due) -> Settlement:
    return replace(row, due_us=AGAIN_US)


def _later(row: Settlement, verdict: Verdict, at: datetime, _due: Due) -> Settlement:
    return replace(row, due_us=microseconds(at + timedelta(seconds=verdict.retry_after_s)))


def _unknown(row: Settlement, _verdict: Verdict, at: datetime, due: Due) -> Settlement:
    most = _DOUBTS_AT_MOST if due.edits is None else _EDIT_DOUBTS_AT_MOST
    state = State.READY if due.doubts < most else State.UNRESOLVED
    return replace(row, state=state, doubts=due.doubts + 1, due_us=microseconds(at) + DOUBT_US)


def _migrated(row: Settlement, verdict: Verdict, _at: datetime, _due: Due) -> Settlement:
    return replace(row, then=partial(_follow, old_id=row.chat_id, new_id=verdict.new_chat_id))


def _follow(connection: Connection, old_id: int, new_id: int) -> None:
    rekey(connection, old_id, new_id)


def _gone(row: Settlement, verdict: Verdict, _at: datetime, _due: Due) -> Settlement:
    return replace(row, state=State.DEAD, then=partial(bury, chat_id=row.chat_id, reason=verdict.description))


def _missing(row: Settlement, verdict: Verdict, at: datetime, _due: Due) -> Settlement:
    noted = partial(miss, chat_id=row.chat_id, on=at.date(), reason=verdict.description)
    return replace(row, state=State.DEAD, then=noted)


def _no_topic(row: Settlement, verdict: Verdict, at: datetime, due: Due) -> Settlement:
    if due.thread_id is None:  # General is closed as well
        return _gone(row, verdict, at, due)
    return replace(row, thread_id=None, then=partial(drop_topic, chat_id=row.chat_id))


def _nothing_to_edit(row: Settlement, _verdict: Verdict, _at: datetime, _due: Due) -> Settlement:
    return replace(row, state=State.DEAD)


def _refused(row: Settlement, _verdict: Verdict, _at: datetime, _due: Due) -> Settlement:
    return replace(row, state=State.REFUSED)


_RULES: Mapping[Outcome, _Rule] = {
    Outcome.SENT: _sent,
    Outcome.UNCHANGED: _sent,
    Outcome.LATER: _later,
    Outcome.NOT_SENT: _again,
    Outcome.UNKNOWN: _unknown,
    Outcome.MIGRATED: _migrated,
    Outcome.GONE: _gone,
    Outcome.MISSING: _missing,
    Outcome.NO_PHOTO: _gone,
    Outcome.SILENCED: _gone,
    Outcome.NO_TOPIC: _no_topic,
    Outcome.BAD_PAGE: _again,
    Outcome.BAD_FILE: _again,
    Outcome.NOTHING_TO_EDIT: _nothing_to_edit,
    Outcome.REFUSED: _refused,
    Outcome.BAD_TOKEN: _again,
    Outcome.CONFLICT: _again,
}
