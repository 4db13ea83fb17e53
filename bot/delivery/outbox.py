"""What is to be said to whom, written down before anything is sent.

A campaign and all its deliveries are stored in one transaction, and there is one campaign per kind and session:
however many schedulers fire, each chat gets each close once. ``broadcast.Broadcaster`` empties the outbox.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, delete, func, select

from bot.delivery import editions as messages
from bot.delivery import recipients
from bot.delivery.chats import is_reached
from bot.delivery.choice import Reading
from bot.delivery.editions import Draft, Edition
from bot.delivery.tables import CAMPAIGN, CHAT, DELIVERY, EDITION, IS_READY, SAID, State, insert, moment_of, transaction


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
    skipped: int = 0

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
        return self.left + self.sent + self.failed + self.skipped


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
            messages.add(connection, campaign.id, draft.editions)
            connection.execute(recipients.deliveries(campaign.id, draft, at))
        return _one(connection, draft.kind, draft.session)


def audience(engine: Engine, draft: Draft, at: datetime) -> Mapping[str, int]:
    """How many chats of each kind would get a draft now, which a dry run shows."""
    query = select(CHAT.c.kind, func.count()).where(*recipients.wanting(draft, at)).group_by(CHAT.c.kind)
    with transaction(engine) as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def editions_wanted(engine: Engine) -> tuple[str, ...]:
    """The keys of the editions that living subscribers read, the most read first."""
    columns = CHAT.c.language, CHAT.c.colours, CHAT.c.closes
    query = select(*columns).where(is_reached()).group_by(*columns).order_by(func.count().desc(), *columns)
    with transaction(engine) as connection:
        return tuple(str(Reading(*row)) for row in connection.execute(query))


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
            Chats that read others are left alone.
        at: the moment, which names the correction.

    Returns:
        The campaign that carries the corrections out; a `Broadcaster` runs it like any other.

    Raises:
        StoreUnreachable: the database refused; nothing is corrected.
    """
    with transaction(engine) as connection:
        messages.revise(connection, campaign.id, editions)
        kind = f"{campaign.kind}/{_corrections(connection, campaign) + 1}"
        _open(connection, kind, campaign.session, at, campaign.not_after, corrects=campaign.id)
        correction = _one(connection, kind, campaign.session)
        messages.copy(connection, campaign.id, correction.id)
        connection.execute(recipients.edits(campaign.id, correction.id, editions))
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


def _corrections(connection: Connection, campaign: Campaign) -> int:
    made = select(func.count()).select_from(CAMPAIGN).where(CAMPAIGN.c.corrects == campaign.id)
    return connection.execute(made).scalar_one()
