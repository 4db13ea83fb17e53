"""Cells of publishers' tables → numbers, days and moments. Nothing known stays None: None is not 0."""

import re
from datetime import date, datetime
from math import isnan
from zoneinfo import ZoneInfo

from index.faults import Fault
from index.quality import Rejected
from index.sessions import BEIJING

BLANK = frozenset({"", "-", "--", "—", "None", "nan", "NaN", "NaT", "null", "\xa0"})
# Grouping is looked at before it is taken away: "1,2," would otherwise be a confident 12.
NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d*)?([eE][+-]?\d+)?", re.ASCII)
COMPACT_DAY = re.compile(r"\d{8}")
LEAST_STEP = 2  # decimals of a converted figure: 617.56 x 10,000 is 6175600, not 6175599.999


def number(cell: object, scale: float = 1.0) -> float | None:
    """A cell as a number in the format's unit, None when nothing is known.

    Args:
        cell: a number, or text with or without grouping commas.
        scale: what one of the publisher's units is in ours: 1e8 for 亿元.

    Raises:
        Rejected: text that is no number.
    """
    text = str(cell).strip()
    if text in BLANK:
        return None
    if not NUMBER.fullmatch(text):
        raise Rejected(Fault("not_a_number", cell=text))
    value = float(text.replace(",", ""))
    return value if scale == 1.0 else round(value * scale, LEAST_STEP)


def required(cell: object, column: str, scale: float = 1.0) -> float:
    """The same for a figure without which the row says nothing.

    Raises:
        Rejected: nothing is known, or the text is no number.
    """
    value = number(cell, scale)
    if value is None:
        raise Rejected(Fault("missing", column))
    return value


def sign(change: float) -> int:
    """Whether something rose (1), fell (-1) or neither."""
    return (change > 0) - (change < 0)


def day(cell: object) -> date:
    """A cell as a date: a date, a timestamp, or text such as ``2024-09-30``, ``20240930`` or ``2024-09-30 00:00:00``.

    Raises:
        Rejected: it is none of these.
    """
    if isinstance(cell, datetime):
        return _existing(cell).date()
    if isinstance(cell, date):
        return cell
    text = str(cell).strip()
    compact = f"{text[:4]}-{text[4:6]}-{text[6:]}" if COMPACT_DAY.fullmatch(text) else text[:10]
    try:
        return date.fromisoformat(compact)
    except ValueError:
        raise Rejected(Fault("not_a_date", cell=text)) from None


def moment(cell: object, zone: ZoneInfo = BEIJING) -> datetime:
    """A cell as an aware moment; without a zone of its own it is in the given one.

    Raises:
        Rejected: it is no moment.
    """
    try:
        found = cell if isinstance(cell, datetime) else datetime.fromisoformat(str(cell).strip())
    except ValueError:
        raise Rejected(Fault("not_a_moment", cell=str(cell))) from None
    found = _existing(found)
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _existing(found: datetime) -> datetime:
    if isnan(found.year):  # pandas' "not a time" is a datetime
        raise Rejected(Fault("missing"))
    return found
