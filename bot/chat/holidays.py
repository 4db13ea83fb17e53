"""Times around the exchange's long closures: 国庆节前一周, "the week before Chinese New Year", 节后第一天.

The closures are those of the exchange's calendar, which moves the statutory days (State Council holiday notices).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise

from bot.chat.timewords import Asking, Days, Rank, Spotted
from index import sessions

LONG = timedelta(days=5)  # closed for at least so many days
WEEK = 5  # sessions
# The windows in which each closure falls: month and day, first and last.
_WINDOWS: Mapping[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "spring": ((1, 10), (3, 10)),
    "labour": ((4, 20), (5, 15)),
    "national": ((9, 20), (10, 20)),
}
_NAMES: Mapping[str, str] = {
    "春节": "spring",
    "农历新年": "spring",
    "过年": "spring",
    "chinese new year": "spring",
    "lunar new year": "spring",
    "spring festival": "spring",
    "五一": "labour",
    "劳动节": "labour",
    "labour day": "labour",
    "labor day": "labour",
    "may day": "labour",
    "国庆": "national",
    "十一": "national",
    "golden week": "national",
    "national day": "national",
}
# "春节后首个交易日是哪天" asks for the day itself, and so for the calendar.
_ASKS_WHEN = re.compile(r" ?(?:是|在|系)?(?:哪|几号|几月|什么时候|何时|边日|几时)| ?(?:is )?when")
_Closure = tuple[date, date]  # the last session before it and the first after it


def holidays(text: str) -> Iterator[Spotted]:
    """The time words of a plain, simplified text that count from a long closure."""
    for pattern, kind, days in _PATTERNS:
        for match in pattern.finditer(text):
            if not _ASKS_WHEN.match(text, match.end()):
                yield _spotted(match, kind, days)


def _spotted(match: re.Match[str], kind: str, days: Callable[[_Closure, date], Days]) -> Spotted:
    named, year = _NAMES.get(match["h"] or ""), int(match["y"]) if match["y"] else None

    def resolve(asking: Asking) -> Days | None:
        closure = _latest(named, year, asking.today)
        return days(closure, asking.today) if closure else None

    return Spotted(match.start(), match.end(), "date" if kind == "date" else "range", resolve, Rank.EXACT)


def _latest(named: str | None, year: int | None, today: date) -> _Closure | None:
    """The latest such closure that is over; that of a year where one is named."""
    years = (year,) if year else (today.year - 1, today.year)
    found = (_closure(name, one) for one in years for name in _WINDOWS if named in {None, name})
    return max((closure for closure in found if closure and closure[1] <= today), default=None)


def _closure(name: str, year: int) -> _Closure | None:
    first, last = (date(year, *day) for day in _WINDOWS[name])
    gaps = [pair for pair in pairwise(sessions.between(first, last)) if pair[1] - pair[0] > LONG]
    return max(gaps, key=lambda pair: pair[1] - pair[0], default=None)


def _week_before(closure: _Closure, _today: date) -> Days:
    week = sessions.between(closure[0] - timedelta(days=30), closure[1])[-WEEK:]
    return week[0], week[-1]


def _first_after(closure: _Closure, _today: date) -> Days:
    return (closure[1],)


def _since(closure: _Closure, today: date) -> Days:
    return closure[1], today


_HAN = "(?:(?P<y>(?:19|20)\\d\\d)年?)?(?P<h>春节|农历新年|过年|五一|劳动节|国庆|十一)(?:劳动节|节)?(?:长假|假期)?"
_ENGLISH = (
    "(?:the )?(?P<h>chinese new year|lunar new year|spring festival|labou?r day|may day|golden week|national day)"
)
_YEAR = "(?: (?:holiday )?(?:of |in )?(?P<y>(?:19|20)\\d\\d))?"
_PATTERNS = (
    (re.compile(f"{_HAN}(?:之?前的?|前的?最后)一(?:周|个?星期)"), "range", _week_before),
    (re.compile(f"(?:the )?(?:last )?week before {_ENGLISH}{_YEAR}"), "range", _week_before),
    (re.compile(f"{_HAN}(?:之?后|以后)的?(?:第一天|首日|第一个交易日|首个交易日)"), "date", _first_after),
    (re.compile("(?P<y>)(?P<h>)(?:长假|假期|节)后的?(?:第一天|首日|第一个交易日|首个交易日)"), "date", _first_after),
    (re.compile(f"(?:自|从)?{_HAN}(?:之?后|以后)?(?:以来|至今)"), "range", _since),
    (re.compile(f"since {_ENGLISH}{_YEAR}"), "range", _since),
)
