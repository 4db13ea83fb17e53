"""Understands what only makes sense after an answer: "and yesterday?", 那创业板呢, "why not?", "more", "source?".

A text follows up when nothing is left of it once the words of ``rules/followups.toml``, the names and the times are
taken away. What it does not say itself, it takes from the answer before.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any, cast

from bot.chat import dates
from bot.chat import when as times
from bot.chat.language import HAN, simplified
from bot.chat.naming import find_names, is_wordless
from bot.chat.question import Language, Question, When
from bot.chat.rulebook import read
from bot.chat.spelling import corrected
from bot.chat.timewords import Asking, Spotted
from bot.chat.typed import clean
from index import sessions
from index.catalog import BY_CODE, Index
from index.errors import BeforeHistory, CalendarEnds

LONGEST = 60  # characters; whoever writes more asks a whole question
REFUSALS = frozenset({"sustainability", "entry_advice", "forecast"})
# Intents whose answer is another one for another index or day.
ASKABLE = REFUSALS | {
    *("why_move", "level", "drivers_detail", "compare", "history", "sectors", "movers", "global_relation"),
    *("hours_calendar", "details", "sources"),
}
CONTINUES = frozenset({"sectors", "movers", "drivers_detail", "compare"})
ASIDES = frozenset({"details", "sources"})  # a closer look at an explanation: the talk goes on about that
OF_SEVERAL = frozenset({"compare", "global_relation"})


@dataclass(frozen=True, slots=True)
class Turn:
    """The last answer of a chat, as far as a follow-up needs it.

    Attributes:
        intent: what was answered.
        language: of the answer's templates.
        index: code of its index.
        others: codes of further indices.
        days: the first and the last session it spoke of (one, when they are the same).
        driver: the cause that was asked about.
    """

    intent: str
    language: str
    index: str
    others: tuple[str, ...] = ()
    days: tuple[date, ...] = ()
    driver: str | None = None

    def as_text(self) -> str:
        """A form to store."""
        return json.dumps(asdict(self) | {"days": [day.isoformat() for day in self.days]})

    @classmethod
    def from_text(cls, text: str) -> "Turn":
        """The turn that `as_text` stored."""
        found: dict[str, Any] = json.loads(text)
        days = tuple(date.fromisoformat(day) for day in found.pop("days"))
        return cls(**found | {"others": tuple(found["others"]), "days": days})

    @property
    def when(self) -> When:
        """Its sessions as the time of a question."""
        return When("date" if len(self.days) == 1 else "range", self.days) if self.days else When()

    @property
    def question(self) -> Question:
        """The question that it answered, without what was asserted in it."""
        others = tuple(BY_CODE[code] for code in self.others)
        language = cast("Language", self.language)
        return Question("", language, self.intent, BY_CODE.get(self.index), others, self.when, None, self.driver)


@dataclass(frozen=True, slots=True)
class Thread:
    """What a text comes with beside its words.

    Attributes:
        last: the answer before it, which a follow-up is about.
        wanted: the intent, where a command says it and the text only which day or index.
        language: the chat's own, for a text that tells none.
    """

    last: Turn | None = None
    wanted: str = ""
    language: str = ""

    def meant(self, question: Question, today: date) -> Question:
        """The question as meant here."""
        if self.language and self._tells_none(question.text):
            question = replace(question, language=cast("Language", self.language))
        if self.wanted:
            return (
                question
                if self._is_refused(question)
                else replace(_stepped(question, self.last, today), intent=self.wanted)
            )
        return followed(question, self.last, today) if self.last else question

    def _tells_none(self, text: str) -> bool:
        """Whether the language is the chat's: behind a command only Chinese tells another than that."""
        if HAN.search(text):
            return bool(self.wanted) and self.language.startswith("zh")
        return bool(self.wanted) or is_wordless(text)

    def _is_refused(self, question: Question) -> bool:
        """Whether somebody asks /why for what is told to nobody."""
        return self.wanted == "why_move" and question.intent in REFUSALS | {"abuse_injection"}


ALONE = Thread()


def followed(question: Question, last: Turn, today: date) -> Question:
    """The question meant by a text that came after an answer.

    Args:
        question: the text as understood by itself.
        last: the answer before it.
        today: the day of asking, where the index trades.

    Returns:
        The question itself when it needs no answer before it.
    """
    heard = _heard(question.text)
    if heard is None:
        return _continued(question, last)
    asked = replace(
        question,
        intent=_intent(heard, last),
        index=_index(heard, last),
        others=_others(heard, last),
        when=_when(heard, last, today),
        driver=last.driver,
        language=_language(question, heard, last),
        direction=None,
    )
    return asked if asked.intent in ASKABLE | {"limitations"} else question


def _stepped(question: Question, last: Turn | None, today: date) -> Question:
    """Behind a command only a step, "the day before", is about the answer before it."""
    heard = _heard(question.text)
    if last is None or heard is None or heard.says not in _STEPS:
        return question
    return replace(question, index=_index(heard, last), when=_when(heard, last, today))


def _continued(question: Question, last: Turn) -> Question:
    """A whole question that goes on from the answer before, 那银行股呢, is about its day and index."""
    if question.intent not in CONTINUES or question.when.type or not _goes_on().match(_plain(question.text)):
        return question
    return replace(question, index=question.index or BY_CODE.get(last.index), when=last.when)


def _plain(text: str) -> str:
    return simplified(clean(text).plain)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a follow-up says itself.

    Attributes:
        says: which of the things in ``rules/followups.toml``; empty when it names an index or a time only.
        indices: the indices named.
        spotted: the time words.
        is_bare: it holds names only, so its script tells nothing about its language.
    """

    says: str
    indices: tuple[Index, ...]
    spotted: tuple[Spotted, ...]
    is_bare: bool


@lru_cache(maxsize=256)
def _heard(text: str) -> _Heard | None:
    """What a text says as a follow-up; None when it is a whole question."""
    typed = clean(text)
    if len(typed.plain) > LONGEST or typed.tricked:
        return None
    plain = corrected(simplified(typed.plain))
    rest, framed = _unframed(plain)
    if rest in _sayings():
        return _Heard(_sayings()[rest], (), (), is_bare=False)
    return _named(plain, asks=framed or plain.endswith("?"))


def _named(plain: str, *, asks: bool) -> _Heard | None:
    spotted = times.spot(plain)
    blank = _blanked(plain, [(one.start, one.end) for one in spotted])
    names = find_names(blank)
    rest, framed = _unframed(_blanked(blank, [(one.start, one.end) for one in names.mentions]))
    if names.kinds - {"index", "none"} or (rest and rest not in _sayings()):
        return None
    if not (spotted or names.indices()) or not (asks or framed or spotted or rest):
        return None  # nothing of its own, or a bare name, which asks for the level
    return _Heard(_sayings().get(rest, ""), names.indices(), tuple(spotted), is_bare=not (framed or spotted or rest))


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


@cache
def _sayings() -> Mapping[str, str]:
    said: Mapping[str, list[str]] = read("followups")["says"]
    return {_tight(simplified(word)): kind for kind, words in said.items() for word in words}


@cache
def _frame() -> tuple[re.Pattern[str], re.Pattern[str]]:
    rules = read("followups")
    opens, closes = (_any_of(rules[name]) for name in ("opens", "closes"))
    return re.compile(rf"\A(?:{opens})"), re.compile(rf"(?:{closes})\Z")


@cache
def _goes_on() -> re.Pattern[str]:
    return re.compile(rf"\A(?:{_any_of(read('followups')['continues'])})")


def _any_of(words: list[str]) -> str:
    ordered = sorted((simplified(word) for word in words), key=len, reverse=True)
    return "|".join(rf"\b{word}\b" if word.isascii() else word for word in ordered)


_MARKS = re.compile(r"[^\w/]+")


def _tight(text: str) -> str:
    """Words parted by one space, no punctuation, no word that only holds others together."""
    return " ".join(word for word in _MARKS.sub(" ", text).split() if word not in read("followups")["glue"])


def _unframed(text: str) -> tuple[str, bool]:
    """A text without the words that add nothing, and whether it had any; what is known as it stands stays."""
    opens, closes = _frame()
    rest, whole = _tight(text), _tight(text)
    for pattern in (opens, closes, opens, closes):
        if rest not in _sayings():
            rest = pattern.sub("", rest).strip()
    return rest, rest != whole


# --- What the answer before lends ------------------------------------------------------------------------------------


def _intent(heard: _Heard, last: Turn) -> str:
    if heard.says == "why_not":
        return "limitations" if last.intent in REFUSALS else "why_move"
    if heard.says in _STEPS or not heard.says:
        return last.intent
    return {"why": "why_move"}.get(heard.says, heard.says)


def _index(heard: _Heard, last: Turn) -> Index | None:
    keeps = last.intent in OF_SEVERAL and not heard.says and len(heard.indices) == 1
    if heard.indices and not keeps:
        return heard.indices[0]
    return BY_CODE.get(last.index)


def _others(heard: _Heard, last: Turn) -> tuple[Index, ...]:
    before = tuple(BY_CODE[code] for code in last.others)
    if heard.says and heard.says not in OF_SEVERAL:
        return heard.indices[1:]
    if len(heard.indices) == 1 and last.intent in OF_SEVERAL:
        return tuple(dict.fromkeys((*before, *heard.indices)))
    return heard.indices[1:] or before


def _when(heard: _Heard, last: Turn, today: date) -> When:
    meant = times.resolve(heard.spotted, Asking(today))
    if meant.type:
        return meant
    step = _STEPS.get(heard.says)
    return step(last.days or (today,)) if step else last.when


def _before(days: tuple[date, ...]) -> When:
    try:
        return When("date", (sessions.previous_session(days[0]),))
    except (BeforeHistory, CalendarEnds):
        return When("date", (days[0] - timedelta(days=1),))


def _after(days: tuple[date, ...]) -> When:
    try:
        return When("date", (sessions.next_session(days[-1]),))
    except CalendarEnds:
        return When("date", (days[-1] + timedelta(days=1),))


def _week_before(days: tuple[date, ...]) -> When:
    return When("range", dates.week(days[0], -1))


_STEPS: Mapping[str, Callable[[tuple[date, ...]], When]] = {
    "previous": _before,
    "next": _after,
    "week_before": _week_before,
}


def _language(question: Question, heard: _Heard, last: Turn) -> Language:
    """A name alone and characters that both scripts share tell no language: the conversation goes on in its own."""
    in_chinese = last.language.startswith("zh") and (question.language == "zh-hans" or heard.is_bare)
    return cast("Language", last.language) if in_chinese else question.language


def turn_of(question: Question, language: str, usual_index: Index, days: tuple[date, ...]) -> Turn:
    """An answer as the next question may refer to it.

    Args:
        question: what was answered.
        language: of the answer.
        usual_index: the one meant when none was named.
        days: the sessions it spoke of, oldest first.
    """
    ends = tuple(dict.fromkeys((days[0], days[-1]))) if days else ()
    others = tuple(index.code for index in question.others)
    intent = "why_move" if question.intent in ASIDES else question.intent
    return Turn(intent, language, (question.index or usual_index).code, others, ends, question.driver)
