"""Finds the time a question asks about, by the labelling rules of the question corpus.

Spotting comes first and needs no tense; resolving waits until the intent is known, because "on Friday" is the last
one to somebody who asks why and the next one to somebody who asks for a forecast.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from typing import Final

from bot.chat import dates
from bot.chat.language import simplified
from bot.chat.lexicon import Lexicon, Mention
from bot.chat.question import When, WhenType
from bot.chat.rulebook import read

Days = tuple[date, ...]
# (the day of asking, whether the question looks ahead) -> the dates, or None where there is no such day
Resolve = Callable[[date, bool], Days | None]

_EXACT: Final = 0
_TODAY: Final = 1
_SPAN: Final = 2
_LOOSE: Final = 3
_VAGUE: Final = 4


@dataclass(frozen=True, slots=True)
class Spotted:
    """A time word in a text.

    Attributes:
        start: where it begins.
        end: where it ends.
        type: its kind; None for a horizon that names no time asked about.
        resolve: gives its dates.
        rank: of several, the lowest is meant.
        is_ahead: it lies in the future by its own words (tomorrow).
        is_year: it is a bare year, which may only qualify a thing ("the 2020 revision").
    """

    start: int
    end: int
    type: WhenType | None
    resolve: Resolve
    rank: int = _EXACT
    is_ahead: bool = False
    is_year: bool = False


def spot(text: str) -> list[Spotted]:
    """The time words of a plain text, in order, none overlapping another; ranges of two are already joined."""
    return _joined(text, _apart([*_numeric(text), *_verbal(text)]))


def resolve(spotted: Iterable[Spotted], today: date, *, ahead: bool, years_count: bool = True) -> When:
    """The time meant by a question.

    Args:
        spotted: its time words.
        today: the day of asking, in the exchange's zone.
        ahead: whether the question looks ahead.
        years_count: False where a bare year only qualifies a thing.
    """
    meant = sorted((one for one in spotted if one.type and (years_count or not one.is_year)), key=lambda one: one.rank)
    for one in meant:
        days = one.resolve(today, ahead or one.is_ahead)
        if days is not None:
            return When(one.type, days)
    return When()


def _apart(found: Iterable[Spotted]) -> list[Spotted]:
    """Of overlapping ones the first found stays: patterns stand from the most to the least telling."""
    kept: list[Spotted] = []
    for one in found:
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


# --- Two time words that make one range -------------------------------------------------------------------------

_SINCE = re.compile(r"(?:since|自从?|从|由)(?: the)? ?$")
_UNTIL_NOW = re.compile(
    r" ?(?:行情|大涨|政策|新政)?(?:以来|至今|到现在|到今天|到今日|到而家|迄今|起至今|until now|till now|to date|up to now|through today|to today)"
)
_TO = re.compile(r" ?(?:到|至|-|–|~|to|through|thru|until|till) ?")
_FROM = re.compile(r"(?:between|from|从|由)(?: the)? ?$")


def _joined(text: str, spotted: list[Spotted]) -> list[Spotted]:
    done: list[Spotted] = []
    for one in spotted:
        previous = done[-1] if done else None
        if previous and _makes_range(text, previous, one):
            done[-1] = _from_to(previous, one)
        else:
            done.append(_open_ended(text, one))
    return done


def _makes_range(text: str, first: Spotted, last: Spotted) -> bool:
    between = text[first.end : last.start]
    if first.type is None or last.type is None:
        return False
    return bool(_TO.fullmatch(between)) or (
        between.strip() in {"and", "和"} and bool(_FROM.search(text[: first.start]))
    )


def _from_to(first: Spotted, last: Spotted) -> Spotted:
    def days(today: date, ahead: bool) -> Days | None:  # noqa: FBT001 - the shape of Resolve
        start, end = first.resolve(today, ahead), last.resolve(today, ahead)
        if not start or not end:
            return None
        return (start[0], end[-1]) if start[0] <= end[-1] else _same_month(start[0], end[-1])

    return Spotted(first.start, last.end, "range", days)


def _same_month(start: date, end: date) -> Days | None:
    moved = dates.day(start.year, start.month, end.day)
    return (start, moved) if moved and moved >= start else None


def _open_ended(text: str, one: Spotted) -> Spotted:
    until_now = _UNTIL_NOW.match(text, one.end)
    if one.type in {None, "today"} or not (until_now or _SINCE.search(text[: one.start])):
        return one

    def days(today: date, ahead: bool) -> Days | None:  # noqa: ARG001, FBT001 - the shape of Resolve
        start = one.resolve(today, False)  # noqa: FBT003 - a "since" looks back
        return (start[0], today) if start and start[0] <= today else None

    return Spotted(one.start, until_now.end() if until_now else one.end, "range", days, _SPAN)


# --- Words ------------------------------------------------------------------------------------------------------


def _verbal(text: str) -> Iterator[Spotted]:
    for mention in _words().find(text):
        kind, name = mention.meaning
        yield _VERBAL[kind](mention, name)


@cache
def _words() -> Lexicon[tuple[str, str]]:
    tables = read("when")
    words = {
        simplified(word): (kind, name)
        for kind in ("today", "yesterday", "offset", "range", "horizon")
        for name, said in tables[kind].items()
        for word in said
    }
    return Lexicon({**_weekdays(), **words})


def _weekdays() -> dict[str, tuple[str, str]]:
    tables = read("when")
    return {
        prefix + name: ("weekday", f"{kind} {number}")
        for kind, prefixes in tables["weekday_prefix"].items()
        for prefix in prefixes
        for number, names in tables["weekday"].items()
        for name in names
        # Chinese weekdays need their 周, and a bare "sun" or "mon" is more often something else.
        if prefix[-1:].isascii() == name.isascii() and (prefix or len(name) > len("thurs"))
    }


def _today(mention: Mention[tuple[str, str]], name: str) -> Spotted:
    rank = _TODAY if name == "said" else _LOOSE
    return Spotted(mention.start, mention.end, "today", partial(_shifted, 0), rank)


def _yesterday(mention: Mention[tuple[str, str]], _: str) -> Spotted:
    return Spotted(mention.start, mention.end, "yesterday", partial(_shifted, -1))


def _offset(mention: Mention[tuple[str, str]], name: str) -> Spotted:
    return Spotted(mention.start, mention.end, "date", partial(_shifted, int(name)), is_ahead=int(name) > 0)


def _shifted(days: int, today: date, ahead: bool) -> Days:  # noqa: ARG001, FBT001 - the shape of Resolve
    return (today + timedelta(days=days),)


def _horizon(mention: Mention[tuple[str, str]], _: str) -> Spotted:
    return Spotted(mention.start, mention.end, None, partial(_shifted, 0))


def _range(mention: Mention[tuple[str, str]], name: str) -> Spotted:
    if name == "year_ago_today":
        return Spotted(
            mention.start,
            mention.end,
            "date",
            lambda today, _: _days(dates.day(today.year - 1, today.month, today.day)),
        )
    rank = _VAGUE if name == "vague" else _SPAN
    return Spotted(
        mention.start, mention.end, "range", lambda today, _: _SPANS[name](today), rank, name.startswith("next_")
    )


_SPANS: dict[str, Callable[[date], Days]] = {
    "vague": lambda _: (),
    "this_week": lambda today: (dates.monday_of(today), today),
    "last_week": lambda today: dates.week(today, -1),
    "next_week": lambda today: dates.week(today, 1),
    "this_month": lambda today: (today.replace(day=1), today),
    "last_month": lambda today: dates.month(today.year, today.month - 1),
    "next_month": lambda today: dates.month(today.year, today.month + 1),
    "this_quarter": lambda today: (dates.quarter(today.year, (today.month + 2) // 3)[0], today),
    "last_quarter": lambda today: dates.quarter(today.year, (today.month + 2) // 3 - 1),
    "this_year": lambda today: (date(today.year, 1, 1), today),
    "last_year": lambda today: dates.whole_year(today.year - 1),
    "before_last_year": lambda today: dates.whole_year(today.year - 2),
    "next_year": lambda today: dates.whole_year(today.year + 1),
    "first_half": lambda today: (date(today.year, 1, 1), date(today.year, 6, 30)),
    "second_half": lambda today: (date(today.year, 7, 1), date(today.year, 12, 31)),
}


def _weekday(mention: Mention[tuple[str, str]], name: str) -> Spotted:
    kind, number = name.split()
    days = partial(_weekday_days, kind, int(number))
    return Spotted(mention.start, mention.end, "weekday", days, is_ahead=kind == "next")


def _weekday_days(kind: str, number: int, today: date, ahead: bool) -> Days:  # noqa: FBT001 - the shape of Resolve
    since = (today.weekday() - number) % 7
    if kind == "last":
        return (today - timedelta(days=since or 7),)
    if kind in {"last_weeks", "this"}:
        return (dates.monday_of(today, -1 if kind == "last_weeks" else 0) + timedelta(days=number),)
    if kind == "next":
        return (dates.monday_of(today, 1) + timedelta(days=number),)
    return (today + timedelta(days=-since % 7) if ahead else today - timedelta(days=since),)


_VERBAL: dict[str, Callable[[Mention[tuple[str, str]], str], Spotted]] = {
    "today": _today, "yesterday": _yesterday, "offset": _offset, "range": _range, "horizon": _horizon, "weekday": _weekday,
}  # fmt: skip


# --- Numbers ----------------------------------------------------------------------------------------------------

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?<![a-z])(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])"
)
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_NUMBER = "[〇零一二三四五六七八九十廿卅]"
_NUMBER = rf"(?:\d{{1,2}}|{_HAN_NUMBER}{{1,3}})"
_YEAR = r"(?:19|20)\d\d"
_HAS_NUMBER = re.compile(rf"\d|{_HAN_NUMBER} ?(?:年|月|日|号|季|天|个|周)|{_MONTH}")
_NOT_A_PRICE = (
    r"(?! ?(?:%|点|元|万|亿|倍|个|只|家|块|多|几|pts?\b|points?\b|pm\b|am\b|percent|bps?\b|x\b|手|天|年|bn|billion))"
)


def number(text: str) -> int:
    """A number up to 99 in digits or Chinese numerals, or a year written digit by digit.

    >>> number("二十一"), number("廿五"), number("十"), number("二〇二四")
    (21, 25, 10, 2024)
    """
    if text.isdecimal():
        return int(text)
    text = text.replace("廿", "二十").replace("卅", "三十")
    if "十" not in text:
        return int("".join(str(_DIGITS[digit]) for digit in text))
    tens, _, ones = text.partition("十")
    return 10 * (_DIGITS[tens] if tens in _DIGITS else 1) + _DIGITS.get(ones, 0)


def _days(found: date | None) -> Days | None:
    return (found,) if found else None


def _full_year(text: str) -> int:
    """A year as written: 2024, 24, or of the Republic of China (113 = 2024)."""
    year = number(text)
    if year >= 1000:  # noqa: PLR2004 - four digits are the year itself
        return year
    return year + (1911 if len(text) == len("113") else 2000)


def _exact(match: re.Match[str], found: Resolve) -> Spotted:
    return Spotted(match.start(), match.end(), "date", found)


def _fixed(match: re.Match[str], year: int, month: int, day: int) -> Spotted | None:
    found = dates.day(year, month, day)
    return _exact(match, lambda *_: (found,)) if found else None


def _year_month_day(match: re.Match[str]) -> Spotted | None:
    return _fixed(match, _full_year(match["y"]), int(match["m"]), int(match["d"]))


def _slashed_with_year(match: re.Match[str]) -> Spotted | None:
    first, second, year = int(match["a"]), int(match["b"]), _full_year(match["y"])

    def days(today: date, ahead: bool) -> Days | None:  # noqa: FBT001 - the shape of Resolve
        return _days(_month_first(dates.day(year, first, second), dates.day(year, second, first), today, ahead=ahead))

    return _exact(match, days)


def _slashed(match: re.Match[str]) -> Spotted | None:
    first, second = int(match["a"]), int(match["b"])
    if (first, second) == (24, 7) or not (dates.day(2024, first, second) or dates.day(2024, second, first)):
        return None

    def days(today: date, ahead: bool) -> Days | None:  # noqa: FBT001 - the shape of Resolve
        day = dates.day(today.year, first, second), dates.day(today.year, second, first)
        found = _month_first(*day, today, ahead=ahead)
        return _days(
            found
            or dates.nearest(first, second, today, ahead=ahead)
            or dates.nearest(second, first, today, ahead=ahead)
        )

    return _exact(match, days)


def _month_first(month_first: date | None, day_first: date | None, today: date, *, ahead: bool) -> date | None:
    """Month-first unless that gives a future or impossible day."""
    options = [found for found in (month_first, day_first) if found]
    return next((found for found in options if ahead or found <= today), None)


def _dotted(match: re.Match[str]) -> Spotted | None:
    month, day = int(match["m"]), int(match["d"])
    return _month_day(match, month, day)


def _month_day(match: re.Match[str], month: int, day: int) -> Spotted | None:
    if dates.day(2024, month, day) is None:
        return None
    return _exact(match, lambda today, ahead: _days(dates.nearest(month, day, today, ahead=ahead)))


_RELATIVE_YEARS = {"今年": 0, "本年": 0, "去年": -1, "上年": -1, "旧年": -1, "前年": -2, "明年": 1}
_RELATIVE_MONTHS = {"上个月": -1, "上月": -1, "本月": 0, "这个月": 0, "这月": 0, "下个月": 1, "下月": 1}


def _chinese_date(match: re.Match[str]) -> Spotted | None:
    month, day = number(match["m"]), number(match["d"])
    if match["y"]:
        return _fixed(match, _full_year(match["y"]), month, day)
    if match["ry"]:
        return _exact(match, lambda today, _: _days(dates.day(today.year + _RELATIVE_YEARS[match["ry"]], month, day)))
    return _month_day(match, month, day)


def _chinese_day_of_month(match: re.Match[str]) -> Spotted | None:
    def days(today: date, _: bool) -> Days | None:  # noqa: FBT001 - the shape of Resolve
        first, _last = dates.month(today.year, today.month + _RELATIVE_MONTHS[match["rm"]])
        return _days(dates.day(first.year, first.month, number(match["d"])))

    return _exact(match, days)


def _chinese_month(match: re.Match[str]) -> Spotted | None:
    month = number(match["m"])
    if not 1 <= month <= 12:  # noqa: PLR2004 - months of a year
        return None
    if match["y"]:
        return _range_of(match, dates.month(_full_year(match["y"]), month))
    if match["ry"]:
        return _span(
            match, lambda today, _: _until(dates.month(today.year + _RELATIVE_YEARS[match["ry"]], month), today)
        )
    return _span(match, lambda today, _: dates.latest_whole_month(month, today))


def _until(span: tuple[date, date], today: date) -> Days:
    return (span[0], min(span[1], today)) if span[0] <= today else span


def _span(match: re.Match[str], found: Resolve) -> Spotted:
    return Spotted(match.start(), match.end(), "range", found, _SPAN)


def _range_of(match: re.Match[str], span: tuple[date, date]) -> Spotted:
    return _span(match, lambda *_: span)


def _year(match: re.Match[str]) -> Spotted:
    span = dates.whole_year(_full_year(match["y"]))
    return Spotted(match.start("y"), match.end(), "range", lambda *_: span, _SPAN, is_year=True)


def _day_number(match: re.Match[str]) -> Spotted | None:
    day = number(match["d"])
    if not 1 <= day <= 31:  # noqa: PLR2004 - days of a month
        return None
    return _exact(match, lambda today, ahead: _days(dates.nearest_number(day, today, ahead=ahead)))


def _month_number(match: re.Match[str]) -> int:
    return _MONTHS.index(match["month"][:3]) + 1


def _english_date(match: re.Match[str]) -> Spotted | None:
    month, day = _month_number(match), int(match["d"])
    return _fixed(match, int(match["y"]), month, day) if match["y"] else _month_day(match, month, day)


def _english_days(match: re.Match[str]) -> Spotted | None:
    month, first, last = _month_number(match), int(match["d"]), int(match["e"])

    def days(today: date, ahead: bool) -> Days | None:  # noqa: FBT001 - the shape of Resolve
        year = int(match["y"]) if match["y"] else None
        start = dates.day(year, month, first) if year else dates.nearest(month, first, today, ahead=ahead)
        end = dates.day(start.year, month, last) if start else None
        return (start, end) if start and end else None

    return Spotted(match.start(), match.end(), "range", days) if last > first else None


def _english_month(match: re.Match[str]) -> Spotted | None:
    month = _month_number(match)
    if match["y"]:
        return _range_of(match, dates.month(int(match["y"]), month))
    if match["rel"] == "this":
        return _span(match, lambda today, _: _until(dates.month(today.year, month), today))
    return _span(match, lambda today, _: dates.latest_whole_month(month, today))


def _slang(match: re.Match[str]) -> Spotted | None:
    return _month_day(match, int(match["m"]), int(match["d"]))


_COUNTS = {
    "a": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "ten": 10,
    "twelve": 12,
    "": 1,
    "半": 6,
}
_UNITS = {"year": 12, "年": 12, "month": 1, "月": 1, "quarter": 3, "季": 3}


def _past(match: re.Match[str]) -> Spotted | None:
    count, unit = _count(match["n"] or ""), match["unit"].removesuffix("s")
    if unit in _UNITS:
        return _span(match, lambda today, _: (dates.months_before(today, count * _UNITS[unit]), today))
    days = count * (7 if unit in {"week", "周", "星期", "礼拜"} else 1)
    return _span(match, lambda today, _: (today - timedelta(days=days), today))


def _count(text: str) -> int:
    return _COUNTS[text] if text in _COUNTS else number(text)


def _ago(match: re.Match[str]) -> Spotted:
    return _exact(match, partial(_shifted, -_count(match["n"])))


def _quarter(match: re.Match[str]) -> Spotted:
    number_, year = number(match["q"]), match["y"]

    def days(today: date, _: bool) -> Days:  # noqa: FBT001 - the shape of Resolve
        if year:
            return dates.quarter(_full_year(year), number_)
        span = dates.quarter(today.year, number_)
        return span if span[0] <= today else dates.quarter(today.year - 1, number_)

    return _span(match, days)


_ENGLISH_COUNT = r"(?P<n>\d{1,2}|a|one|two|three|four|five|six|ten|twelve)"
_CHINESE_YEAR = rf"(?:(?:民国)?(?P<y>\d{{2,4}}|[〇零一二三四五六七八九]{{4}})年|(?P<ry>{'|'.join(_RELATIVE_YEARS)})的?)"
_ORDINAL = "(?:st|nd|rd|th)"

# From the most to the least telling: the first to claim a stretch of text keeps it.
_NUMERIC: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Spotted | None]], ...] = (
    (re.compile(rf"(?<!\d)(?P<y>{_YEAR})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}})(?!\d)"), _year_month_day),
    (re.compile(rf"(?<!\d)(?P<y>{_YEAR})(?P<m>[01]\d)(?P<d>[0-3]\d)(?!\d)"), _year_month_day),
    (re.compile(r"(?<![\d/.])(?P<y>1[0-2]\d)[/.](?P<m>\d{1,2})[/.](?P<d>\d{1,2})(?![\d/.])"), _year_month_day),
    (re.compile(rf"(?<![\d/.])(?P<a>\d{{1,2}})[/.-](?P<b>\d{{1,2}})[/.-](?P<y>{_YEAR}|\d\d)(?![\d/.])"), _slashed_with_year),
    (re.compile(r"(?<![\d/.])(?P<a>\d{1,2})/(?P<b>\d{1,2})(?![\d/.])"), _slashed),
    (re.compile(rf"{_CHINESE_YEAR}?(?P<m>(?<!\d){_NUMBER})月(?:份)?(?P<d>{_NUMBER})(?:日|号)?(?![\d个])"), _chinese_date),
    (re.compile(rf"(?P<rm>{'|'.join(_RELATIVE_MONTHS)})的?(?P<d>{_NUMBER})(?:日|号)"), _chinese_day_of_month),
    (re.compile(rf"{_CHINESE_YEAR}?(?P<m>(?<!\d){_NUMBER})月份?"), _chinese_month),
    (re.compile(r"(?<!\d)(?:(?P<y>\d{2,4})年?)?第?(?P<q>[1-4一二三四])季度?"), _quarter),
    (re.compile(rf"(?<![a-z0-9])q(?P<q>[1-4])(?: ?(?:of )?(?P<y>{_YEAR}))?(?![a-z0-9])"), _quarter),
    (re.compile(rf"{_MONTH}\.? (?P<d>\d{{1,2}}){_ORDINAL}? ?(?:-|–|to|through) ?(?P<e>\d{{1,2}}){_ORDINAL}?(?!\d)(?:,? (?P<y>{_YEAR}))?"), _english_days),
    (re.compile(rf"{_MONTH}\.? ?(?:the )?(?P<d>\d{{1,2}}){_ORDINAL}?(?![\d.%])(?:,? ?(?P<y>{_YEAR}))?(?!\d)"), _english_date),
    (re.compile(rf"(?<!\d)(?P<d>\d{{1,2}}){_ORDINAL}?(?: of)? ?{_MONTH}\.?(?:,? ?(?P<y>{_YEAR}))?(?!\d)"), _english_date),
    (re.compile(rf"(?P<rel>){_MONTH}\.?(?: of)?,? ?(?P<y>{_YEAR})(?!\d)"), _english_month),
    (re.compile(rf"(?<![a-z])(?P<rel>in|since|last|this|during|for|of|early|late|mid|from|until|by|through|throughout) {_MONTH}(?P<y>)(?! \d)"), _english_month),
    (re.compile(r"(?P<rel>)(?P<y>)(?<![a-z])(?P<month>january|february|april|june|july|august|september|october|november|december)s?(?![a-z])"), _english_month),
    (re.compile(rf"(?:过去|最近|近|这)(?P<n>{_NUMBER}|两|半|)个?(?P<unit>年|月|周|星期|季|天|日)(?!内)"), _past),
    (re.compile(rf"(?<![a-z])(?:(?:past|last|previous|trailing) {_ENGLISH_COUNT}|past|trailing) (?P<unit>years?|months?|quarters?|weeks?|days?)(?![a-z])"), _past),
    (re.compile(rf"(?<![a-z0-9]){_ENGLISH_COUNT} days? (?:ago|earlier|back)(?![a-z])"), _ago),
    (re.compile(rf"(?P<n>{_NUMBER}|两)天(?:前|之前)"), _ago),
    (re.compile(rf"(?<![\d.年涨跌升降逾超约近+-])(?P<y>{_YEAR}|[一二][〇零一二三四五六七八九]{{3}}|(?:民国)1\d\d|[0129]\d)年(?!期|来|前|后)"), _year),
    (re.compile(r"(?<![\d月连近第过])(?P<d>\d{1,2})(?:日|号)(?!均|线|内|来|连|年|电|文)"), _day_number),
    (re.compile(rf"(?<![\d月连近第过〇零一二三四五六七八九十廿])(?P<d>{_HAN_NUMBER}{{1,3}})号(?!线)"), _day_number),
    (re.compile(rf"(?<![a-z])(?:on )?the (?P<d>\d{{1,2}}){_ORDINAL}(?! (?:time|year|day|century|straight|consecutive|week|biggest|largest|worst|best))(?![a-z])"), _day_number),
    (re.compile(rf"(?<![a-z])on (?:the )?(?P<d>\d{{1,2}}){_ORDINAL}(?![a-z])"), _day_number),
    (re.compile(rf"(?<![\d.:/涨跌升降逾超约近到至+$¥-])(?P<m>\d{{1,2}})[.·](?P<d>\d{{1,2}}){_NOT_A_PRICE}(?![\d.])(?= ?[一-鿿])"), _dotted),
    (re.compile(rf"(?<![a-z])on (?P<m>\d{{1,2}})\.(?P<d>\d{{1,2}}){_NOT_A_PRICE}(?![\d.])"), _dotted),
    (re.compile(rf"(?<![\d.,:/+$¥-])(?P<y>{_YEAR})(?![\d.,:/年点%])(?! ?(?:points?|pts?|level|点|%))"), _year),
)  # fmt: skip


@cache
def _named_day() -> re.Pattern[str]:
    followers = "|".join(re.escape(word) for word in read("when")["slang"]["followed_by"])
    return re.compile(rf"(?<![\d.])(?P<m>1[0-2]|0?[1-9])\.?(?P<d>[0-3]\d)(?:(?={followers})|(?<=since \d\d\d)(?!\d))")


def _numeric(text: str) -> Iterator[Spotted]:
    if not _HAS_NUMBER.search(text):
        return
    for pattern, read_match in ((_named_day(), _slang), *_NUMERIC):
        yield from (one for match in pattern.finditer(text) if (one := read_match(match)))
