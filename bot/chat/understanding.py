"""Text in, understood question out: the whole path, by rules alone.

clean → time words → names → driver and direction → intent → dates, which need the intent's tense
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache

from bot.chat import direction as directions
from bot.chat import intents
from bot.chat import when as times
from bot.chat.intents import Facts, cause_end, examples, intent_of
from bot.chat.language import detect, simplified
from bot.chat.lexicon import Mention
from bot.chat.likeness import Likeness, learned
from bot.chat.naming import Name, Named, find_names
from bot.chat.phrases import MARKS
from bot.chat.question import Question, When
from bot.chat.rulebook import lexicon, read
from bot.chat.spelling import corrected
from bot.chat.timewords import Asking, Spotted
from bot.chat.typed import Typed, clean

# Intents that ask about days to come unless their words say otherwise.
_AHEAD = frozenset({"forecast", "hours_calendar"})
_PAST_TENSE = re.compile(r"(?<![a-z])(?:was|were|did|had)(?![a-z])|[了过](?:吗|没|$)")
# Intents in which Shanghai is a city and China a country.
_PLACES_ARE_PLACES = frozenset({"off_topic", "other_market", "greeting_smalltalk", "help"})
_NAMES_NO_TIME = frozenset({"methodology", "abuse_injection", "settings", "help"})
_LETTER = re.compile(r"[^\W_]")


def understand(text: str, today: date) -> Question:
    """Read a question.

    Args:
        text: what a person typed; any Unicode, any length.
        today: the day of asking, in the exchange's own zone.

    Returns:
        The question, with dates resolved; an empty or unreadable text is ``abuse_injection``.
    """
    typed = clean(text)
    plain, names, spotted = _recognised(typed)
    facts = _facts(plain, names, spotted)
    intent = _intent(typed, facts)
    indices = (
        ()
        if intent == "abuse_injection" and not facts.asks_why
        else names.indices(places=intent not in _PLACES_ARE_PLACES)
    )
    return Question(
        text=text,
        language=detect(typed.shown),
        intent=intent,
        index=indices[0] if indices else None,
        others=indices[1:],
        when=_when(intent, plain, spotted, today),
        direction=facts.direction,
        driver=facts.driver if intent == "drivers_detail" and facts.driver != "other" else None,
    )


def prepare() -> None:
    """Compile the rules and learn the examples now, in half a second that the first questions else wait for."""
    intents.prepare()
    _likeness()


def _recognised(typed: Typed) -> tuple[str, Named, list[Spotted]]:
    plain = corrected(simplified(typed.plain))
    spotted = times.spot(plain)
    return plain, find_names(_without_times(plain, spotted)), spotted


def _intent(typed: Typed, facts: Facts) -> str:
    if typed.tricked or not _LETTER.search(typed.plain):
        return "abuse_injection"
    return intent_of(facts) or _likeness().intent_of(facts) or _guess(facts)


def _guess(facts: Facts) -> str:
    """No rule and no example: a direction asks why, a name alone asks for the level."""
    if facts.direction:
        return "why_move"
    return "level" if facts.has_market else "off_topic"


@cache
def _likeness() -> Likeness:
    more = ((intent, text) for intent, texts in read("examples").items() for text in texts)
    return learned((intent, _facts(*_recognised(clean(text)))) for intent, text in (*examples(), *more))


def _facts(plain: str, names: Named, spotted: list[Spotted]) -> Facts:
    marked = _marked(plain, names.mentions, spotted)
    cause_ends = cause_end(marked)
    return Facts(
        text=marked,
        indices=len(names.indices()),
        is_named=bool(names.indices(places=False)),
        has_when=any(one.type for one in spotted),
        is_past=any(one.type not in {None, "today"} and not one.is_ahead for one in spotted),
        asks_why=cause_ends is not None,
        direction=directions.asserted(marked, cause_ends),
        driver=_driver(plain),
    )


def _driver(plain: str) -> str | None:
    """The first cause named that has a word of its own, else ``other`` if one without is named."""
    named = [mention.meaning for mention in lexicon("drivers").find(plain)]
    return next((driver for driver in named if driver != "other"), named[0] if named else None)


def _marked(plain: str, names: Iterable[Mention[Name]], spotted: Iterable[Spotted]) -> str:
    """The text with a mark in place of each name and time, and without the punctuation around it."""
    marks = [(one.start, one.end, MARKS[one.meaning.kind]) for one in names if one.meaning.kind in MARKS]
    marks += [(one.start, one.end, _time_mark(one)) for one in spotted]
    pieces, position = [], 0
    for start, end, mark in sorted(marks):
        if start >= position:
            pieces += [plain[position:start], mark]
            position = end
    return _trimmed("".join([*pieces, plain[position:]]))


def _time_mark(one: Spotted) -> str:
    if one.is_ahead or not one.type:
        return MARKS["ahead"]
    return MARKS["today" if one.type == "today" else "when"]


def _without_times(plain: str, spotted: Iterable[Spotted]) -> str:
    """Blank the time words at equal length: 今日股市 says today's market, not 日股, the Japanese one."""
    for one in spotted:
        plain = plain[: one.start] + MARKS["when"] * (one.end - one.start) + plain[one.end :]
    return plain


_EDGES = re.compile(r"\A[^\w\ue000-\ue005/+$<{(#-]+|[^\w\ue000-\ue005}>%)]+\Z")


def _trimmed(text: str) -> str:
    return _EDGES.sub("", text)


def _when(intent: str, plain: str, spotted: list[Spotted], today: date) -> When:
    ahead = intent in _AHEAD and not _PAST_TENSE.search(plain)
    return times.resolve(spotted, Asking(today, ahead), years_count=intent not in _NAMES_NO_TIME)
