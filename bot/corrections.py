"""Closes that were told and then revised: which, what was said of them, and what is known now.

What a campaign said is kept beside it, so that a revised figure is told once, however often it is looked at and
whenever it came in.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Engine, or_, select

from bot.delivery.choice import OFFERED, USUAL, Reading
from bot.delivery.outbox import Campaign
from bot.delivery.outbox import get as campaign_of
from bot.delivery.tables import CAMPAIGN, EDITION, SAID, insert, transaction
from bot.desk import Desk
from index import moves
from index.errors import NoFigures
from index.moves import Move

WORTH = timedelta(days=3)  # after the message itself has lost its worth: who looks back later finds it corrected


@dataclass(frozen=True, slots=True)
class Said:
    """The figures that a message told; `level` in points."""

    level: float
    change_pts: float
    change_pct: float

    @classmethod
    def of(cls, move: Move) -> "Said":
        """What a message about a move tells."""
        return cls(move.level, move.change_pts, move.change_pct)

    @property
    def printed(self) -> tuple[str, ...]:
        """As people read it: two sayings that print the same are the same."""
        return tuple(f"{figure:.2f}" for figure in (self.level, self.change_pts, self.change_pct))


@dataclass(frozen=True, slots=True)
class Revision:
    """A close that was told otherwise than it is known now.

    Attributes:
        campaign: that told it; its messages may be edited until its `not_after`.
        keys: of its editions that speak of those indices.
        said: what it, or its latest correction, told of the indices that are known otherwise now, by code.
    """

    campaign: Campaign
    keys: tuple[str, ...]
    said: Mapping[str, Said]


def note(engine: Engine, campaign: Campaign, said: Mapping[str, Said]) -> None:
    """Keep what a campaign told of each index; a second time changes nothing.

    Raises:
        StoreUnreachable: the database refused.
    """
    rows = [{"campaign_id": campaign.id, "code": code, **asdict(one)} for code, one in said.items()]
    with transaction(engine) as connection:
        connection.execute(insert(connection, SAID).on_conflict_do_nothing(), rows)


def due(desk: Desk, kind: str, at: datetime) -> Iterator[Revision]:
    """The closes that have to be corrected.

    Args:
        desk: the figures and the campaigns.
        kind: of the campaigns.
        at: the moment.

    Raises:
        StoreUnreachable: the database refused.
    """
    for campaign in _told(desk.store.engine, kind, at):
        said, known = _said(desk, campaign), _known(desk, campaign, at)
        other = {code: one for code, one in said.items() if code in known and known[code].printed != one.printed}
        keys = tuple(key for key in _keys(desk.store.engine, campaign) if _speaks_of(key, said) & other.keys())
        if keys:
            yield Revision(replace(campaign, not_after=campaign.not_after + WORTH), keys, other)


def known_moves(desk: Desk, session: date, at: datetime) -> dict[str, Move]:
    """What every index that is offered did in a session, those whose bar is not stored left out."""
    return dict(_moves(desk, session, at))


def _moves(desk: Desk, session: date, at: datetime) -> Iterator[tuple[str, Move]]:
    for code in OFFERED:
        with suppress(NoFigures):  # figures that are not there (any more) tell and correct nothing
            yield code, moves.of(desk.reader.bars(code, at), session)


def _speaks_of(key: str, said: Collection[str]) -> set[str]:
    """The indices of which an edition spoke: those chosen whose close was stored, else the Composite."""
    return set(Reading.of(key).closes) & set(said) or set(USUAL)


def _told(engine: Engine, kind: str, at: datetime) -> list[Campaign]:
    worth = CAMPAIGN.c.kind == kind, CAMPAIGN.c.not_after > at - WORTH, CAMPAIGN.c.state != "stopped"
    with transaction(engine) as connection:
        ids = connection.execute(select(CAMPAIGN.c.id).where(*worth).order_by(CAMPAIGN.c.id)).scalars().all()
    return [campaign_of(engine, campaign_id) for campaign_id in ids]


def _said(desk: Desk, campaign: Campaign) -> dict[str, Said]:
    """What the chats were told last; where that was not noted, what was known when it was written."""
    of_it = or_(CAMPAIGN.c.id == campaign.id, CAMPAIGN.c.corrects == campaign.id)
    last = select(CAMPAIGN.c.id, CAMPAIGN.c.created_at).where(of_it).order_by(CAMPAIGN.c.id.desc()).limit(1)
    figures = SAID.c.code, SAID.c.level, SAID.c.change_pts, SAID.c.change_pct
    with transaction(desk.store.engine) as connection:
        campaign_id, at = connection.execute(last).one()
        rows = connection.execute(select(*figures).where(SAID.c.campaign_id == campaign_id)).all()
    return {code: Said(*said) for code, *said in rows} or _known(desk, campaign, at)


def _known(desk: Desk, campaign: Campaign, at: datetime) -> dict[str, Said]:
    return {code: Said.of(move) for code, move in known_moves(desk, campaign.session, at).items()}


def _keys(engine: Engine, campaign: Campaign) -> tuple[str, ...]:
    query = select(EDITION.c.key).where(EDITION.c.campaign_id == campaign.id).order_by(EDITION.c.number)
    with transaction(engine) as connection:
        return tuple(connection.execute(query).scalars())
