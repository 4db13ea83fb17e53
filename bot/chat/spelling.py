"""Forgives one slip of the finger in the English words that matter most."""

import re
from collections.abc import Iterator
from functools import cache

from bot.chat.rulebook import read

_LONG_WORD = re.compile(r"[a-z]{5,14}")


def corrected(text: str) -> str:
    """The text with near misses of the words in ``rules/spelling.toml`` put right: ``shangai`` → ``shanghai``."""
    return _LONG_WORD.sub(lambda match: _meant(match[0]), text)


@cache
def _vocabulary() -> tuple[frozenset[str], dict[str, str]]:
    tables = read("spelling")
    near = {slip: word for word in tables["words"] for slip in _shorter(word)}
    return frozenset(tables["words"]) | frozenset(tables["right"]), near


def _shorter(word: str) -> Iterator[str]:
    """The word with each letter after the first left out: few people miss the first letter."""
    return (word[:place] + word[place + 1 :] for place in range(1, len(word)))


def _meant(word: str) -> str:
    right, near = _vocabulary()
    if word in right:
        return word
    if word in near:
        return near[word]
    return next((found for found in map(_found, _shorter(word)) if found and _is_near(found, word)), word)


def _is_near(found: str, word: str) -> bool:
    return abs(len(found) - len(word)) <= 1


def _found(shorter: str) -> str | None:
    right, near = _vocabulary()
    return shorter if shorter in right else near.get(shorter)
