"""Who gets a campaign, which edition of it, and when: worked out within the database, however many they are."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    SmallInteger,
    Text,
    and_,
    case,
    literal,
    null,
    or_,
    select,
    type_coerce,
)

from bot.delivery.chats import is_reached
from bot.delivery.editions import Draft
from bot.delivery.tables import CHAT, DELIVERY, State, microseconds
from index.sessions import BEIJING, CLOSE

_MINUTE_US = 60_000_000
# Rows due at once are due in 1970: their order is kept in the microseconds, and a clock set back delays nobody.
_RANKS = {"channel": 0, "supergroup": 1, "group": 1, "private": 2}
AGAIN_US = 3  # what was tried and is due at once comes after what was never tried


def deliveries(campaign_id: int, draft: Draft, at: datetime) -> Any:  # noqa: ANN401 - an INSERT from a SELECT
    """A delivery for every chat that wants a draft at a moment."""
    values: dict[str, ColumnElement[Any]] = {
        "campaign_id": literal(campaign_id),
        "chat_id": CHAT.c.chat_id,
        "thread_id": CHAT.c.thread_id,
        "edition": _edition_number(tuple(draft.editions)),
        "state": literal(int(State.READY), SmallInteger),
        "due_us": _due(draft.session, at),
        **_UNTRIED,
    }
    return DELIVERY.insert().from_select(list(values), select(*values.values()).where(*wanting(draft, at)))


_UNTRIED: Mapping[str, ColumnElement[Any]] = {
    "doubts": literal(0, SmallInteger),
    "paid": literal(0, SmallInteger),
    "as_text": literal(value=False, type_=Boolean),
}


def _edition_number(keys: Sequence[str]) -> ColumnElement[int]:
    own = [(_reads(key), number) for number, key in enumerate(keys)]
    of_language = [(CHAT.c.language == key.partition("/")[0], number) for number, key in enumerate(keys)]
    return case(*own, *of_language, else_=0)


def _reads(key: str) -> ColumnElement[bool]:
    language, _, colours = key.partition("/")
    return and_(CHAT.c.language == language, CHAT.c.colours == colours)


def _due(session: date, at: datetime) -> ColumnElement[int]:
    """At once, channels and groups first; at the chat's own time of day where that is still to come.

    A time of day before the close means the next morning.
    """
    midnight = datetime.combine(session, time(), BEIJING)
    minutes = type_coerce(CHAT.c.send_at, BigInteger)
    same_day = literal(microseconds(midnight), BigInteger) + minutes * _MINUTE_US
    next_day = literal(microseconds(midnight + timedelta(days=1)), BigInteger) + minutes * _MINUTE_US
    wanted = case((minutes < CLOSE.hour * 60, next_day), else_=same_day)
    at_once = case(_RANKS, value=CHAT.c.kind, else_=max(_RANKS.values()))
    return case((and_(CHAT.c.send_at.is_not(None), wanted > microseconds(at)), wanted), else_=at_once)


def wanting(draft: Draft, at: datetime) -> Iterator[ColumnElement[bool]]:
    """The conditions under which a chat wants a draft at a moment."""
    yield is_reached()
    yield or_(CHAT.c.muted_until.is_(None), CHAT.c.muted_until <= at)
    if draft.index:
        yield type_coerce(CHAT.c.indices, Text).like(f"% {draft.index} %")
    if draft.change_pct is not None:
        yield CHAT.c.min_move_pct <= abs(draft.change_pct)


def edits(original: int, correction: int) -> Any:  # noqa: ANN401 - an INSERT from a SELECT
    """A delivery for every chat that has, or may have, the old message; its id is looked up when it is edited."""
    values: dict[str, ColumnElement[Any]] = {
        "campaign_id": literal(correction),
        "chat_id": DELIVERY.c.chat_id,
        "thread_id": null(),
        "edition": DELIVERY.c.edition,
        "state": literal(int(State.READY), SmallInteger),
        "due_us": literal(0, BigInteger),
        **_UNTRIED,
        "as_text": DELIVERY.c.as_text,
    }
    may_have_it = DELIVERY.c.state.in_([State.SENT, State.IN_DOUBT])
    source = select(*values.values()).where(DELIVERY.c.campaign_id == original, may_have_it)
    return DELIVERY.insert().from_select(list(values), source)
