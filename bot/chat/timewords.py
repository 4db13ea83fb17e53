"""A time word found in a question: where it stands, and the dates it means once the day of asking is known."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from bot.chat.question import Extreme, WhenType

Days = tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Asking:
    """What a time word must know to become dates.

    Attributes:
        today: the day of asking, in the exchange's own zone.
        ahead: whether the question looks ahead: "on Friday" is then the next one.
    """

    today: date
    ahead: bool = False


# The dates meant; none for a vague word, None where the calendar has no such day.
Resolve = Callable[[Asking], Days | None]


class Rank(IntEnum):
    """Of several time words in one question, the lowest rank is meant."""

    EXACT = 0
    TODAY = 1
    SPAN = 2
    LOOSE = 3
    VAGUE = 4


@dataclass(frozen=True, slots=True)
class Spotted:
    """A time word in a text.

    Attributes:
        start: where it begins.
        end: where it ends.
        type: its kind; None for a horizon that names no time asked about.
        resolve: gives its dates.
        rank: how much it counts beside others.
        is_ahead: it lies in the future by its own words (tomorrow).
        is_year: it is a bare year, which may only qualify a thing ("the 2020 revision").
        since: it names an extreme of the index instead of a date ("since the low").
        count: it names so many of the latest sessions instead of dates ("the past five sessions").
    """

    start: int
    end: int
    type: WhenType | None
    resolve: Resolve
    rank: Rank = Rank.EXACT
    is_ahead: bool = False
    is_year: bool = False
    since: Extreme | None = None
    count: int = 0


def exactly(found: date | None) -> Days | None:
    """One day as dates, or None where there is none."""
    return (found,) if found else None
