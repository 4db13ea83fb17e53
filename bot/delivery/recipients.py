"""Who gets a campaign, which edition of it, and when: worked out within the database, however many they are."""

from collections.abc import Collection, Iterator, Mapping
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
from bot.delivery.choice import Reading
from bot.delivery.editions import Draft
from bot.delivery.tables import CHAT, DELIVERY, EDITION, State, microseconds
from index.sessions import BEIJING, CLOSE

_MINUTE_US = 60_000_000
# Rows due at once are due in 1970: their order is kept in the microseconds, and a clock set back delays nobody.
_RANKS = {"channel": 0, "supergroup": 1, "group": 1, "private": 2}
_ANY_PCT = 100.0  # no index moves so: who asks for larger moves only is asked nothing
AGAIN_US = 3  # what was tried and is due at once comes after what was never tried


def deliveries(campaign_id: int, draft: Draft, at: datetime) -> Any:  # noqa: ANN401 - an INSERT from a SELECT
    """A delivery for every chat that wants a draft at a moment."""
    values: dict[str, ColumnElement[Any]] = {
        "campaign_id": literal(campaign_id),
        "chat_id": CHAT.c.chat_id,
        "thread_id": CHAT.c.thread_id,
        "edition": _own({key: number for number, key in enumerate(draft.editions)}),
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


def _own(values: Mapping[str, Any]) -> ColumnElement[Any]:
    """Of values under the keys of editions, the one of the edition that a chat reads, or of the nearest to it."""
    whole = {_stored(Reading.of(key)): value for key, value in values.items() if Reading.of(key).closes}
    plain = {key: value for key, value in values.items() if not Reading.of(key).closes}
    of_language = {key.partition("/")[0]: values[key] for key in reversed(tuple(values))}
    nearest = case(of_language, value=CHAT.c.language, else_=next(iter(values.values())))
    looks = CHAT.c.language + "/" + CHAT.c.colours
    without = case(plain, value=looks, else_=nearest) if plain else nearest
    return case(whole, value=looks + "/" + type_coerce(CHAT.c.closes, Text), else_=without) if whole else without


def _stored(reading: Reading) -> str:
    """A key as the columns of a chat spell it."""
    return f"{reading.language}/{reading.colours}/ {' '.join(reading.closes)} "


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
    moved = {key: _ANY_PCT if one.change_pct is None else abs(one.change_pct) for key, one in draft.editions.items()}
    yield or_(CHAT.c.min_move_pct <= 0.0, CHAT.c.min_move_pct <= _own(moved))


def edits(original: int, correction: int, keys: Collection[str]) -> Any:  # noqa: ANN401 - an INSERT from a SELECT
    """A delivery for every chat that has, or may have, an old message; its id is looked up when it is edited.

    Args:
        original: the campaign that was sent.
        correction: the one that edits it.
        keys: of the editions that are said otherwise now.
    """
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
    new = select(EDITION.c.number).where(EDITION.c.campaign_id == original, EDITION.c.key.in_(keys))
    of_it = DELIVERY.c.campaign_id == original, DELIVERY.c.edition.in_(new), may_have_it
    source = select(*values.values()).where(*of_it)
    return DELIVERY.insert().from_select(list(values), source)
