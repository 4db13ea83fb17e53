"""Answers that need no figures: what the bot is, how the index is made, what it cannot tell."""

from collections.abc import Callable

from bot.chat.answer import Told
from bot.chat.asked import Asked
from bot.pages import words_of
from index.catalog import CATALOG

Reply = Callable[[Asked], Told]


def page(template: str) -> Reply:
    """A reply that shows one page as it stands."""
    return lambda _asked: Told(template, {"indices": [index.code for index in CATALOG]})


def abuse(asked: Asked) -> Told:
    """A page that obeys nothing; whoever has not written anything yet is told what can be asked."""
    return page("abuse" if asked.question.text.strip() else "help")(asked)


def settings(asked: Asked) -> Told:
    """What the chat has chosen, and how to change it."""
    habits = asked.habits
    name = words_of(habits.language)["name"] if habits.language else ""
    return Told("settings", {"spoken": name, "scheme": habits.colours, "index": habits.index.code})
