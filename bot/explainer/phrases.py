"""The little language in which the headline rules say what they listen for, and how it is found fast.

=============  ==============================================================
``降准``        these characters, next to each other
``rate cut``   these words, whole, in this order
``tariff*``    a word that begins like this (three letters at least)
``(买入|增持)``  one of several; ``(the|)`` may be missing
``..``         anything in between, up to forty characters
``#``          a number
``^`` ``$``    the headline begins or ends here
``{china}``    any phrase of the word list of that name
=============  ==============================================================
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from unicodedata import normalize

_TOKEN = re.compile(r" *\.\. *|[a-z0-9&]+\*?|\{\w+\}|[()|#^$]| +|[^a-z0-9&(){}|#^$ .*]+|\.")
_WORD = re.compile(r"[a-z0-9&]+")
_HAN = re.compile(r"[㐀-鿿]")
# "us" the pronoun must not be the country, so that the country is folded into a word of its own.
_AMERICA = re.compile(r"\bU ?\. ?S\b ?\.?|\bUS\b(?!\$)")
_TIDY = re.compile(r"['’]s\b|(?<=\w)[-‐–—_](?=\w)|[“”\"‘’']")
_MARK = re.compile("[-‐–—_“”\"‘’']")
_SPLIT_NUMBER = re.compile(r"(?<=\d) ?([.,]) (?=\d)")
_SIGNS = {"..": ".{0,40}?", "(": "(?:", ")": ")", "|": "|", "#": r"[+-]?\d[\d.,]*", "^": r"\A", "$": r"\Z"}
_PREFIX = 3
# Words that half of all headlines hold: a phrase is looked up by them only when it has nothing else.
_COMMON = frozenset({"china", "chinese", "beijing", "shanghai", "usa", "trump", "a", "on", "to", "中国", "国"})


@dataclass(frozen=True, slots=True)
class Title:
    """A headline folded for comparison, with everything in it that a phrase can be found by."""

    text: str
    grams: frozenset[str]

    @property
    def is_chinese(self) -> bool:
        """Whether it holds a Chinese character."""
        return not self.text.isascii() and _HAN.search(self.text) is not None


class Phrasebook:
    """Phrases that are looked up by words or pairs of characters which they must hold, so that few are ever tried."""

    def __init__(self, phrases: Iterable[str]) -> None:
        # By word or pair: the phrases that need nothing else, and those that do, each with that.
        self._by_gram: dict[str, tuple[list[str], list[tuple[str, tuple[frozenset[str], ...]]]]] = {}
        for phrase in phrases:
            first, *others = needs(phrase)
            for gram in first:
                sole, more = self._by_gram.setdefault(gram, ([], []))
                more.append((phrase, tuple(others))) if others else sole.append(phrase)
        self._grams = frozenset(self._by_gram)

    def starts(self, title: Title) -> list[tuple[int, str]]:
        """Its phrases that stand in the headline, each with where it begins."""
        return [(match.start(), phrase) for phrase, match in self._found(title)]

    def spans(self, title: Title) -> list[tuple[int, int]]:
        """Where each of its phrases that stand in the headline begins and ends."""
        return [match.span() for _, match in self._found(title)]

    def all_starts(self, title: Title) -> list[int]:
        """Every place where one of its phrases begins."""
        found = (_pattern(phrase).finditer(title.text) for phrase in self._candidates(title))
        return [match.start() for matches in found for match in matches]

    def speaks(self, title: Title) -> bool:
        """Whether any of its phrases stands in the headline."""
        return any(_pattern(phrase).search(title.text) for phrase in self._candidates(title))

    def _found(self, title: Title) -> Iterator[tuple[str, re.Match[str]]]:
        text = title.text
        for phrase in self._candidates(title):
            if match := _pattern(phrase).search(text):
                yield phrase, match

    def _candidates(self, title: Title) -> set[str]:
        """The phrases that could stand in the headline: all that they need is there."""
        grams, could = title.grams, set()
        for gram in grams & self._grams:
            sole, more = self._by_gram[gram]
            could.update(sole)
            for phrase, others in more:
                if not any(map(grams.isdisjoint, others)):
                    could.add(phrase)
        return could


def fold(text: str, simplified: Mapping[int, int]) -> str:
    """One spelling for capitals, full-width signs, traditional characters, possessives, hyphens and split numbers.

    >>> fold("U . S . -China trade: FED’s １ . 5%", {})
    'usa china trade: fed 1.5%'
    """
    text = text if text.isascii() else normalize("NFKC", text).translate(simplified)
    text = (_AMERICA.sub("usa", text) if "U" in text else text).lower()
    text = _TIDY.sub(_tidied, text) if _MARK.search(text) else text
    text = _SPLIT_NUMBER.sub(r"\1", text) if ". " in text or ", " in text else text
    return text.replace("usa -", "usa ")


def _tidied(match: re.Match[str]) -> str:
    return " " if match[0][0] in "-‐–—_" else ""


def listen(text: str) -> Title:
    """A folded headline as a `Title`."""
    words = _WORD.findall(text)
    pairs = () if text.isascii() else map("".join, pairwise(text))
    return Title(text, frozenset().union(pairs, text, words, [word[:_PREFIX] + "*" for word in words]))


def spell_out(phrase: str, lists: Mapping[str, Iterable[str]]) -> str:
    """Put the word lists in place of their names.

    Raises:
        KeyError: there is no list of that name.
    """
    return re.sub(r"\{(\w+)\}", lambda match: "(" + "|".join(lists[match[1]]) + ")", phrase)


@cache
def needs(phrase: str) -> tuple[frozenset[str], ...]:
    """Sets of words or pairs of characters; a text that the phrase matches holds one of each. The rarest come first.

    Raises:
        ValueError: there are none, or a bracket is open: such a phrase would be tried on every headline.
    """
    found = _needs(_parse(_tokens(phrase)))
    if not found:
        raise ValueError(phrase)
    return tuple(sorted(found, key=_commonness))


def _commonness(grams: frozenset[str]) -> tuple[bool, bool, int]:
    return (not grams.isdisjoint(_COMMON), any(len(gram) == 1 for gram in grams), len(grams))


_Node = str | list["_Sequence"]
_Sequence = list[_Node]


def _tokens(phrase: str) -> list[str]:
    if "".join(_TOKEN.findall(phrase)) != phrase or phrase.count("(") != phrase.count(")"):
        raise ValueError(phrase)
    return _TOKEN.findall(phrase)


def _parse(tokens: list[str]) -> _Sequence:
    """The tokens as a sequence in which a bracket is the list of its alternatives."""
    stack: list[list[_Sequence]] = [[[]]]
    for piece in tokens:
        if piece == "(":
            stack.append([[]])
        elif piece == "|":
            stack[-1].append([])
        elif piece == ")":
            group = stack.pop()
            stack[-1][-1].append(group)
        else:
            stack[-1][-1].append(piece)
    return stack[0][0] if len(stack[0]) == 1 else [stack[0]]


def _needs(sequence: _Sequence) -> list[frozenset[str]]:
    found = [_of_group(node) if isinstance(node, list) else _of_literal(node) for node in sequence]
    return [grams for grams in found if grams]


def _of_group(options: list[_Sequence]) -> frozenset[str]:
    """One of its alternatives must be there, so one need of each; none when an alternative may be nothing."""
    each = [_needs(option) for option in options]
    return frozenset().union(*(min(found, key=_commonness) for found in each)) if all(each) else frozenset()


def _of_literal(token: str) -> frozenset[str]:
    return frozenset({_opening(token)}) if _is_literal(token) else frozenset()


def _is_literal(token: str) -> bool:
    return token.strip(" .") != "" and token not in _SIGNS


def _opening(literal: str) -> str:
    if not _WORD.match(literal):
        return literal.strip()[: 1 if literal.isascii() else 2]
    if not literal.endswith("*"):
        return literal
    if len(literal) <= _PREFIX:
        raise ValueError(literal)
    return literal[:_PREFIX] + "*"


@cache
def _pattern(phrase: str) -> re.Pattern[str]:
    return re.compile("".join(_piece(token) for token in _tokens(phrase)), re.DOTALL)


def _piece(token: str) -> str:
    stripped = token.strip()
    if not stripped:
        return r"[\s,:]*"
    if stripped in _SIGNS:
        return _SIGNS[stripped]
    return _whole_word(stripped) if _WORD.match(stripped) else re.escape(stripped)


def _whole_word(token: str) -> str:
    # Looked back from its end, so that the pattern begins with letters, which is found many times faster.
    word = re.escape(token.rstrip("*"))
    begins = f"{word}(?<![a-z0-9&]{word})"
    return begins + "[a-z]*" if token.endswith("*") else begins + "(?![a-z0-9&])"
