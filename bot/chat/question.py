"""A question as understood: everything later steps need, nothing about how it was found."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from index.catalog import Index

Language = Literal["en", "zh-hans", "zh-hant", "mixed"]
Direction = Literal["up", "down"]
Extreme = Literal["low", "high"]
WhenType = Literal["today", "yesterday", "date", "weekday", "range"]


@dataclass(frozen=True, slots=True)
class When:
    """The time a question asks about.

    Attributes:
        type: what kind of time word was used; None when there was none.
        days: calendar dates (not sessions): none, one, or the first and last of a range, both inclusive.
        since: the range begins after the lowest or the highest close of a year, which only the figures know.
        count: the range is so many of the latest sessions, which only the figures know.
    """

    type: WhenType | None = None
    days: tuple[date, ...] = ()
    since: Extreme | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asked.

    Attributes:
        text: the words as they came.
        language: the language to answer in; ``mixed`` holds a phrase of each.
        intent: what is wanted, one of the contract's intents; a wrong premise reads as ``why_move`` here.
        index: the index named, the cause side where two are related; None when none is named.
        others: further indices named, in order.
        when: the time asked about.
        direction: the direction asserted or asked about.
        driver: the suspected cause that was named, in the corpus's words.
    """

    text: str
    language: Language
    intent: str
    index: Index | None
    others: tuple[Index, ...]
    when: When
    direction: Direction | None
    driver: str | None
