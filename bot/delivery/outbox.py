"""What is to be said to whom, written down before anything is sent.

A campaign and all its deliveries are stored in one transaction, and there is one campaign per kind and session:
however many schedulers fire, each chat gets each close once. ``broadcast.Broadcaster`` empties the outbox.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from html import unescape
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Engine,
    Row,
    SmallInteger,
    Text,
    and_,
    case,
    delete,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    update,
)

from bot.delivery.chats import is_reached
from bot.delivery.tables import (
    CAMPAIGN,
    CHAT,
    DELIVERY,
    EDITION,
    IS_READY,
    SAID,
    State,
    insert,
    microseconds,
    moment_of,
    transaction,
)
from index.sessions import BEIJING, CLOSE

_TAG = re.compile(r"<[^>]*>")
CAPTION_UNITS = 1024  # a caption's UTF-16 code units, core.telegram.org/bots/api#sendphoto
_MINUTE_US = 60_000_000
# Rows due at once are due in 1970: their order is kept in the microseconds, and a clock set back delays nobody.
_RANKS = {"channel": 0, "supergroup": 1, "group": 1, "private": 2}
AGAIN_US = 3  # what was tried and is due at once comes after what was never tried


@dataclass(frozen=True, slots=True)
class Edition:
    """One message in one language and colouring.

    Attributes:
        html: the text, Telegram HTML; at most 4,096 characters once parsed.
        picture: a PNG to send it under; None sends the text alone.
        caption: stands under the picture where the text is too long for a caption; Telegram HTML.
        buttons: an inline keyboard as the Bot API's JSON, or "".
    """

    html: str
    picture: bytes | None = None
    caption: str = ""
    buttons: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A campaign before it is stored.

    Attributes:
        kind: what it is, ``close``; unique with the session.
        session: the exchange's local date that it speaks of.
        not_after: the moment after which it is worth nothing to anybody.
        editions: ``language/colours`` → the message. A chat whose own is missing gets its language's in the other
            colours, else the first.
        index: only chats that want this index get it; "" asks nobody's wishes.
        change_pct: chats that want larger moves only do not get it; None asks nobody's wishes.
    """

    kind: str
    session: date
    not_after: datetime
    editions: Mapping[str, Edition]
    index: str = ""
    change_pct: float | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """A stored campaign; `state` is open, done, stopped or expired, and `corrects` the campaign it edits."""

    id: int
    kind: str
    session: date
    created_at: datetime
    not_after: datetime
    state: str
    stopped_by: str
    corrects: int | None

    @property
    def is_open(self) -> bool:
        """Whether there is still something to send that nothing speaks against sending."""
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many deliveries of a campaign stand where; the names are those of `State`."""

    ready: int = 0
    in_doubt: int = 0
    sent: int = 0
    dead: int = 0
    expired: int = 0
    refused: int = 0
    unresolved: int = 0

    @property
    def left(self) -> int:
        """How many are not finished."""
        return self.ready + self.in_doubt

    @property
    def failed(self) -> int:
        """How many are finished without being known to have arrived."""
        return self.dead + self.expired + self.refused + self.unresolved

    @property
    def total(self) -> int:
        """All of them."""
        return self.left + self.sent + self.failed


def enqueue(engine: Engine, draft: Draft, at: datetime) -> Campaign:
    """Store a campaign with a delivery for every chat that wants it, all or nothing.

    Called again for the same kind and session it changes nothing and returns what is stored.

    Args:
        engine: the database.
        draft: what is to be said.
        at: the moment, which mutes and times of day are compared with.

    Raises:
        ValueError: the draft has no edition.
        StoreUnreachable: the database refused; nothing of the campaign is stored.
    """
    if not draft.editions:
        raise ValueError(draft.kind)
    with transaction(engine) as connection:
        if _open(connection, draft.kind, draft.session, at, draft.not_after):
            campaign = _one(connection, draft.kind, draft.session)
            _add_editions(connection, campaign.id, draft.editions)
            connection.execute(_deliveries(campaign.id, draft, at))
        return _one(connection, draft.kind, draft.session)


def audience(engine: Engine, draft: Draft, at: datetime) -> Mapping[str, int]:
    """How many chats of each kind would get a draft now, which a dry run shows."""
    query = select(CHAT.c.kind, func.count()).where(*_wanting(draft, at)).group_by(CHAT.c.kind)
    with transaction(engine) as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def editions_wanted(engine: Engine) -> tuple[str, ...]:
    """The keys ``language/colours`` that living subscribers read, the most read first."""
    columns = CHAT.c.language, CHAT.c.colours
    query = select(*columns).where(is_reached()).group_by(*columns).order_by(func.count().desc(), *columns)
    with transaction(engine) as connection:
        return tuple(f"{language}/{colours}" for language, colours in connection.execute(query))


def find(engine: Engine, kind: str, session: date) -> Campaign | None:
    """The campaign of a kind about a session; None when there is none."""
    with transaction(engine) as connection:
        rows = connection.execute(select(CAMPAIGN).where(_named(kind, session))).all()
    return next(map(_campaign, rows), None)


def get(engine: Engine, campaign_id: int) -> Campaign:
    """A campaign by its id.

    Raises:
        LookupError: there is none.
    """
    with transaction(engine) as connection:
        row = connection.execute(select(CAMPAIGN).where(CAMPAIGN.c.id == campaign_id)).one_or_none()
    if row is None:
        raise LookupError(campaign_id)
    return _campaign(row)


def latest(engine: Engine) -> Campaign | None:
    """The campaign stored last, corrections included; None when there is none."""
    with transaction(engine) as connection:
        rows = connection.execute(select(CAMPAIGN).order_by(CAMPAIGN.c.id.desc()).limit(1)).all()
    return next(map(_campaign, rows), None)


def unfinished(engine: Engine) -> tuple[Campaign, ...]:
    """The open campaigns, oldest first: what a restart has to go on with."""
    query = select(CAMPAIGN).where(CAMPAIGN.c.state == "open").order_by(CAMPAIGN.c.id)
    with transaction(engine) as connection:
        return tuple(map(_campaign, connection.execute(query)))


def tally(engine: Engine, campaign_id: int) -> Tally:
    """How far a campaign is."""
    query = select(DELIVERY.c.state, func.count()).where(DELIVERY.c.campaign_id == campaign_id)
    with transaction(engine) as connection:
        counted = connection.execute(query.group_by(DELIVERY.c.state)).all()
    return Tally(**{State(state).name.lower(): number for state, number in counted})


def next_due(engine: Engine, campaign_id: int) -> datetime | None:
    """When the next delivery of a campaign is due (1970 for at once); None when none is left to send."""
    query = select(func.min(DELIVERY.c.due_us)).where(DELIVERY.c.campaign_id == campaign_id, IS_READY)
    with transaction(engine) as connection:
        due = connection.execute(query).scalar_one()
    return None if due is None else moment_of(due)


def correct(engine: Engine, campaign: Campaign, editions: Mapping[str, Edition], at: datetime) -> Campaign:
    """Say something better: what was sent is edited where it stands, what was not yet sent goes out corrected.

    Args:
        engine: the database.
        campaign: what was said.
        editions: the corrected messages, under the campaign's own keys; the words say that they are a correction.
        at: the moment, which names the correction.

    Returns:
        The campaign that carries the corrections out; a `Broadcaster` runs it like any other.

    Raises:
        StoreUnreachable: the database refused; nothing is corrected.
    """
    with transaction(engine) as connection:
        _replace_editions(connection, campaign.id, editions)
        kind = f"{campaign.kind}/{_corrections(connection, campaign) + 1}"
        _open(connection, kind, campaign.session, at, campaign.not_after, corrects=campaign.id)
        correction = _one(connection, kind, campaign.session)
        connection.execute(_copied_editions(campaign.id, correction.id))
        connection.execute(_edits(campaign.id, correction.id))
        return correction


def prune(engine: Engine, before: datetime) -> int:
    """Delete campaigns that ended and were created before a moment, and what is kept beside them.

    Returns:
        How many.
    """
    old = select(CAMPAIGN.c.id).where(CAMPAIGN.c.created_at < before, CAMPAIGN.c.state != "open")
    with transaction(engine) as connection:
        ids = connection.execute(old).scalars().all()
        for table in (DELIVERY, EDITION, SAID):
            connection.execute(delete(table).where(table.c.campaign_id.in_(ids)))
        return connection.execute(delete(CAMPAIGN).where(CAMPAIGN.c.id.in_(ids))).rowcount


def caption_of(edition: Edition) -> str:
    """What stands under an edition's picture: the text, where it is short enough, else the caption."""
    fits = _shown_units(edition.html) <= CAPTION_UNITS
    return edition.html if fits or not edition.caption else edition.caption


def _shown_units(text: str) -> int:
    """UTF-16 code units that a reader sees of Telegram HTML, which is what Telegram counts."""
    return len(unescape(_TAG.sub("", text)).encode("utf-16-le")) // 2


def _open(  # noqa: PLR0913 - a campaign's columns
    connection: Connection,
    kind: str,
    session: date,
    at: datetime,
    not_after: datetime,
    *,
    corrects: int | None = None,
) -> bool:
    """Store the campaign's own row; False when there is one of that kind and session already."""
    row = {"created_at": at, "not_after": not_after, "state": "open", "corrects": corrects}
    statement = insert(connection, CAMPAIGN).values(kind=kind, session=session.isoformat(), **row)
    stored = connection.execute(statement.on_conflict_do_nothing().returning(CAMPAIGN.c.id))
    return stored.one_or_none() is not None


def _one(connection: Connection, kind: str, session: date) -> Campaign:
    return _campaign(connection.execute(select(CAMPAIGN).where(_named(kind, session))).one())


def _named(kind: str, session: date) -> ColumnElement[bool]:
    return and_(CAMPAIGN.c.kind == kind, CAMPAIGN.c.session == session.isoformat())


def _campaign(row: Row[Any]) -> Campaign:
    values = row._asdict()
    return Campaign(**{**values, "session": date.fromisoformat(values["session"])})


def _add_editions(connection: Connection, campaign_id: int, editions: Mapping[str, Edition]) -> None:
    connection.execute(EDITION.insert(), list(_edition_rows(campaign_id, editions)))


def _edition_rows(campaign_id: int, editions: Mapping[str, Edition]) -> Iterator[dict[str, Any]]:
    for number, (key, edition) in enumerate(editions.items()):
        message = {"html": edition.html, "picture": edition.picture, "caption": edition.caption}
        yield {"campaign_id": campaign_id, "number": number, "key": key, **message, "buttons": edition.buttons}


def _deliveries(campaign_id: int, draft: Draft, at: datetime) -> Any:  # noqa: ANN401 - an INSERT from a SELECT
    values: dict[str, ColumnElement[Any]] = {
        "campaign_id": literal(campaign_id),
        "chat_id": CHAT.c.chat_id,
        "thread_id": CHAT.c.thread_id,
        "edition": _edition_number(tuple(draft.editions)),
        "state": literal(int(State.READY), SmallInteger),
        "due_us": _due(draft.session, at),
        **_UNTRIED,
    }
    return DELIVERY.insert().from_select(list(values), select(*values.values()).where(*_wanting(draft, at)))


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


def _wanting(draft: Draft, at: datetime) -> Iterator[ColumnElement[bool]]:
    yield is_reached()
    yield or_(CHAT.c.muted_until.is_(None), CHAT.c.muted_until <= at)
    if draft.index:
        yield type_coerce(CHAT.c.indices, Text).like(f"% {draft.index} %")
    if draft.change_pct is not None:
        yield CHAT.c.min_move_pct <= abs(draft.change_pct)


def _replace_editions(connection: Connection, campaign_id: int, editions: Mapping[str, Edition]) -> None:
    for row in _edition_rows(campaign_id, editions):
        new = {name: row[name] for name in ("html", "picture", "caption", "buttons")}
        which = EDITION.c.campaign_id == campaign_id, EDITION.c.key == row["key"]
        connection.execute(update(EDITION).where(*which).values(**new, file_id=""))


def _corrections(connection: Connection, campaign: Campaign) -> int:
    made = select(func.count()).select_from(CAMPAIGN).where(CAMPAIGN.c.corrects == campaign.id)
    return connection.execute(made).scalar_one()


def _copied_editions(original: int, correction: int) -> Any:  # noqa: ANN401 - an INSERT from a SELECT
    columns = [column for column in EDITION.c if column.name != "campaign_id"]
    source = select(literal(correction), *columns).where(EDITION.c.campaign_id == original)
    return EDITION.insert().from_select(["campaign_id", *(column.name for column in columns)], source)


def _edits(original: int, correction: int) -> Any:  # noqa: ANN401 - an INSERT from a SELECT
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
