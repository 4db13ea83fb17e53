"""A headline → the driver of mainland shares that it speaks of, by the rules in ``rules/headlines_*.toml``.

A headline is read as a person at the desk reads it: where does it play, what does it name, which way does that go,
is it a fact or only expected, and how much does it weigh. The title alone is read, never the article.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.explainer.headline_rules import Rule, folded, rulebook, shelf, words
from bot.explainer.phrases import Title, listen

_PERCENT = re.compile(r"(\d+(?:\.\d+)?) ?(?:%|percent|per cent|pct)")
_POINTS = re.compile(r"(\d+(?:\.\d+)?) ?(?:个?基?点|points|pips)")
# Archives that split titles into tokens leave spaces before signs and within figures, initials and addresses.
_REPAIRS = (
    (re.compile(r"(?<=\d) \. (?=\d)"), "."),
    (re.compile(r"(?<!\d)(\d{1,3}), (?=\d{3}\b)"), r"\1,"),
    (re.compile(r" +(?=[.,;:%!?)])"), ""),
    (re.compile(r"(?<=\b[A-Z]\.) (?=[A-Z]\.)|(?<=\bU\.) (?=S\b)"), ""),
    (re.compile(r"(?<=\.) (?=-[A-Za-z]|'s\b|com\b)"), ""),
)
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
# What telegraph services put before a message: marks of urgency, and "财联社6月4日电，" or
# "新华社北京6月4日电（记者某某）".
_MARKS = r"[\s*＊●■▲★]*(?:(?:快讯|突发|最新|重磅快讯)[：:|丨｜]\s*|【(?:快讯|突发|最新)】\s*)?"
_DATELINE = (
    r"(?:[^\s，,。：:《【]{2,12}?\d{1,2}月\d{1,2}日[电讯]|[^\s，,。：:《【]{0,8}(?:社|网|报|公司|财经|财讯)[电讯])"
    r"(?:\s*[（(][^（）()]{0,20}[）)])?(?:[，,：:\s]\s*|(?<=[）)]))"
)
# One of these stands in everything that has to be taken away, and in few other titles.
_DRESSED = re.compile("[电讯*＊●■▲★【]|^突发|^最新")
_BYLINE = re.compile(f"{_MARKS}(?:{_DATELINE})?")
_TITLED = re.compile(rf"{_MARKS}【([^【】]+)】\s*(?:$|{_DATELINE}|.*。)", re.DOTALL)
# What something happened in spite of is neither its subject nor what moved it.
_DESPITE = re.compile(r"(?:despite|in spite of|defying|even as)\b[^,;:]*|尽管[^, ]*")
_CAUSE = re.compile(r"\b(?:after|as|on|amid|following) (.+)")
# "同比增0.9% 预期增1.2%": a figure and what was expected of it, each with the word that makes it a fall.
_EXPECTED = re.compile(
    r"(降|减|跌|-)?(\d+(?:\.\d+)?)%?[^%\d]{0,6}(?:前值[^%\d]{0,3}-?\d+(?:\.\d+)?%?[^%\d]{0,3})?(?:预期|预估)[^%\d降减跌-]{0,3}(?:下)?(降|减|跌|-)?(?:少)?(\d+(?:\.\d+)?)(?!年|月|季)"
)
# "PMI 51.1，前值50.7": a figure and the one before it.
_PREVIOUS = re.compile(
    r"(降|减|跌|-)?(\d+(?:\.\d+)?)%?[^%\d]{0,4}前值[^%\d降减跌-]{0,3}(降|减|跌|-)?(?:少)?(\d+(?:\.\d+)?)"
)
# Figures that are bad when they rise.
_ILLS = re.compile("失业|初请|逆差|不良")
# A negation turns what it stands right before; farther away it speaks of something else.
_NEGATION_REACH = 6
# Words that hold the character of a negation and negate nothing; and the ends of clauses, beyond which none reaches.
_HARMLESS = re.compile("未来|未必|不断|不仅|不但|不少|不住|不得不|不错|不足|不及|不佳|不振|不同|不久|不过|不利|不济")
_CLAUSE = re.compile(r"[ ,:;]")
# How far into an English title its subject may begin: encyclopaedias tell whole stories in one, with the oil price,
# China or Wall Street as a circumstance at the end.
_SUBJECT_BY = 100
# What is weak adds up slowly: a decision for the whole market must outweigh a day's campaigns, speeches and articles.
_STRENGTHS = {2: 1.0, 1: 0.25}
# Two titles of one story share at least this much of their words: agency and newspaper versions of a title differ in
# a source, a "breaking" or a clause; different stories of one day about one subject share less.
_SAME_STORY = 0.6


@dataclass(frozen=True, slots=True)
class Reading:
    """What a headline says about mainland shares.

    Attributes:
        driver: a label of `index.taxonomy`, None when it says nothing about them.
        polarity: +1 good for mainland shares, -1 bad, 0 neither or not said.
        relevance: 2 moves the market or is cited for its moves, 1 weak, 0 none.
        is_forward: only expected, planned, proposed, denied or asked.
        strength: 0 to 1; news of relevance 1 has a quarter of it, and what is not yet fact half; 0 for a title that
            merely tells that the market moved, which cannot be the reason of the move.
    """

    driver: str | None
    polarity: int
    relevance: int
    is_forward: bool
    strength: float


@dataclass(frozen=True, slots=True)
class Story:
    """Titles that tell one story, in the order they came; ``reading`` is that of the strongest."""

    titles: tuple[str, ...]
    reading: Reading


@dataclass(frozen=True, slots=True)
class _Heard:
    """A headline with the rules' phrases that stand in it, and the shared lists that speak in it, each with where.

    The lists are those of ``headlines_words.toml``; they are looked up only when a rule's phrase is there.
    The place is where it plays: ``china``, ``us`` or ``elsewhere``.
    """

    title: Title
    starts: Sequence[tuple[int, str]]
    said: Mapping[str, int]
    place: str

    def says(self, *lists: str) -> bool:
        return not self.said.keys().isdisjoint(lists)


@dataclass(frozen=True, slots=True)
class _Hit:
    rule: Rule
    start: int


_SIGNS = {"good": 1, "bad": -1, "neutral": 0}
_RISES = {"rise is good": 1, "rise is bad": -1}
_BEYOND = {"worse": -1, "better": 1}
_MOVES = {"up": 1, "down": -1}
# What a report of the session tells of its own course.
_OF_THE_SESSION = frozenset({"flows.domestic", "sector.rotation", "sentiment.profit_taking", "sentiment.valuation"})
_NOTHING = Reading(driver=None, polarity=0, relevance=0, is_forward=False, strength=0.0)


def read(title: str, published: date | None = None) -> Reading:
    """The driver, direction and weight of one headline.

    Args:
        title: as published, in English or in simplified or traditional Chinese.
        published: the day it appeared; rules about a subject of its time are silent outside it.
    """
    heard = _heard(folded(_bare(title)))
    hits = _hits(heard, published)
    if not hits:
        return _NOTHING
    best = min(hits, key=_rank)
    return (
        _reasoned(heard, hits, published) or _weighed(best, heard) if best.rule.circular else _caused(best, heard, hits)
    )


def spoken(title: str) -> str:
    """A title as a person would type it.

    Agencies' archives part the signs from the words ("U . S .", "2 . 5 %"); telegraph services put a dateline or a
    mark of urgency before the message, or the title in brackets before the text.

    >>> spoken("U . S ., China agree : tariffs up 2 . 5 % , says J . P . Morgan")
    'U.S., China agree: tariffs up 2.5%, says J.P. Morgan'
    >>> spoken("【央行宣布降准】财联社6月4日电，中国人民银行今日宣布下调存款准备金率。")
    '央行宣布降准'
    """
    title = _bare(title)
    for loose, tight in _REPAIRS:
        title = loose.sub(tight, title)
    return title


def merge(titles: Iterable[str]) -> list[Story]:
    """The stories behind titles of about one day, duplicates across sources put together.

    Titles belong together when most of their words are the same and one names all that the other does, or when
    they are in different languages and speak of the same driver, in the same direction, with the same figures.
    """
    stories: list[list[_Told]] = []
    # Titles that tell different figures tell different stories, so only those with the same ones are compared.
    by_figures: dict[frozenset[str], list[list[_Told]]] = {}
    for told in map(_told, titles):
        rivals = by_figures.setdefault(told.figures, [])
        same = next((story for story in rivals if _is_same(story[0], told)), None)
        if same is None:
            same = []
            stories.append(same)
            rivals.append(same)
        same.append(told)
    return [Story(tuple(told.title for told in story), max(story, key=_strength).reading) for story in stories]


def _bare(title: str) -> str:
    """What the headline itself says: the title of a telegraph, or its text without what stands before it."""
    if not _DRESSED.search(title):
        return title
    titled = _TITLED.match(title)
    bare = titled[1] if titled else title[_end_of_byline(title) :]
    return bare if bare.strip() else title


def _end_of_byline(title: str) -> int:
    found = _BYLINE.match(title)
    return found.end() if found else 0


def _rank(hit: _Hit) -> tuple[int, int, int, str]:
    """By name at last, so that one headline has one reading, in whatever order its phrases are found."""
    return (-hit.rule.weight, -hit.rule.relevance, hit.start, hit.rule.name)


def _heard(text: str) -> _Heard:
    title = listen(_DESPITE.sub("", text))
    starts = rulebook().triggers.starts(title)
    said = shelf().said(title) if starts else {}
    return _Heard(title, starts, said, _place(title, said))


def _hits(heard: _Heard, published: date | None) -> list[_Hit]:
    listeners = rulebook().listeners
    found = (_Hit(rule, start) for start, phrase in heard.starts for rule in listeners[phrase])
    return [hit for hit in found if _fits(hit, heard, published) and hit.rule.speaks(heard.title)]


def _fits(hit: _Hit, heard: _Heard, published: date | None) -> bool:
    is_in_time = published is None or hit.rule.since <= published <= hit.rule.until
    is_in_reach = heard.title.is_chinese or hit.start < _SUBJECT_BY
    is_there = hit.rule.place in ("any", heard.place)
    return is_in_time and is_in_reach and is_there and (hit.rule.ceremony_counts or not heard.says("beside"))


def _place(title: Title, said: Mapping[str, int]) -> str:
    """The place named first is the subject; Chinese headlines that name none speak of China."""
    named = [place for place in ("china", "us", "elsewhere") if place in said]
    return min(named, key=said.__getitem__) if named else "china" if title.is_chinese else "elsewhere"


def _caused(hit: _Hit, heard: _Heard, hits: Iterable[_Hit]) -> Reading:
    """A subject that may be told as the cause of a move of mainland shares: then the move says whether it is good."""
    moved = _moved(hits, heard) if heard.says("reason") else 0
    reading = _weighed(hit, heard)
    return replace(reading, polarity=moved) if moved else reading


def _reasoned(heard: _Heard, hits: Iterable[_Hit], published: date | None) -> Reading | None:
    """The cause that a report of the market names behind "after" or "as"; None when it names none that is known."""
    cause = _CAUSE.search(heard.title.text)
    clause = _heard(f"china {cause[1]}") if cause else heard
    behind = [hit for hit in _hits(clause, published) if not hit.rule.circular] if cause else []
    moved = _moved(hits, heard)
    return replace(_weighed(min(behind, key=_rank), clause), polarity=moved) if behind and moved else None


def _moved(hits: Iterable[_Hit], heard: _Heard) -> int:
    """Which way the headline says that mainland shares went, 0 when it does not."""
    told = [hit for hit in hits if hit.rule.circular and hit.rule.relevance == max(_STRENGTHS)]
    return _polarity(min(told, key=_rank), heard) if told else 0


def _weighed(hit: _Hit, heard: _Heard) -> Reading:
    is_denied = heard.says("denial")
    polarity = _polarity(hit, heard)
    relevance = _relevance(hit.rule, heard)
    is_forward = is_denied or _is_expected(hit.rule, heard)
    strength = 0.0 if _is_the_move(hit.rule, heard) else _STRENGTHS[relevance] * (0.5 if is_forward else 1)
    return Reading(hit.rule.driver, polarity, relevance, is_forward, strength)


def _is_the_move(rule: Rule, heard: _Heard) -> bool:
    """Whether it only tells what is to be explained: that the market moved, or how the session went."""
    return rule.circular or (rule.driver in _OF_THE_SESSION and heard.says("tape"))


def _is_expected(rule: Rule, heard: _Heard) -> bool:
    return heard.says("asked" if rule.is_fact else "forward") and not heard.says("decided")


def _relevance(rule: Rule, heard: _Heard) -> int:
    is_local = not rule.local_counts and rule.place == "china" and heard.says("local")
    is_talk = heard.says("comment", "overview", "question")
    return 1 if is_local or is_talk or rule.is_weak(heard.title) or not _is_large(rule, heard) else rule.relevance


def _is_large(rule: Rule, heard: _Heard) -> bool:
    bounds = [(bound, figure) for bound, figure in ((rule.large_pct, _PERCENT), (rule.large_points, _POINTS)) if bound]
    return not bounds or heard.says("big") or any(_reaches(*bound, heard.title) for bound in bounds)


def _reaches(least: float, figure: re.Pattern[str], title: Title) -> bool:
    return any(float(number) >= least for number in figure.findall(title.text))


def _polarity(hit: _Hit, heard: _Heard) -> int:
    if _is_neutral(hit.rule, heard):
        return 0
    sign, start = _settled(hit.rule, heard.title) or (_SIGNS.get(hit.rule.polarity), hit.start)
    sign = _RISES[hit.rule.polarity] * _direction(hit, heard) if sign is None else sign
    # That somebody spoke of good news is none; bad news that must be answered is still bad.
    is_words = sign == 1 and heard.says("statement")
    is_turned = heard.says("denial") or (heard.says("negation") and _is_negated(start, heard.title))
    return 0 if is_words else -sign if sign and is_turned else sign


def _is_neutral(rule: Rule, heard: _Heard) -> bool:
    is_small = rule.small_is_neutral and not _is_large(rule, heard)
    is_open = heard.says("overview", "question") or (heard.says("opinion") and not rule.opinion_counts)
    return is_small or is_open or rule.neutral.speaks(heard.title)


def _settled(rule: Rule, title: Title) -> tuple[int, int] | None:
    """The sign that the rule's own phrases give the headline, and where they begin.

    "Curbs" are bad and "lifts curbs" is good: a bad phrase with which a good one ends is part of that.
    """
    good = rule.good.spans(title)
    bad = [span for span in rule.bad.spans(title) if not any(_ends_in(each, span) for each in good)]
    found = bad or good
    return (-1 if bad else 1, min(found)[0]) if found else None


def _ends_in(longer: tuple[int, int], shorter: tuple[int, int]) -> bool:
    return longer[0] < shorter[0] and longer[1] == shorter[1]


def _direction(hit: _Hit, heard: _Heard) -> int:
    """+1 or -1 as the headline says that the topic went up or down, 0 when it does not say."""
    # A price goes where it goes: "rise despite slowest growth" is a rise.
    beyond = 0 if hit.rule.is_fact else _surprise(heard)
    moves = [(start, sign) for section, sign in _MOVES.items() for start in words(section).all_starts(heard.title)]
    nearest = min(moves, key=lambda move: (move[0] < hit.start, abs(move[0] - hit.start)), default=(0, 0))
    return beyond or nearest[1] or _since_last(heard) or _tone(hit.rule, heard)


def _tone(rule: Rule, heard: _Heard) -> int:
    """The mood of the words, where none tells a move; of prices that are good when they fall it says nothing."""
    mood = heard.says("bright") - heard.says("dark")
    return mood if rule.polarity == "rise is good" else 0


def _surprise(heard: _Heard) -> int:
    """Which side of what was expected of it a figure lies on, by number or by word; 0 where that is not told."""
    said = next((sign for section, sign in _BEYOND.items() if heard.says(section)), 0)
    return _beside(_EXPECTED, heard.title.text) or said


def _since_last(heard: _Heard) -> int:
    """Which side of the one before it a level lies on; a rate of change is told from where it stood a year ago."""
    text = heard.title.text
    return 0 if "同比" in text else _beside(_PREVIOUS, text)


def _beside(both: re.Pattern[str], text: str) -> int:
    """+1 or -1 as the first of two figures is better or worse than the other, 0 where there are no two."""
    found = both.search(text)
    if not found:
        return 0
    actual, other = (float(number) * (-1 if fell else 1) for fell, number in (found.group(1, 2), found.group(3, 4)))
    return ((actual > other) - (actual < other)) * (-1 if _ILLS.search(text) else 1)


def _is_negated(start: int, title: Title) -> bool:
    before = _HARMLESS.sub("", title.text[max(0, start - _NEGATION_REACH) : start])
    before = _CLAUSE.split(before)[-1] if title.is_chinese else before
    return bool(before) and words("denial", "before").speaks(listen(before))


@dataclass(frozen=True, slots=True)
class _Told:
    title: str
    reading: Reading
    words: frozenset[str]
    figures: frozenset[str]
    names: frozenset[str]
    is_chinese: bool


def _told(title: str) -> _Told:
    heard = listen(folded(_bare(title)))
    grams = frozenset(gram for gram in heard.grams if len(gram) > 1 and not gram.endswith("*") and not gram.isspace())
    return _Told(title, read(title), grams, frozenset(_FIGURE.findall(heard.text)), _names(heard), heard.is_chinese)


def _names(title: Title) -> frozenset[str]:
    """Places, tools, trades and companies that stand in the title."""
    books = (words("distinct"), words("local", "places"), words("places", "elsewhere"))
    return frozenset(phrase for book in books for _, phrase in book.starts(title))


def _is_same(one: _Told, other: _Told) -> bool:
    if one.is_chinese == other.is_chinese:
        is_like = len(one.words & other.words) >= _SAME_STORY * len(one.words | other.words)
        # One title may name more than the other; where each names what the other does not, there are two stories.
        return is_like and (one.names <= other.names or other.names <= one.names)
    return bool(one.figures) and one.reading.driver is not None and _gist(one) == _gist(other)


def _gist(told: _Told) -> tuple[str | None, int]:
    return told.reading.driver, told.reading.polarity


def _strength(told: _Told) -> float:
    return told.reading.strength
