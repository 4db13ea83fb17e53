"""Headlines since the last close and in the session before it: what they speak of, and how much louder than usual.

A subject's loudness is the signed sum of its stories' strengths beyond what is usual for it, in the scale of a count
(difference ÷ √(usual + 1)): feeds differ in size by a factor of five between years, and a subject that fills every
evening's news says nothing about today. A headline that carries a date only counts from the end of that day.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from weakref import WeakKeyDictionary

from bot.explainer.evidence import Evidence, Window, beijing_day
from bot.explainer.headlines import Reading, merge, read, spoken
from index import sessions
from index.catalog import BY_CODE
from index.moves import Move
from index.reader import Reader
from index.store import Known

USUAL_OVER = 20  # days before the window
FADES = 0.5  # the news of the session before says half as much as today's
LONGEST = timedelta(days=45)  # a longer move is told by its events and releases; its headlines are thousands
LEAST = 0.5  # half a plain piece of news; a subject that is no louder is not told
CAP = 4.0


@dataclass(frozen=True, slots=True)
class _Heard:
    """A headline that speaks of a driver."""

    row: Known
    reading: Reading


@dataclass(slots=True)
class _Usual:
    """A driver's strengths over one day: signed, and regardless of sign."""

    signed: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class _Subject:
    """The stories of one driver in the window and, faded, in the session before."""

    driver: str
    heard: list[_Heard] = field(default_factory=list)

    def signed(self, window: Window) -> float:
        return sum(one.reading.polarity * _weight(one, window) for one in self.heard)


@dataclass(frozen=True, slots=True)
class _Day:
    """The headlines of a calendar day that speak of drivers, and what each driver's add up to."""

    heard: tuple[_Heard, ...]
    usual: Mapping[str, _Usual]


# Each reader's days that are over: neighbouring sessions share nineteen of their twenty days.
_DAYS: WeakKeyDictionary[Reader, dict[date, _Day]] = WeakKeyDictionary()


def observe(reader: Reader, move: Move, window: Window) -> Iterator[Evidence]:
    """One piece of evidence for each driver that headlines speak of louder than usual, in one direction."""
    if not BY_CODE[move.index].is_mainland or window.until - window.after > LONGEST:
        return
    since = sessions.close_of(sessions.assumed_previous(move.previous_session))
    subjects = _subjects(_between(reader, since, window.until))
    usual = _usual(reader, beijing_day(window.after)) if subjects else {}
    days = _days(window.after, window.until) + FADES * _days(since, window.after)
    for subject in subjects:
        yield from _evidence(subject, usual.get(subject.driver, _Usual()), window, days)


def _between(reader: Reader, since: datetime, until: datetime) -> Iterator[_Heard]:
    """What was heard in a stretch of time: of the days that are over as they ended, of the last up to the moment."""
    day, last = beijing_day(since), beijing_day(until)
    while day < last:
        yield from (one for one in _of_day(reader, day).heard if one.row.published_at > since)
        day += timedelta(days=1)
    yield from _heard(reader.rows("headlines", until, since=max(_start_of(last), since)))


def _subjects(heard: Iterable[_Heard]) -> Sequence[_Subject]:
    found: dict[str, _Subject] = {}
    for one in heard:
        driver = str(one.reading.driver)
        found.setdefault(driver, _Subject(driver)).heard.append(one)
    return [_Subject(one.driver, _told_once(one.heard)) for one in found.values()]


def _heard(rows: Iterable[Known]) -> Iterator[_Heard]:
    for row in rows:
        reading = _read(row["title"], beijing_day(row.published_at))
        if reading.driver and reading.strength:
            yield _Heard(row, reading)


def _told_once(heard: list[_Heard]) -> list[_Heard]:
    """One headline a story: the first that told it."""
    if len(heard) == 1:
        return heard
    first = {story.titles[0] for story in merge(dict.fromkeys(one.row["title"] for one in heard))}
    kept = {one.row["title"]: one for one in reversed(heard) if one.row["title"] in first}
    return list(reversed(kept.values()))


@lru_cache(maxsize=20_000)
def _read(title: str, day: date) -> Reading:
    return read(title, day)


def _weight(one: _Heard, window: Window) -> float:
    return one.reading.strength * (1.0 if window.is_fresh(one.row.published_at) else FADES)


def _usual(reader: Reader, last: date) -> Mapping[str, _Usual]:
    """What is usual for each driver in a day, over the days before the window."""
    found: defaultdict[str, _Usual] = defaultdict(_Usual)
    for back in range(1, USUAL_OVER + 1):
        for driver, day in _of_day(reader, last - timedelta(days=back)).usual.items():
            found[driver].signed += day.signed / USUAL_OVER
            found[driver].total += day.total / USUAL_OVER
    return found


def _of_day(reader: Reader, day: date) -> _Day:
    known = _DAYS.setdefault(reader, {})
    if day not in known:
        heard = tuple(_heard(reader.rows("headlines", _end_of(day), since=_start_of(day))))
        known[day] = _Day(heard, _added_up(heard))
    return known[day]


def _added_up(heard: Iterable[_Heard]) -> Mapping[str, _Usual]:
    found: defaultdict[str, _Usual] = defaultdict(_Usual)
    for one in heard:
        day = found[str(one.reading.driver)]
        day.signed += one.reading.polarity * one.reading.strength
        day.total += one.reading.strength
    return found


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(0, 0), sessions.BEIJING)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), sessions.BEIJING)


def _days(after: datetime, until: datetime) -> float:
    return max(1.0, (until - after) / timedelta(days=1))


def _evidence(subject: _Subject, usual: _Usual, window: Window, days: float) -> Iterator[Evidence]:
    signed = subject.signed(window)
    sign = (signed > 0) - (signed < 0)
    louder = (sign * (signed - usual.signed * days)) / (usual.total * days + 1) ** 0.5
    telling = [one for one in subject.heard if one.reading.polarity == sign]
    if sign and louder >= LEAST and telling:
        yield _told(subject, telling, sign, min(louder, CAP), window)


def _told(subject: _Subject, telling: list[_Heard], sign: int, strength: float, window: Window) -> Evidence:
    best = max(telling, key=lambda one: (_weight(one, window), one.row.published_at, one.row["title"]))
    return Evidence(
        topic="headline",
        driver=subject.driver,
        kind="announced",
        polarity=sign,
        strength=strength,
        published_at=best.row.published_at,
        source=best.row["source"],
        url=best.row["url"] or "",
        facts={
            "title": spoken(best.row["title"]),
            "published": beijing_day(best.row.published_at),
            "others": len(telling) - 1,
        },
    )
