"""Which language a question is written in, without a model.

A script shows in the characters that only it has; what both share is settled by words that only Cantonese or
Taiwanese (or only mainland) writers use. The corpus's rule: Taiwan Mandarin and written Cantonese are ``zh-hant``.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.chat.question import Language

HAN = re.compile(r"[㐀-鿿𠀀-𰀀]")
_LATIN_WORD = re.compile(r"[a-z][a-z&'.]*", re.IGNORECASE)
# A word outweighs a character: written Cantonese in simplified characters is still Cantonese.
_WORD_WEIGHT = 2


@dataclass(frozen=True, slots=True)
class _Scripts:
    fold: Mapping[int, int]
    traditional: frozenset[str]
    simplified: frozenset[str]
    traditional_words: tuple[str, ...]
    simplified_words: tuple[str, ...]
    tickers: frozenset[str]


@cache
def _scripts() -> _Scripts:
    data = tomllib.loads(files("bot.chat").joinpath("rules", "scripts.toml").read_text(encoding="utf-8"))
    chars, shared = "".join(data["pairs"].split()), frozenset(data["shared"])
    olds, news = chars[::2], chars[1::2]
    return _Scripts(
        fold=str.maketrans(olds, news),
        traditional=frozenset(olds) - shared,
        simplified=frozenset(news) - shared - frozenset(olds),
        traditional_words=tuple(data["words"]["zh-hant"]),
        simplified_words=tuple(data["words"]["zh-hans"]),
        tickers=frozenset(data["latin_inside_chinese"]),
    )


def simplified(text: str) -> str:
    """The text with every traditional character that we know folded to its simplified partner."""
    return text.translate(_scripts().fold)


def detect(text: str) -> Language:
    """The language of a question; English when it holds no letters at all (the corpus's convention)."""
    if not HAN.search(text):
        return "en"
    return "mixed" if _speaks_english(text) else _script(text)


def _speaks_english(text: str) -> bool:
    tickers = _scripts().tickers
    return any(word.strip(".'").casefold() not in tickers for word in _LATIN_WORD.findall(text))


def _script(text: str) -> Language:
    scripts, chars = _scripts(), frozenset(text)
    traditional = len(chars & scripts.traditional) + _weight(text, scripts.traditional_words)
    plain = len(chars & scripts.simplified) + _weight(text, scripts.simplified_words)
    return "zh-hant" if traditional and traditional >= plain else "zh-hans"


def _weight(text: str, words: tuple[str, ...]) -> int:
    return _WORD_WEIGHT * sum(word in text for word in words)
