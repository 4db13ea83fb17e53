"""Dated policy notes: what was announced since the last close, in the days before, or takes effect now."""

from collections.abc import Iterator
from datetime import date, timedelta

from bot.explainer.evidence import Evidence, Window, beijing_day
from index.moves import Move
from index.reader import Reader
from index.store import Known

LOOK_BACK = timedelta(days=12)  # longer than any run of exchange holidays
HALF_LIFE = 2.0  # closes; a policy note is still named by closing reports of the next days, ever less
OLDEST = 5  # closes
TAKES_EFFECT = 0.5  # a measure known before that starts to work today says less than a new one


def observe(reader: Reader, _move: Move, window: Window) -> Iterator[Evidence]:
    """The events that became public before the close and are not too old, each with its weight of age."""
    for row in reader.rows("events", window.until, since=window.after - LOOK_BACK):
        strength = _strength(row, window)
        if strength:
            yield _evidence(row, strength)


def _strength(row: Known, window: Window) -> float:
    age = window.age(row.published_at)
    faded = 0.5 ** (age / HALF_LIFE) if age <= OLDEST else 0.0
    return max(faded, TAKES_EFFECT if _takes_effect(row["effective_on"], window) else 0.0)


def _takes_effect(effective_on: date | None, window: Window) -> bool:
    return effective_on is not None and beijing_day(window.after) < effective_on <= window.session


def _evidence(row: Known, strength: float) -> Evidence:
    facts = {name: row[name] for name in ("title_en", "title_zh", "effective_on")} | {
        "announced": beijing_day(row.published_at)
    }
    return Evidence(
        topic="event",
        driver=row["driver"],
        kind="announced",
        polarity=int(row["polarity"]),
        strength=strength,
        published_at=row.published_at,
        source=row.publisher,
        url=row["url"] or "",
        facts=facts | {"announced": beijing_day(row.published_at)},
    )
