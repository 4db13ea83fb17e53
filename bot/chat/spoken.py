"""Time words without a number: today, 上周五, "the day before yesterday", as ``rules/when.toml`` lists them."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache, partial

from bot.chat import dates
from bot.chat.language import simplified
from bot.chat.lexicon import Lexicon, Mention
from bot.chat.rulebook import read
from bot.chat.timewords import Asking, Days, Rank, Resolve, Spotted, exactly

# A kind of time word and which one of it: ("weekday", "last 4").
_Word = tuple[str, str]


def spoken(text: str) -> Iterator[Spotted]:
    """The time words of a plain, simplified text that are listed."""
    for mention in _words().find(text):
        kind, name = mention.meaning
        yield _KINDS[kind](mention, name)


@cache
def _words() -> Lexicon[_Word]:
    tables = read("when")
    words = {
        simplified(word): (kind, name)
        for kind in ("today", "yesterday", "offset", "range", "since", "named", "horizon")
        for name, said in tables[kind].items()
        for word in said
    }
    return Lexicon({**_weekdays(), **words})


def _weekdays() -> dict[str, _Word]:
    tables = read("when")
    return {
        prefix + name: ("weekday", f"{kind} {number}")
        for kind, prefixes in tables["weekday_prefix"].items()
        for prefix in prefixes
        for number, names in tables["weekday"].items()
        for name in names
        if _goes_with(prefix, name)
    }


def _goes_with(prefix: str, name: str) -> bool:
    """Chinese weekdays need their 周, and a bare "sun" or "mon" is more often something else."""
    return prefix[-1:].isascii() == name.isascii() and bool(prefix or len(name) > len("thurs"))


def _today(mention: Mention[_Word], name: str) -> Spotted:
    rank = Rank.TODAY if name == "said" else Rank.LOOSE
    return Spotted(mention.start, mention.end, "today", shifted(0), rank)


def _yesterday(mention: Mention[_Word], _: str) -> Spotted:
    return Spotted(mention.start, mention.end, "yesterday", shifted(-1))


def _offset(mention: Mention[_Word], name: str) -> Spotted:
    return Spotted(mention.start, mention.end, "date", shifted(int(name)), is_ahead=int(name) > 0)


def shifted(days: int) -> Resolve:
    """Resolves to the day that many days after the day of asking."""
    return lambda asking: (asking.today + timedelta(days=days),)


def _horizon(mention: Mention[_Word], _: str) -> Spotted:
    return Spotted(mention.start, mention.end, None, shifted(0))


def _named(mention: Mention[_Word], name: str) -> Spotted:
    first, _, last = name.partition("/")
    days = date.fromisoformat(first), date.fromisoformat(last)
    return Spotted(mention.start, mention.end, "range", lambda _: days, Rank.SPAN)


def _range(mention: Mention[_Word], name: str) -> Spotted:
    if name == "year_ago_today":
        return Spotted(mention.start, mention.end, "date", _year_ago)
    rank = Rank.VAGUE if name == "vague" else Rank.SPAN
    return Spotted(mention.start, mention.end, "range", partial(_span, name), rank, name.startswith("next_"))


def _since(mention: Mention[_Word], name: str) -> Spotted:
    return Spotted(
        mention.start, mention.end, "range", lambda _: (), Rank.SPAN, since="low" if name == "low" else "high"
    )


def _year_ago(asking: Asking) -> Days | None:
    return exactly(dates.day(asking.today.year - 1, asking.today.month, asking.today.day))


def _span(name: str, asking: Asking) -> Days:
    return _SPANS[name](asking.today)


_SPANS: Mapping[str, Callable[[date], Days]] = {
    "vague": lambda _: (),
    "this_week": lambda today: (dates.monday_of(today), today),
    "last_week": lambda today: dates.week(today, -1),
    "next_week": lambda today: dates.week(today, 1),
    "before_last_week": lambda today: dates.week(today, -2),
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


def _weekday(mention: Mention[_Word], name: str) -> Spotted:
    kind, number = name.split()
    days = partial(_weekday_days, kind, int(number))
    return Spotted(mention.start, mention.end, "weekday", days, is_ahead=kind == "next")


def _weekday_days(kind: str, number: int, asking: Asking) -> Days:
    weeks = {"last_weeks": -1, "this": 0, "next": 1}.get(kind)
    if weeks is not None:
        return (dates.monday_of(asking.today, weeks) + timedelta(days=number),)
    since = (asking.today.weekday() - number) % 7
    if kind == "last":
        return (asking.today - timedelta(days=since or 7),)
    return (asking.today + timedelta(days=-since % 7 if asking.ahead else -since),)


_KINDS: Mapping[str, Callable[[Mention[_Word], str], Spotted]] = {
    "today": _today,
    "yesterday": _yesterday,
    "offset": _offset,
    "range": _range,
    "since": _since,
    "named": _named,
    "horizon": _horizon,
    "weekday": _weekday,
}
