"""Opens the word lists in ``rules/``: data that is edited without knowing any Python."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from bot.chat.language import simplified
from bot.chat.lexicon import Lexicon


@cache
def read(name: str) -> dict[str, Any]:
    """The tables of ``rules/<name>.toml``."""
    return tomllib.loads(files("bot.chat").joinpath("rules", f"{name}.toml").read_text(encoding="utf-8"))


@cache
def lexicon(name: str) -> Lexicon[str]:
    """A lexicon of ``rules/<name>.toml``, where each list at the top names the words that mean its key."""
    lists = {key: words for key, words in read(name).items() if isinstance(words, list)}
    return Lexicon({simplified(word): key for key, words in lists.items() for word in words})
