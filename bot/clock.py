"""The bot's clock: the machine's, or one set to another moment for a rehearsal."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """Tells the moment that the bot lives in.

    Attributes:
        wall: the machine's clock.
        ahead: how far the bot's moment lies ahead of it; nothing but in a rehearsal.
    """

    wall: Callable[[], datetime]
    ahead: timedelta = timedelta()

    @classmethod
    def set_to(cls, moment: datetime, wall: Callable[[], datetime]) -> "Clock":
        """A clock that shows a moment now and goes on from there."""
        return cls(wall, moment - wall())

    def now(self) -> datetime:
        """The moment the bot lives in."""
        return self.wall() + self.ahead

    def on_the_wall(self, moment: datetime) -> datetime:
        """When the machine's clock will show that the bot's moment has come."""
        return moment - self.ahead
