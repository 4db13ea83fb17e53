"""Answers that need no figures: what the bot is, how the index is made, what it cannot tell."""

from collections.abc import Callable

from bot.chat.answer import Told
from bot.chat.asked import Asked
from index.catalog import CATALOG

Reply = Callable[[Asked], Told]


def page(template: str) -> Reply:
    """A reply that shows one page as it stands."""
    return lambda _asked: Told(template, {"indices": [index.code for index in CATALOG]})
