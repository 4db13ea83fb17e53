"""Time words with a number or a month: 9月30日, 4/7, "July 27", 2015年, q3, 924那天, "past two years"."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache

from bot.chat import dates
from bot.chat.rulebook import read
from bot.chat.spoken import shifted
from bot.chat.timewords import Asking, Days, Rank, Resolve, Spotted, exactly

_Read = Callable[[re.Match[str]], Spotted | None]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_RELATIVE_YEARS = {"今年": 0, "本年": 0, "去年": -1, "上年": -1, "旧年": -1, "前年": -2, "明年": 1}
_RELATIVE_MONTHS = {"上个月": -1, "上月": -1, "本月": 0, "这个月": 0, "这月": 0, "下个月": 1, "下月": 1}
_WORDS = {
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
_MONTHS_IN = {"year": 12, "年": 12, "month": 1, "月": 1, "quarter": 3, "季": 3}
_FIRST = frozenset({"first", "1st", "1", "上"})
_WEEKS = frozenset({"week", "周", "星期", "礼拜"})


def written(text: str) -> Iterator[Spotted]:
    """The time words of a plain, simplified text that hold a number or a month, the most telling patterns first."""
    if not _HAS_NUMBER.search(text):
        return
    for pattern, read_match in ((_named_day(), _month_and_day), *_PATTERNS):
        yield from (one for match in pattern.finditer(text) if (one := read_match(match)))


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
    return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)


def _full_year(text: str) -> int:
    """A year as written: 2024, 24, or of the Republic of China (113 = 2024)."""
    year = number(text)
    if year >= 1000:  # noqa: PLR2004 - four digits are the year itself
        return year
    return year + (1911 if len(text) == len("113") else 2000)


# --- One day ----------------------------------------------------------------------------------------------------


def _exact(match: re.Match[str], found: Resolve) -> Spotted:
    return Spotted(match.start(), match.end(), "date", found)


def _fixed(match: re.Match[str], year: int, month: int, day: int) -> Spotted | None:
    found = dates.day(year, month, day)
    return _exact(match, lambda _: (found,)) if found else None


def _year_month_day(match: re.Match[str]) -> Spotted | None:
    return _fixed(match, _full_year(match["y"]), int(match["m"]), int(match["d"]))


def _month_and_day(match: re.Match[str]) -> Spotted | None:
    return _yearless(match, int(match["m"]), int(match["d"]))


def _yearless(match: re.Match[str], month: int, day: int) -> Spotted | None:
    if dates.day(2024, month, day) is None:
        return None
    return _exact(match, lambda asking: exactly(dates.nearest(month, day, asking.today, ahead=asking.ahead)))


def _slashed_with_year(match: re.Match[str]) -> Spotted:
    first, second, year = int(match["a"]), int(match["b"]), _full_year(match["y"])
    return _exact(match, lambda asking: exactly(_month_first(year, first, second, asking)))


def _slashed(match: re.Match[str]) -> Spotted | None:
    first, second = int(match["a"]), int(match["b"])
    round_the_clock = (first, second) == (24, 7)
    if round_the_clock or not (dates.day(2024, first, second) or dates.day(2024, second, first)):
        return None
    return _exact(match, lambda asking: exactly(_slashed_day(first, second, asking)))


def _slashed_day(first: int, second: int, asking: Asking) -> date | None:
    this_year = _month_first(asking.today.year, first, second, asking)
    nearest = (dates.nearest(*pair, asking.today, ahead=asking.ahead) for pair in ((first, second), (second, first)))
    return this_year or next(filter(None, nearest), None)


def _month_first(year: int, first: int, second: int, asking: Asking) -> date | None:
    """Month-first unless that gives a future or impossible day."""
    options = filter(None, (dates.day(year, first, second), dates.day(year, second, first)))
    return next((found for found in options if asking.ahead or found <= asking.today), None)


def _chinese_date(match: re.Match[str]) -> Spotted | None:
    month, day, years = number(match["m"]), number(match["d"]), _RELATIVE_YEARS.get(match["ry"])
    if match["y"]:
        return _fixed(match, _full_year(match["y"]), month, day)
    if years is None:
        return _yearless(match, month, day)
    return _exact(match, lambda asking: exactly(dates.day(asking.today.year + years, month, day)))


def _day_of_relative_month(match: re.Match[str]) -> Spotted:
    months, day = _RELATIVE_MONTHS[match["rm"]], number(match["d"])

    def days(asking: Asking) -> Days | None:
        first, _ = dates.month(asking.today.year, asking.today.month + months)
        return exactly(dates.day(first.year, first.month, day))

    return _exact(match, days)


def _day_number(match: re.Match[str]) -> Spotted | None:
    day = number(match["d"])
    if dates.day(2024, 1, day) is None:
        return None
    return _exact(match, lambda asking: exactly(dates.nearest_number(day, asking.today, ahead=asking.ahead)))


def _month_number(match: re.Match[str]) -> int:
    return _MONTHS.index(match["month"][:3]) + 1


def _english_date(match: re.Match[str]) -> Spotted | None:
    month, day = _month_number(match), int(match["d"])
    return _fixed(match, int(match["y"]), month, day) if match["y"] else _yearless(match, month, day)


def _ago(match: re.Match[str]) -> Spotted:
    return _exact(match, shifted(-_count(match["n"])))


# --- A range ----------------------------------------------------------------------------------------------------


def _span(match: re.Match[str], found: Resolve) -> Spotted:
    return Spotted(match.start(), match.end(), "range", found, Rank.SPAN)


def _english_days(match: re.Match[str]) -> Spotted | None:
    month, first, last = _month_number(match), int(match["d"]), int(match["e"])

    def days(asking: Asking) -> Days | None:
        nearest = dates.nearest(month, first, asking.today, ahead=asking.ahead)
        start = dates.day(int(match["y"]), month, first) if match["y"] else nearest
        end = dates.day(start.year, month, last) if start else None
        return (start, end) if start and end else None

    return Spotted(match.start(), match.end(), "range", days) if last > first else None


def _chinese_month(match: re.Match[str]) -> Spotted | None:
    month, years = number(match["m"]), _RELATIVE_YEARS.get(match["ry"])
    if dates.day(2024, month, 1) is None:
        return None
    if match["y"]:
        return _span(match, lambda _: dates.month(_full_year(match["y"]), month))
    if years is None:
        return _span(match, lambda asking: dates.latest_whole_month(month, asking.today))
    return _span(match, lambda asking: _until(dates.month(asking.today.year + years, month), asking.today))


def _until(span: tuple[date, date], today: date) -> Days:
    return (span[0], min(span[1], today)) if span[0] <= today else span


def _english_month(match: re.Match[str]) -> Spotted:
    month, year = _month_number(match), match["y"]
    if year:
        return _span(match, lambda _: dates.month(int(year), month))
    if match["rel"] == "this":
        return _span(match, lambda asking: _until(dates.month(asking.today.year, month), asking.today))
    return _span(match, lambda asking: dates.latest_whole_month(month, asking.today))


def _quarter(match: re.Match[str]) -> Spotted:
    quarter, year = number(match["q"]), match["y"]

    def days(asking: Asking) -> Days:
        if year:
            return dates.quarter(_full_year(year), quarter)
        span = dates.quarter(asking.today.year, quarter)
        return span if span[0] <= asking.today else dates.quarter(asking.today.year - 1, quarter)

    return _span(match, days)


def _year(match: re.Match[str]) -> Spotted:
    span = dates.whole_year(_full_year(match["y"]))
    return Spotted(match.start("y"), match.end(), "range", lambda _: span, Rank.SPAN, is_year=True)


def _past(match: re.Match[str]) -> Spotted:
    count, unit = _count(match["n"] or ""), match["unit"].removesuffix("s")
    if unit in _MONTHS_IN:
        months = count * _MONTHS_IN[unit]
        return _span(match, lambda asking: (dates.months_before(asking.today, months), asking.today))
    days = count * (7 if unit in _WEEKS else 1)
    return _span(match, lambda asking: (asking.today - timedelta(days=days), asking.today))


def _half(match: re.Match[str]) -> Spotted:
    year, is_first = _full_year(match["y"]), match["h"] in _FIRST
    span = (date(year, 1, 1), date(year, 6, 30)) if is_first else (date(year, 7, 1), date(year, 12, 31))
    return _span(match, lambda _: span)


def _sessions(match: re.Match[str]) -> Spotted | None:
    count = _count(match["n"])
    return Spotted(match.start(), match.end(), "range", lambda _: (), Rank.SPAN, count=count) if count else None


def _count(text: str) -> int:
    return _WORDS[text] if text in _WORDS else number(text)


# --- Patterns ---------------------------------------------------------------------------------------------------

# Pieces that patterns name with an @.
_PIECES: Mapping[str, str] = {
    "@month": r"(?<![a-z])(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])",
    "@hanyear": r"(?:(?:民国)?(?P<y>\d{2,4}|[〇零一二三四五六七八九]{4})年"
    rf"|(?P<ry>{'|'.join(_RELATIVE_YEARS)})的?)",
    "@relmonth": f"(?P<rm>{'|'.join(_RELATIVE_MONTHS)})",
    "@hannumber": "[〇零一二三四五六七八九十廿卅]{1,3}",
    "@number": r"(?:\d{1,2}|[〇零一二三四五六七八九十廿卅]{1,3})",
    "@count": rf"(?P<n>\d{{1,2}}|{'|'.join(word for word in _WORDS if word.isascii() and word)})",
    "@year": r"(?:19|20)\d\d",
    "@th": "(?:st|nd|rd|th)",
    "@noprice": r"(?! ?(?:%|点|元|万|亿|倍|个|只|家|块|多|几|pts?\b|points?\b|pm\b|am\b|percent|bps?\b|x\b|手|天|年"
    r"|bn|billion))",
    "@[": "(?<![a-z])",
    "@]": "(?![a-z])",
}


def _pattern(*parts: str) -> re.Pattern[str]:
    pattern = "".join(parts)
    for name, piece in _PIECES.items():
        pattern = pattern.replace(name, piece)
    return re.compile(pattern)


_HAS_NUMBER = _pattern(r"\d|half of|sessions|trading days|(?:@hannumber|[两半]) ?(?:年|月|日|号|季|天|个|周)|@month")

# From the most to the least telling: the first to claim a stretch of text keeps it.
_PATTERNS: tuple[tuple[re.Pattern[str], _Read], ...] = (
    (_pattern(r"(?<!\d)(?P<y>@year)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)"), _year_month_day),
    (_pattern(r"(?<!\d)(?P<y>@year)(?P<m>[01]\d)(?P<d>[0-3]\d)(?!\d)"), _year_month_day),
    (_pattern(r"(?<![\d/.])(?P<y>1[0-2]\d)[/.](?P<m>\d{1,2})[/.](?P<d>\d{1,2})(?![\d/.])"), _year_month_day),
    (_pattern(r"(?<![\d/.])(?P<a>\d{1,2})[/.-](?P<b>\d{1,2})[/.-](?P<y>@year|\d\d)(?![\d/.])"), _slashed_with_year),
    (_pattern(r"(?<![\d/.])(?P<a>\d{1,2})/(?P<b>\d{1,2})(?![\d/.])"), _slashed),
    (_pattern(r"@hanyear?(?P<m>(?<!\d)@number)月(?:份)?(?P<d>@number)(?:日|号)?(?![\d个])"), _chinese_date),
    (_pattern("@relmonth的?(?P<d>@number)(?:日|号)"), _day_of_relative_month),
    (_pattern(r"@hanyear?(?P<m>(?<!\d)@number)月份?"), _chinese_month),
    (_pattern("@[(?P<h>first|1st|second|2nd) half(?: of| in)? (?P<y>@year)(?!\\d)"), _half),
    (_pattern("@[h(?P<h>[12]) ?(?:of )?(?P<y>@year)(?!\\d)"), _half),
    (_pattern(r"(?<!\d)(?P<y>@year) ?h(?P<h>[12])(?![a-z0-9])"), _half),
    (_pattern(r"(?<!\d)(?P<y>@year)年?的?(?P<h>[上下])半年"), _half),
    (_pattern("@[(?:the )?(?:past|last|previous|latest) @count (?:trading )?(?:sessions|trading days)@]"), _sessions),
    (_pattern("(?:过去|最近|近|这)(?P<n>@number|两)个?交易日"), _sessions),
    (_pattern(r"(?<!\d)(?:(?P<y>\d{2,4})年?)?第?(?P<q>[1-4一二三四])季度?"), _quarter),
    (_pattern("(?<![a-z0-9])q(?P<q>[1-4])(?: ?(?:of )?(?P<y>@year))?(?![a-z0-9])"), _quarter),
    (
        _pattern(
            r"@month\.? (?P<d>\d{1,2})@th? ?(?:-|–|to|through) ?(?P<e>\d{1,2})@th?(?!\d)",
            "(?:,? (?P<y>@year))?",
        ),
        _english_days,
    ),
    (
        _pattern(
            r"(?<![\d./])(?:between )?(?P<d>\d{1,2})@th? ?(?:-|–|to|through|and) ?(?P<e>\d{1,2})@th?(?: of)? @month",
            r"(?:,? (?P<y>@year))?(?!\d)",
        ),
        _english_days,
    ),
    (
        _pattern(r"@month\.? ?(?:the )?(?P<d>\d{1,2})@th?(?![\d.%])(?:,? ?(?P<y>@year))?(?!\d)"),
        _english_date,
    ),
    (_pattern(r"(?<!\d)(?P<d>\d{1,2})@th?(?: of)? ?@month\.?(?:,? ?(?P<y>@year))?(?!\d)"), _english_date),
    (_pattern(r"(?P<rel>)@month\.?(?: of)?,? ?(?P<y>@year)(?!\d)"), _english_month),
    (
        _pattern(
            "@[(?P<rel>in|since|last|this|during|for|of|early|late|mid|from|until|by|through|throughout|was)",
            r" @month(?P<y>)(?! \d)",
        ),
        _english_month,
    ),
    (
        _pattern(
            "(?P<rel>)(?P<y>)@[(?P<month>january|february|april|june|july|august|september|october|november|december)",
            "s?@]",
        ),
        _english_month,
    ),
    (_pattern("(?:过去|最近|近|这(?!.{1,2}天))(?P<n>@number|两|半|)个?(?P<unit>年|月|周|星期|季|天|日)(?!内)"), _past),
    (
        _pattern(
            "@[(?:(?:past|last|previous|trailing) @count|past|trailing) ",
            "(?P<unit>years?|months?|quarters?|weeks?|days?)@]",
        ),
        _past,
    ),
    (_pattern("(?<![a-z0-9])@count days? (?:ago|earlier|back)@]"), _ago),
    (_pattern("(?P<n>@number|两)天(?:前|之前)"), _ago),
    (
        _pattern(
            r"(?<![\d.年涨跌升降逾超约近+-])(?P<y>@year|[一二][〇零一二三四五六七八九]{3}|(?:民国)1\d\d|[0129]\d)年",
            "(?!期|来|前|后)",
        ),
        _year,
    ),
    (_pattern(r"(?<![\d月连近第过])(?P<d>\d{1,2})(?:日|号)(?!均|线|内|来|连|年|电|文)"), _day_number),
    (_pattern(r"(?<![\d月连近第过〇零一二三四五六七八九十廿])(?P<d>@hannumber)号(?!线)"), _day_number),
    (
        _pattern(
            r"@[(?:on )?the (?P<d>\d{1,2})@th",
            "(?! (?:time|year|day|century|straight|consecutive|week|biggest|largest|worst|best))@]",
        ),
        _day_number,
    ),
    (_pattern(r"@[on (?:the )?(?P<d>\d{1,2})@th@]"), _day_number),
    (
        _pattern(
            r"(?<![\d.:/涨跌升降逾超约近到至+$¥-])(?P<m>\d{1,2})[.·](?P<d>\d{1,2})@noprice(?![\d.])",
            "(?= ?[一-鿿])",
        ),
        _month_and_day,
    ),
    (_pattern(r"@[on (?P<m>\d{1,2})\.(?P<d>\d{1,2})@noprice(?![\d.])"), _month_and_day),
    (_pattern(r"(?<![\d.,:/+$¥-])(?P<y>@year)(?![\d.,:/年点%])(?! ?(?:points?|pts?|level|点|%))"), _year),
)


@cache
def _named_day() -> re.Pattern[str]:
    """Days that became names: 924行情, "the 924 rally"."""
    followers = "|".join(re.escape(word) for word in read("when")["slang"]["followed_by"])
    return re.compile(rf"(?<![\d.])(?P<m>1[0-2]|0?[1-9])\.?(?P<d>[0-3]\d)(?:(?={followers})|(?<=since \d\d\d)(?!\d))")
