"""The little language in which ``rules/intents.toml`` describes what people say.

===============  ==============================================================
``should i buy``  these words in this order; Latin words match whole, a space beside Chinese does not matter
``(buy|sell)``    one of several; ``(the|)`` may be missing
``..``            anything in between, up to thirty characters
``invest*``       a word that begins like this
``#``             a number
``^`` ``$``       the question begins or ends here (punctuation and emoji aside)
``{index}``       an index of the catalogue; also ``{asset}`` ``{stock}`` ``{when}`` ``{ahead}``
``{market}``      any word list in the file's ``[words]``
===============  ==============================================================

>>> says("should i (buy|sell)").search("so should i sell now") is not None
True
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache

# Private characters stand for what was recognised; `typed` lets none of them through from outside.
MARKS: Mapping[str, str] = {"index": "\ue000", "when": "\ue001", "ahead": "\ue002", "asset": "\ue003", "stock": "\ue004"}
_GAP = ".{0,30}?"
_TOKEN = re.compile(r"\\.|\{\w+\}|\.\.|[a-z0-9&]+\*?|.", re.DOTALL)
_PUNCTUATION = {"(": "(?:", ")": ")", "|": "|", "^": r"\A", "$": r"\Z", "..": _GAP, "#": r"\d[\d.,]{0,12}", " ": " ?"}
_MARK_PATTERNS = {name: f" ?{mark} ?" for name, mark in MARKS.items()} | {
    "when": f" ?[{MARKS['when']}{MARKS['ahead']}] ?"
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
    return re.sub(r"\{(\w+)\}", lambda match: match[0] if match[1] in MARKS else "(" + "|".join(words[match[1]]) + ")", phrase)


def alternatives(phrase: str) -> list[str]:
    """The phrases that a phrase stands for when all of it is one bracket; they are found faster one by one.

    >>> alternatives("(buy|sell (it|them))")
    ['buy', 'sell (it|them)']
    """
    depth, parts = 0, [""]
    for token in _tokens(phrase):
        depth += (token == "(") - (token == ")")
        if depth == 0 and token != ")":
            return [phrase]
        if token == "|" and depth == 1:
            parts.append("")
        elif not (token == "(" and depth == 1) and depth:
            parts[-1] += token
    return parts if phrase.startswith("(") else [phrase]


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
    depth, fixed = 0, ""
    for token in _tokens(phrase):
        depth += (token == "(") - (token == ")")
        fixed += " " if depth or token in _PUNCTUATION or token.startswith(("{", "\\")) else token
    literals = _LITERAL.findall(fixed)
    return frozenset({_opening(max(literals, key=len))}) if literals else _group_openings(phrase)


def _opening(literal: str) -> str:
    return literal if literal[0].isascii() and literal[0].isalnum() and not literal.endswith("*") else literal.rstrip("*")[:2]


def _group_openings(phrase: str) -> frozenset[str]:
    for group in re.findall(r"\(([^()]*)\)", phrase):
        heads = [_LITERAL.match(option.strip()) for option in group.split("|")]
        found = {_opening(head[0]) for head in heads if head}
        if len(found) and all(heads) and not re.search(r"[\\{]", group):
            return frozenset(found)
    return frozenset()


_WORDS = re.compile(r"[a-z0-9&]+")


def grams(text: str) -> set[str]:
    """Everything in a text that could be an opening: its words, its characters, its pairs of characters."""
    pairs = {first + second for first, second in zip(text, text[1:], strict=False)}
    return pairs.union(text, _WORDS.findall(text))
