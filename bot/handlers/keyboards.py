"""The buttons under messages, and what is written on them for the bot: at most 64 bytes that outlive a restart."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message
from telegram.constants import InlineKeyboardButtonLimit

from bot.chat.answer import Answer
from bot.chat.answering import REPLIES
from bot.chat.conversation import Turn
from bot.delivery.chats import COLOURS
from bot.pages import LANGUAGES, words_of
from index.catalog import BY_CODE, CATALOG
from index.moves import Move

VIEW, SUBSCRIBE = "v", "do:subscribe"
# What an answer's buttons lead to, and the intent that shows it.
VIEWS = {"why": "why_move", "details": "details", "sectors": "sectors", "compare": "compare"}
A_ROW = 2
GLOBE, CHOSEN = "🌐", "✅"


def under(found: Answer) -> InlineKeyboardMarkup | None:
    """The buttons under an answer: other views of its move, what else a chat may want, or none."""
    if found.error:
        return None
    if found.question.intent == "settings":
        return settings(found.language)
    if found.question.intent == "subscribe":
        return InlineKeyboardMarkup([[_button(words_of(found.language)["buttons"]["subscribe"], SUBSCRIBE)]])
    return _views(found, found.told.move) if found.told.move else None


def _views(found: Answer, move: Move) -> InlineKeyboardMarkup:
    words, here = words_of(found.language)["buttons"], _turn(found, move)
    views = [_to(words[name], _as(here, intent)) for name, intent in VIEWS.items() if intent != here.intent]
    previous = replace(here, days=(move.previous_session,))
    more = [_to(words["previous"], previous), _to(words["sources"], _as(here, "sources"))]
    return InlineKeyboardMarkup([views, [*more, _to(f"{GLOBE} {_next_name(here)}", _in_next_language(here))]])


def _turn(found: Answer, move: Move) -> Turn:
    days = tuple(dict.fromkeys((move.first_session, move.session)))
    others = tuple(index.code for index in found.question.others)
    return Turn(found.question.intent, found.language, move.index, others, days, found.question.driver)


def _as(turn: Turn, intent: str) -> Turn:
    return replace(turn, intent=intent, driver=None)


def _next_language(turn: Turn) -> str:
    return LANGUAGES[(LANGUAGES.index(turn.language) + 1) % len(LANGUAGES)]


def _next_name(turn: Turn) -> str:
    return str(words_of(_next_language(turn))["name"])


def _in_next_language(turn: Turn) -> Turn:
    return replace(turn, language=_next_language(turn))


def settings(language: str) -> InlineKeyboardMarkup:
    """Languages and colours to choose from."""
    schemes = words_of(language)["schemes"]
    colours = [_button(schemes[scheme], f"colours:{scheme}") for scheme in COLOURS]
    return InlineKeyboardMarkup([*languages().inline_keyboard, *([button] for button in colours)])


def languages() -> InlineKeyboardMarkup:
    """The languages to choose from, each in its own words."""
    return InlineKeyboardMarkup([[_button(words_of(one)["name"], f"language:{one}")] for one in LANGUAGES])


def colours(language: str) -> InlineKeyboardMarkup:
    """The colour schemes to choose from."""
    schemes = words_of(language)["schemes"]
    return InlineKeyboardMarkup([[_button(schemes[scheme], f"colours:{scheme}")] for scheme in COLOURS])


def indices(language: str) -> InlineKeyboardMarkup:
    """The indices to choose from."""
    buttons = [_button(index.names[language], f"index:{index.code}") for index in CATALOG]
    return InlineKeyboardMarkup([buttons[place : place + A_ROW] for place in range(0, len(buttons), A_ROW)])


def closes(language: str, offered: Iterable[str], chosen: Collection[str]) -> InlineKeyboardMarkup:
    """The indices that a close can speak of, those chosen marked; pressing one switches it."""
    names = [(code, BY_CODE[code].names[language]) for code in offered]
    buttons = [_button(f"{CHOSEN} {name}" if code in chosen else name, f"close:{code}") for code, name in names]
    return InlineKeyboardMarkup([buttons[place : place + A_ROW] for place in range(0, len(buttons), A_ROW)])


def _to(words: str, view: Turn) -> InlineKeyboardButton:
    return _button(words, written(view))


def _button(words: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(words, callback_data=data)


def shown_in(message: Message | None) -> Turn | None:
    """The view that one of the bot's messages shows: its last button leads to the same in another language."""
    rows = message.reply_markup.inline_keyboard if message and message.reply_markup else ()
    here = read(str(rows[-1][-1].callback_data)) if rows else None
    return replace(here, language=LANGUAGES[LANGUAGES.index(here.language) - 1]) if here else None


# --- A view as a button's data ------------------------------------------------------------------------------------


def written(view: Turn) -> str:
    """A view as a button carries it: ``v:why_move:000001.SH:20240930:en:HSI:``; what does not fit is left out."""
    days = "-".join(f"{day:%Y%m%d}" for day in view.days)
    plain = [VIEW, view.intent, view.index, days, view.language]
    full = ":".join([*plain, *view.others[:1], view.driver or ""] if view.others else [*plain, "", view.driver or ""])
    return full if len(full) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA else ":".join([*plain, "", ""])


def read(data: str) -> Turn | None:
    """The view that a button carries; None when it is none, or of an older version."""
    parts = data.split(":")
    if len(parts) != len(("v", "intent", "index", "days", "language", "other", "driver")) or parts[0] != VIEW:
        return None
    _, intent, index, days, language, other, driver = parts
    if intent not in REPLIES or not {index, other or index} <= BY_CODE.keys() or language not in LANGUAGES:
        return None
    try:
        return Turn(intent, language, index, (other,) if other else (), _days(days.split("-")), driver or None)
    except ValueError:
        return None


def _days(written_days: Iterable[str]) -> tuple[date, ...]:
    return tuple(datetime.strptime(day, "%Y%m%d").date() for day in written_days if day)  # noqa: DTZ007 - a date
