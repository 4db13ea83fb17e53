"""Closes that were told and then revised: which, what was said of them, and what is known now.

What a campaign said is kept beside it, so that a revised figure is told once, however often it is looked at and
whenever it came in.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, or_, select

from bot.delivery.outbox import Campaign
from bot.delivery.outbox import get as campaign_of
from bot.delivery.tables import CAMPAIGN, EDITION, SAID, insert, transaction
from bot.desk import Desk
from index import moves
from index.catalog import SHANGHAI_COMPOSITE
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
        keys: of its editions.
        said: what it, or its latest correction, told.
    """

    campaign: Campaign
    keys: tuple[str, ...]
    said: Said


def note(engine: Engine, campaign: Campaign, said: Said) -> None:
    """Keep what a campaign told; a second time changes nothing.

    Raises:
        StoreUnreachable: the database refused.
    """
    values = {"level": said.level, "change_pts": said.change_pts, "change_pct": said.change_pct}
    with transaction(engine) as connection:
        row = insert(connection, SAID).values(campaign_id=campaign.id, **values)
        connection.execute(row.on_conflict_do_nothing())


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
        with suppress(NoFigures):  # figures that are not there any more correct nothing
            said = _said(desk, campaign)
            if said.printed != _known(desk, campaign, at).printed:
                lasting = replace(campaign, not_after=campaign.not_after + WORTH)
                yield Revision(lasting, _keys(desk.store.engine, campaign), said)


def _told(engine: Engine, kind: str, at: datetime) -> list[Campaign]:
    worth = CAMPAIGN.c.kind == kind, CAMPAIGN.c.not_after > at - WORTH, CAMPAIGN.c.state != "stopped"
    with transaction(engine) as connection:
        ids = connection.execute(select(CAMPAIGN.c.id).where(*worth).order_by(CAMPAIGN.c.id)).scalars().all()
    return [campaign_of(engine, campaign_id) for campaign_id in ids]


def _said(desk: Desk, campaign: Campaign) -> Said:
    """What the chats were told last; where that was not noted, what was known when it was written."""
    of_it = or_(CAMPAIGN.c.id == campaign.id, CAMPAIGN.c.corrects == campaign.id)
    figures = SAID.c.level, SAID.c.change_pts, SAID.c.change_pct
    with_figures = CAMPAIGN.join(SAID, SAID.c.campaign_id == CAMPAIGN.c.id, isouter=True)
    query = select(CAMPAIGN.c.created_at, *figures).select_from(with_figures).where(of_it)
    with transaction(desk.store.engine) as connection:
        at, *noted = connection.execute(query.order_by(CAMPAIGN.c.id.desc()).limit(1)).one()
    return _known(desk, campaign, at) if None in noted else Said(*noted)


def _known(desk: Desk, campaign: Campaign, at: datetime) -> Said:
    return Said.of(moves.of(desk.reader.bars(SHANGHAI_COMPOSITE.code, at), campaign.session))


def _keys(engine: Engine, campaign: Campaign) -> tuple[str, ...]:
    query = select(EDITION.c.key).where(EDITION.c.campaign_id == campaign.id).order_by(EDITION.c.number)
    with transaction(engine) as connection:
        return tuple(connection.execute(query).scalars())
