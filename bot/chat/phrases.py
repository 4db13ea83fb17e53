"""The little language in which ``rules/intents.toml`` describes what people say.

===============  ==============================================================
``should i buy``  these words in this order; Latin words match whole, a space beside Chinese does not matter
``(buy|sell)``    one of several; ``(the|)`` may be missing
``..``            anything in between, up to thirty characters
``invest*``       a word that begins like this
``#``             a number
``^`` ``$``       the question begins or ends here (punctuation and emoji aside)
``{index}``       an index of the catalogue; also ``{asset}`` ``{stock}``
``{when}``        any time word; ``{today}`` ``{past}`` ``{ahead}`` only one of its kind
``{market}``      any word list in the file's ``[words]``
===============  ==============================================================

>>> says("should i (buy|sell)").search("so should i sell now") is not None
True
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import TypeAlias

# Private characters stand for what was recognised; `typed` lets none of them through from outside.
MARKS: Mapping[str, str] = {
    "index": "\ue000",
    "when": "\ue001",
    "ahead": "\ue002",
    "asset": "\ue003",
    "stock": "\ue004",
    "today": "\ue005",
}
_GAP = ".{0,30}?"
_TOKEN = re.compile(r"\\.|\{\w+\}|\.\.|[a-z0-9&]+\*?|.", re.DOTALL)
_PUNCTUATION = {"(": "(?:", ")": ")", "|": "|", "^": r"\A", "$": r"\Z", "..": _GAP, "#": r"\d[\d.,]{0,12}", " ": " ?"}
_MARK_PATTERNS = {name: f" ?{mark} ?" for name, mark in MARKS.items()} | {
    "when": f" ?[{MARKS['when']}{MARKS['ahead']}{MARKS['today']}] ?",
    "past": f" ?{MARKS['when']} ?",
}


@cache
def says(phrase: str) -> re.Pattern[str]:
    """The pattern of a phrase whose word lists have been put in; compiled on first need, because most never are."""
    return re.compile("".join(_piece(token) for token in _tokens(phrase)), re.DOTALL)


def spell_out(phrase: str, words: Mapping[str, Iterable[str]]) -> str:
    """Put the word lists of the file in place of their names.

    Raises:
        KeyError: the phrase names a list that the file does not have.
    """
    return re.sub(
        r"\{(\w+)\}",
        lambda match: match[0] if match[1] in _MARK_PATTERNS else "(" + "|".join(words[match[1]]) + ")",
        phrase,
    )


def alternatives(phrase: str) -> list[str]:
    """The phrases that a phrase stands for when all of it is one bracket; they are found faster one by one.

    >>> alternatives("(buy|sell (it|them))"), alternatives("(buy|sell)(ing|)")
    (['buy', 'sell (it|them)'], ['(buy|sell)(ing|)'])
    """
    parts = _parts(phrase)
    group = parts[0] if len(parts) == 1 else None
    return [phrase] if group is None or isinstance(group, str) else [_written(option) for option in group]


# A phrase taken apart: its tokens in order, a bracket as the list of its options.
_Part: TypeAlias = "str | list[list[_Part]]"


def _parts(phrase: str) -> list[_Part]:
    return _options(iter(_tokens(phrase)))[0]


def _options(tokens: Iterator[str]) -> list[list[_Part]]:
    options: list[list[_Part]] = [[]]
    for sign in tokens:
        if sign == ")":
            break
        if sign == "|":
            options.append([])
        else:
            options[-1].append(_options(tokens) if sign == "(" else sign)
    return options


def _written(parts: Iterable[_Part]) -> str:
    return "".join(part if isinstance(part, str) else f"({'|'.join(map(_written, part))})" for part in parts)


def _tokens(phrase: str) -> list[str]:
    return _TOKEN.findall(phrase)


def _piece(token: str) -> str:
    if token in _PUNCTUATION:
        return _PUNCTUATION[token]
    if token.startswith("{") and len(token) > 1:
        return _MARK_PATTERNS[token[1:-1]]
    return _word(token) if token[0].isascii() and token[0].isalnum() else re.escape(token[-1])


def _word(token: str) -> str:
    whole = f"(?<![a-z0-9]){re.escape(token.rstrip('*'))}"
    return whole + "[a-z]{0,20}" if token.endswith("*") else whole + "(?![a-z0-9])"


_LITERAL = re.compile(r"[a-z0-9&]+\*?|[^\sa-z0-9&*]+")


def openings(phrase: str) -> frozenset[str]:
    """Words or pairs of characters, one of which every text that the phrase matches holds; empty when there is none.

    Few phrases can match a given question. Those whose openings do not occur in it are never tried.
    """
    return _openings(_parts(phrase))


def _openings(parts: list[_Part]) -> frozenset[str]:
    literals = _LITERAL.findall("".join(_fixed(part) for part in parts))
    if literals:
        return frozenset({_opening(max(literals, key=len))})
    groups = (_of_all([_openings(option) for option in part]) for part in parts if not isinstance(part, str))
    return min(filter(None, groups), key=len, default=frozenset())


def _fixed(part: _Part) -> str:
    """What a part says literally; a space where it says nothing certain."""
    return " " if not isinstance(part, str) or part in _PUNCTUATION or part.startswith(("{", "\\")) else part


def _of_all(found: list[frozenset[str]]) -> frozenset[str]:
    """One of them must occur, if each option has its own; an option without any can occur unseen."""
    return frozenset().union(*found) if all(found) else frozenset()


def _opening(literal: str) -> str:
    return (
        literal
        if literal[0].isascii() and literal[0].isalnum() and not literal.endswith("*")
        else literal.rstrip("*")[:2]
    )


_WORDS = re.compile(r"[a-z0-9&]+")


def grams(text: str) -> set[str]:
    """Everything in a text that could be an opening: its words, its characters, its pairs of characters."""
    pairs = {first + second for first, second in pairwise(text)}
    return pairs.union(text, _WORDS.findall(text))
