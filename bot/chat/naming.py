"""Finds the indices a question names, and what it names that is not one of ours.

The proper names stand in the catalogue; countries and cities stand for their index only in this chat. The longest
name wins, and a country gives way to an index of that country: "China's CSI 300" is about one index.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from bot.chat.language import HAN, simplified
from bot.chat.lexicon import Lexicon, Mention
from bot.chat.rulebook import read
from bot.chat.typed import clean
from index.catalog import CATALOG, SHANGHAI_COMPOSITE, Index


@dataclass(frozen=True, slots=True)
class Name:
    """What a name means.

    Attributes:
        kind: ``index``, ``asset``, ``stock`` or ``none`` (words that only look like a name).
        index: the index of the catalogue, where it is one.
        is_broad: it stands for a whole market and gives way to an index of that market.
        is_place: it is a country or city, which may also be meant as such.
    """

    kind: str
    index: Index | None = None
    is_broad: bool = False
    is_place: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """The names of one question, in order."""

    mentions: tuple[Mention[Name], ...]

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of name that occur."""
        return frozenset(mention.meaning.kind for mention in self.mentions)

    def indices(self, *, places: bool = True) -> tuple[Index, ...]:
        """The indices named, each once, in order.

        Args:
            places: whether a country or a city stands for its index here.
        """
        names = [mention.meaning for mention in self.mentions if mention.meaning.index]
        proper = {name.index for name in names if not name.is_broad}
        kept = (
            name for name in names if (places or not name.is_place) and not (name.is_broad and _covered(name, proper))
        )
        return tuple(dict.fromkeys(name.index for name in kept if name.index))


def find_names(text: str) -> Named:
    """The names in a plain, simplified text; the nouns that belong to a name are part of its mention."""
    return Named(tuple(_with_nouns(text, _with_codes(text, _lexicon().find(text)))))


def is_wordless(text: str) -> bool:
    """Whether a text holds no word of any language: nothing but Latin names, dates and numbers.

    >>> is_wordless("HSI 2024-09-24"), is_wordless("HSI today"), is_wordless("恒指")
    (True, False, False)
    """
    plain = simplified(clean(text).plain)
    names = sorted(find_names(plain).mentions, key=lambda name: name.start, reverse=True)
    for name in names:
        plain = plain[: name.start] + " " + plain[name.end :]
    return not HAN.search(text) and not _LETTER.search(plain)


_LETTER = re.compile(r"[^\W\d_]")


def _covered(broad: Name, proper: Iterable[Index | None]) -> bool:
    """Whether an index that is itself named makes the market a mere attribute."""
    if broad.index == SHANGHAI_COMPOSITE:
        return any(index and index.is_mainland for index in proper)
    return broad.index in proper


@cache
def _lexicon() -> Lexicon[Name]:
    tables = read("names")
    by_short = {index.short: index for index in CATALOG}
    words = {word: Name(kind) for kind in ("asset", "stock") for word in tables[kind]["words"]}
    words |= {word: Name("none") for word in tables["not_an_index"]["words"]}
    for table in ("markets", "countries"):
        for short, said in tables[table].items():
            words |= dict.fromkeys(said, _broad(by_short[short], is_place=table == "countries"))
    words |= {word: _proper(index, word) for index in CATALOG for word in _spellings(index)}
    plurals = {f"{word}s": name for word, name in words.items() if word.isascii() and word[-1].isalpha()}
    return Lexicon({simplified(word): name for word, name in (plurals | words).items()})


# Their names are proper ones in the catalogue, yet people also ask for the weather there.
_CITIES = frozenset({"shanghai", "shenzhen"})


def _broad(index: Index, *, is_place: bool) -> Name:
    return Name("index", index, is_broad=True, is_place=is_place)


def _proper(index: Index, word: str) -> Name:
    return Name("index", index, is_broad=word in _CITIES, is_place=word in _CITIES)


def _spellings(index: Index) -> Iterator[str]:
    typed = (index.code, index.code.split(".")[0], index.short, *index.names.values(), *index.aliases)
    return (spelling.casefold() for spelling in typed)


# A Chinese share, fund or bond by its six digits; the indices' own codes are in the catalogue and come first.
_CODE = re.compile(
    r"(?<!\d)(?:60|68|00|30|51|56|58|15|83|92)\d{4}(?!\d)(?:\.(?:s[hsz]|bj))?|\$[a-z]{1,5}(?![a-z])|(?<!\d)0\d{3,4}\.hk"
)


def _with_codes(text: str, mentions: list[Mention[Name]]) -> list[Mention[Name]]:
    taken = {mention.start for mention in mentions}
    codes = [Mention(match.start(), match.end(), Name("stock")) for match in _CODE.finditer(text)]
    return sorted([*mentions, *(code for code in codes if code.start not in taken)], key=lambda mention: mention.start)


@cache
def _nouns() -> re.Pattern[str]:
    nouns = sorted(read("names")["nouns"]["after_a_name"], key=len, reverse=True)
    latin = "|".join(noun for noun in nouns if noun.isascii())
    han = "|".join(noun for noun in nouns if not noun.isascii())
    # At most three nouns follow a name ("stock market index"), so this cannot run away.
    one = rf"(?: (?:{latin})(?![a-z0-9])|{han})"
    return re.compile(f"{one}?{one}?{one}?")


def _with_nouns(text: str, mentions: Iterable[Mention[Name]]) -> Iterator[Mention[Name]]:
    for mention in mentions:
        match = _nouns().match(text, mention.end)
        yield Mention(mention.start, match.end(), mention.meaning) if match else mention
