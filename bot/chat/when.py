"""Finds the time a question asks about, by the labelling rules of the question corpus.

Spotting comes first and needs no tense; resolving waits until the intent is known, because "on Friday" is the last
one to somebody who asks why and the next one to somebody who asks for a forecast.
"""

import re
from collections.abc import Iterable
from datetime import date

from bot.chat import dates
from bot.chat.holidays import holidays
from bot.chat.question import When
from bot.chat.spoken import spoken
from bot.chat.timewords import Asking, Days, Rank, Spotted
from bot.chat.written import written


def spot(text: str) -> list[Spotted]:
    """The time words of a plain text, in order, none overlapping another; ranges of two are already joined."""
    return _joined(text, _apart([*holidays(text), *written(text), *spoken(text)]))


def resolve(spotted: Iterable[Spotted], asking: Asking, *, years_count: bool = True) -> When:
    """The time meant by a question.

    Args:
        spotted: its time words.
        asking: the day of asking and the tense.
        years_count: False where a bare year only qualifies a thing.
    """
    meant = sorted((one for one in spotted if one.type and (years_count or not one.is_year)), key=lambda one: one.rank)
    for one in meant:
        days = one.resolve(Asking(asking.today, asking.ahead or one.is_ahead))
        if days is not None:
            return When(one.type, days, one.since, one.count)
    return When()


def _apart(found: Iterable[Spotted]) -> list[Spotted]:
    """Of overlapping ones the first found stays: patterns stand from the most to the least telling."""
    kept: list[Spotted] = []
    for one in found:
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


# Two time words that make one range, and one that is open towards today.
_SINCE = re.compile(r"(?:since|自从?|从|由)(?: the)? ?$")
_UNTIL_NOW = re.compile(
    r" ?(?:行情|大涨|政策|新政)?(?:以来|至今|到现在|到今天|到今日|到而家|迄今|起至今"
    r"|until now|till now|to date|up to now|through today|to today)"
)
_TO = re.compile(r" ?(?:到|至|-|–|~|to|through|thru|until|till) ?")
_AND = re.compile(r" ?(?:and|和) ?")
_FROM = re.compile(r"(?:between|from|从|由)(?: the)? ?$")


def _joined(text: str, spotted: list[Spotted]) -> list[Spotted]:
    done: list[Spotted] = []
    for one in spotted:
        if done and _makes_range(text, done[-1], one):
            done[-1] = _from_to(done[-1], one)
        else:
            done.append(_open_ended(text, one))
    return done


def _makes_range(text: str, first: Spotted, last: Spotted) -> bool:
    if first.type is None or last.type is None:
        return False
    between = text[first.end : last.start]
    begins = _FROM.search(text[: first.start]) is not None
    return _TO.fullmatch(between) is not None or (begins and _AND.fullmatch(between) is not None)


def _from_to(first: Spotted, last: Spotted) -> Spotted:
    def days(asking: Asking) -> Days | None:
        start, end = first.resolve(asking), last.resolve(asking)
        if not start or not end:
            return None
        return (start[0], end[-1]) if start[0] <= end[-1] else _same_month(start[0], end[-1])

    return Spotted(first.start, last.end, "range", days)


def _same_month(start: date, end: date) -> Days | None:
    moved = dates.day(start.year, start.month, end.day)
    return (start, moved) if moved and moved >= start else None


def _open_ended(text: str, one: Spotted) -> Spotted:
    until_now = _UNTIL_NOW.match(text, one.end)
    if one.type in {None, "today"} or one.since or one.count or not (until_now or _SINCE.search(text[: one.start])):
        return one

    def days(asking: Asking) -> Days | None:
        start = one.resolve(Asking(asking.today))
        return (start[0], asking.today) if start and start[0] <= asking.today else None

    return Spotted(one.start, until_now.end() if until_now else one.end, "range", days, Rank.SPAN)
