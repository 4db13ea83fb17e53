"""Dated, attributed facts that may explain a move, and the window in which they had to become public."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from index import sessions
from index.catalog import BY_CODE
from index.moves import Move
from index.taxonomy import group_of

Kind = Literal["announced", "measured", "coincident"]
Fact = float | int | str | date | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact that was public before the moment it explains.

    Attributes:
        topic: what sort of fact; the name of its words in ``templates/<language>/evidence.j2``.
        driver: the label it speaks for; empty for context that claims nothing.
        kind: announced ("after …"), measured ("with …") or coincident ("alongside …").
        polarity: for mainland shares, +1 or −1; 0 for context.
        strength: how much it says, comparable between topics; 1 is a plain piece of news of this session.
        published_at: when it became public.
        source: who published it.
        url: where to read it; empty when the publisher gives no page.
        facts: what its words show. Numbers carry their unit at the end of the name.
        figure: the name of the fact that is its main number, if it has one.
    """

    topic: str
    driver: str
    kind: Kind
    polarity: int
    strength: float
    published_at: datetime
    source: str
    url: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict, hash=False)
    figure: str = ""

    @property
    def group(self) -> str:
        """The group of its driver."""
        return group_of(self.driver)

    @property
    def is_open(self) -> bool:
        """Whether it is a meeting whose reading is open, so that it goes with any move."""
        return bool(self.facts.get("is_open"))


@dataclass(frozen=True, slots=True)
class Window:
    """The stretch of time whose news a move can answer to.

    Attributes:
        after: the close that the move starts from.
        until: its own close, or the moment of asking when that is earlier.
        first_session, session: the sessions in between.
    """

    after: datetime
    until: datetime
    first_session: date
    session: date

    def is_fresh(self, moment: datetime) -> bool:
        """Whether something public at a moment came since the last close."""
        return self.after < moment <= self.until

    def age(self, moment: datetime) -> int:
        """How many closes before the move's own start a moment lies; 0 inside the window."""
        return 0 if moment > self.after else 1 + sessions.closes_between(moment, self.after)


def window_of(move: Move, at: datetime) -> Window:
    """The window of a move as seen at a moment."""
    after = sessions.close_of(move.previous_session, BY_CODE[move.index].mic)
    return Window(after, min(at, move.published_at), move.first_session, move.session)


def beijing_day(moment: datetime) -> date:
    """The Chinese calendar day of a moment."""
    return moment.astimezone(sessions.BEIJING).date()
