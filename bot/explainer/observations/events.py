"""Dated notes of policy and of the world: announced since the last close, in the weeks before, or in effect from now.

A note is news for some days, and a policy then stays in force: reports name it for weeks as what the market moves
before. So its strength is a sum of a fast and a slow part. A policy meeting whose reading is open (polarity 0) speaks
only as such a background, for either direction, and never as announced news: what rests on it alone is weak, and is
told as no more than a weak sign (`bot.explainer.drivers.driver.Driver.tier`).
"""

from collections.abc import Iterator
from datetime import date, timedelta

from bot.explainer.evidence import Evidence, Window, beijing_day
from index.moves import Move
from index.reader import Reader
from index.store import Known
from index.taxonomy import group_of

LOOK_BACK = timedelta(days=45)  # covers the oldest background across exchange holidays
NEWS = 0.7  # the share of a fresh note's strength that is news; the rest is the policy in force (fit_weights.py)
NEWS_HALF_LIFE = 2.0  # closes; closing reports of the next days still name it, ever less
NEWS_OLDEST = 5  # closes
BACKGROUND_HALF_LIFE = 25.0  # closes; a month of sessions has about 21
BACKGROUND_OLDEST = 20  # closes
LASTING = frozenset({"policy", "event"})  # a measure stays in force and an epidemic goes on; a summit is over
TAKES_EFFECT = 0.5  # a measure known before that starts to work today says less than a new one


def observe(reader: Reader, move: Move, window: Window) -> Iterator[Evidence]:
    """The events that became public before the close and are not too old, each with its weight of age."""
    for row in reader.rows("events", window.until, since=window.after - LOOK_BACK):
        strength = _strength(row, window)
        if strength:
            yield _evidence(row, strength, move, window)


def _strength(row: Known, window: Window) -> float:
    news = NEWS * _faded(row, window, NEWS_OLDEST, NEWS_HALF_LIFE) if row["polarity"] else 0.0
    strength = news + _background(row, window)
    return max(strength, TAKES_EFFECT) if _takes_effect(row["effective_on"], window) else strength


def _background(row: Known, window: Window) -> float:
    lasts = group_of(row["driver"]) in LASTING
    oldest, half_life = (BACKGROUND_OLDEST, BACKGROUND_HALF_LIFE) if lasts else (NEWS_OLDEST, NEWS_HALF_LIFE)
    return (1 - NEWS) * _faded(row, window, oldest, half_life)


def _faded(row: Known, window: Window, oldest: int, half_life: float) -> float:
    age = window.age(row.published_at)
    return 0.5 ** (age / half_life) if age <= oldest else 0.0


def _takes_effect(effective_on: date | None, window: Window) -> bool:
    return effective_on is not None and beijing_day(window.after) < effective_on <= window.session


def _evidence(row: Known, strength: float, move: Move, window: Window) -> Evidence:
    is_news = bool(row["polarity"]) and window.age(row.published_at) <= NEWS_OLDEST
    return Evidence(
        topic="event",
        driver=row["driver"],
        kind="announced" if is_news or _takes_effect(row["effective_on"], window) else "coincident",
        polarity=_polarity(row, move),
        strength=strength,
        published_at=row.published_at,
        source=row.publisher,
        url=row["url"] or "",
        facts={name: row[name] for name in ("title_en", "title_zh", "effective_on")}
        | {"announced": beijing_day(row.published_at), "is_ahead": _is_ahead(row), "is_open": not row["polarity"]},
    )


def _is_ahead(row: Known) -> bool:
    """Whether it was announced before it took effect; some rules are told after the day they count from."""
    return row["effective_on"] is not None and row["effective_on"] > beijing_day(row.published_at)


def _polarity(row: Known, move: Move) -> int:
    """The note's own; an open policy meeting goes with the move that followed it."""
    if row["polarity"] or group_of(row["driver"]) != "policy":
        return int(row["polarity"])
    return (move.change_pct > 0) - (move.change_pct < 0)
