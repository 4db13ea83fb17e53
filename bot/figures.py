"""A number with what it is, its unit, source and moment; and the wrapping that turns computed things into such figures.

A template can print a number only as a figure, so every number in a message can be traced.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

UNITS = {"pct": "pct", "pts": "points", "cny": "CNY", "shares": "shares", "times": "times"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, date or quoted text that a message may show.

    Attributes:
        name: what it is, ``change_pct``.
        value: unrounded.
        unit: ``pct``, ``points``, ``CNY``, ``times``, ``date``, ``text`` … or empty for a plain count.
        source: who published it, or what it was computed from.
        as_of: when it became public.
        shown: how the message writes it; empty until it is written.
    """

    name: str
    value: float | int | str
    unit: str
    source: str
    as_of: datetime | None
    shown: str = ""

    def written(self, shown: str) -> "Figure":
        """The same figure with the form in which a message shows it."""
        return replace(self, shown=shown)


class Sourced:
    """A computed thing whose numbers come out as figures with its source and moment.

    Attributes that are dataclasses, mappings or tuples come out sourced as well; one with a source of its own keeps it.
    """

    def __init__(self, thing: object, source: str = "", as_of: datetime | None = None) -> None:
        self._thing = thing
        self._source = getattr(thing, "source", "") or source
        self._as_of = getattr(thing, "published_at", None) or as_of

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the thing holds
        return sourced(getattr(self._thing, name), name, self._source, self._as_of)


def sourced(value: object, name: str, source: str, as_of: datetime | None) -> Any:  # noqa: ANN401 - as above
    """A value as templates see it: numbers and days as figures, texts and truths as they are."""
    if value is None or isinstance(value, bool | Figure | Sourced):
        return value
    if isinstance(value, int | float | Decimal):
        return Figure(name, float(value) if isinstance(value, Decimal) else value, unit_of(name), source, as_of)
    if isinstance(value, str):
        return Figure(name, value, "text", source, as_of) if name.startswith("title") else value
    return _composed(value, name, source, as_of)


def _composed(value: object, name: str, source: str, as_of: datetime | None) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, datetime):
        return Figure(name, value.isoformat(), "moment", source, as_of or value)
    if isinstance(value, date):
        return Figure(name, value.isoformat(), "date", source, as_of)
    if isinstance(value, Mapping):
        return {key: sourced(one, str(key), source, as_of) for key, one in value.items()}
    if isinstance(value, Iterable):
        return [sourced(one, name, source, as_of) for one in value]
    return Sourced(value, source, as_of) if is_dataclass(value) else value


def unit_of(name: str) -> str:
    """The unit that a name ends in; points for levels, nothing for counts.

    >>> unit_of("change_pct"), unit_of("level"), unit_of("streak")
    ('pct', 'points', '')
    """
    if name in {"level", "previous_level", "high", "low", "open", "close"}:
        return "points"
    return UNITS.get(name.rpartition("_")[2], "")
