"""From a text to an answer: understand, look up the figures, say it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time

from bot.chat.answer import Answer, Told
from bot.chat.asked import NONE, Asked, Habits
from bot.chat.conversation import ALONE, ASKABLE, Thread, Turn, turn_of
from bot.chat.question import Question
from bot.chat.replies import advice, compare, details, drivers, fixed, history, hours, level, sectors, why
from bot.chat.replies.first import unless_first
from bot.chat.replies.fixed import Reply
from bot.chat.span import local_day
from bot.chat.understanding import understand
from bot.figures import Sourced
from bot.pages import LANGUAGES, render
from index import sessions
from index.catalog import SHANGHAI_COMPOSITE, Index
from index.errors import MarketError
from index.reader import Reader

REPLIES: Mapping[str, Reply] = {
    "why_move": unless_first(why.reply),
    "level": unless_first(level.reply),
    "drivers_detail": unless_first(drivers.reply),
    "compare": compare.reply,
    "history": unless_first(history.reply),
    "sustainability": advice.sustainability,
    "entry_advice": advice.entry,
    "forecast": advice.forecast,
    "methodology": fixed.page("methodology"),
    "hours_calendar": hours.reply,
    "limitations": fixed.page("limitations"),
    "sectors": unless_first(sectors.reply),
    "movers": unless_first(sectors.movers),
    "global_relation": compare.relation,
    "subscribe": fixed.page("subscribe"),
    "unsubscribe": fixed.page("unsubscribe"),
    "settings": fixed.settings,
    "help": fixed.page("help"),
    "greeting_smalltalk": fixed.page("greeting"),
    "other_market": fixed.page("other_market"),
    "off_topic": fixed.page("off_topic"),
    "abuse_injection": fixed.abuse,
    # Not asked for by a question of its own: what a follow-up, a button or a command wants beside an answer.
    "details": unless_first(details.reply),
    "sources": unless_first(details.sources),
    "about": fixed.page("about"),
}
END_OF_DAY = time(23, 59, 59)


def answer(text: str, at: datetime | date, reader: Reader, habits: Habits = NONE, thread: Thread = ALONE) -> Answer:
    """Answer a question.

    Args:
        text: what a person typed; any Unicode, any length.
        at: the moment of asking; a bare date means the end of that day where the index trades.
        reader: the stored figures.
        habits: the language, colours and usual index that the chat has chosen.
        thread: what came before the text, which it may be about.

    Returns:
        The answer; where figures are missing or a day is impossible, a page that says so with `error` set.
    """
    understood = _understood(text, at, habits.index)
    question = thread.meant(understood, _day(at, understood.index or habits.index))
    spoken = spoken_language(habits.language or question.language)
    return reply_to(Asked(question, moment_at(at, question.index or habits.index), reader, spoken, habits))


def reply_to(asked: Asked) -> Answer:
    """Answer a question that is already understood."""
    try:
        told = REPLIES[asked.question.intent](asked)
    except MarketError as error:
        return refusal(asked.question, asked.language, error)
    page = render(told.template, asked.language, told.values, asked.habits.colours)
    return Answer(asked.question, asked.language, told, page)


def turn(found: Answer, habits: Habits) -> Turn | None:
    """What the next question may refer to; None when the answer was about no index and no day."""
    if found.error or found.question.intent not in ASKABLE:
        return None
    return turn_of(found.question, found.language, habits.index, found.told.sessions)


def refusal(question: Question, language: str, error: MarketError) -> Answer:
    """What is said instead of an answer."""
    name = type(error).__name__
    told = Told("errors", {"error": Sourced(error, "whyup"), "name": name})
    return Answer(question, language, told, render(told.template, language, told.values), name, error.exit_status)


def spoken_language(language: str) -> str:
    """The template language for a question's language: a mixed or unknown one is answered in a near one."""
    if language in LANGUAGES:
        return language
    return "zh-hans" if language.startswith(("zh", "mixed")) else "en"


def _understood(text: str, at: datetime | date, usual_index: Index) -> Question:
    """Read with Beijing's date first; an index abroad may be a calendar day apart."""
    question = understand(text, _day(at, SHANGHAI_COMPOSITE))
    index = question.index or usual_index
    day = _day(at, index)
    return question if day == _day(at, SHANGHAI_COMPOSITE) else replace(understand(text, day), text=text)


def _day(at: datetime | date, index: Index) -> date:
    return local_day(index, at) if isinstance(at, datetime) else at


def moment_at(at: datetime | date, index: Index) -> datetime:
    """A moment as it is; a date as the end of that day where the index trades."""
    if isinstance(at, datetime):
        return at
    return datetime.combine(at, END_OF_DAY, sessions.EXCHANGES[index.mic].zone)
