"""What a person typed, made safe and even before any rule reads it."""

import re
import unicodedata
from dataclasses import dataclass

# Longer than any honest question (the longest of the corpus has some hundred characters), short enough for every rule.
READ_AT_MOST = 500
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ue000-\uf8ff\ud800-\udfff]+"
)
_SPACES = re.compile(r"\s+")
_SPACE_BESIDE_HAN = re.compile(r" (?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff]) ")
_APOSTROPHES = re.compile("['’‘`´ʼ]")
_HYPHEN_IN_WORDS = re.compile(r"(?<=[a-z])[-‐‑–—](?=[a-z])")
_ADDRESSEE = re.compile(r"\A(/\w+)@\w+")
_TRICKS = re.compile(
    "[\x00-\x08\x0e-\x1f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"  # hides or reorders what is read
    "|(?:[\u200b\u2060\ufeff\xad][^\u200b\u2060\ufeff\xad]{0,4}){3}"  # letters kept apart by nothing
    "|[\u0300-\u036f]{4}"  # marks piled on one letter
    r"|(.)\1{29}|(..{1,5})\2{19}",  # the same thing over and over
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Typed:
    """A question in the form that rules read.

    Attributes:
        shown: cleaned, in the characters and case of the writer.
        plain: case-folded, apostrophes gone, words parted by one space, none beside a Chinese character,
            the bot's name gone from a command (``/why@whyup_bot``).
        tricked: it was over-long, repeated itself without end, or used characters that hide or reorder text.
    """

    shown: str
    plain: str
    tricked: bool


def clean(text: str) -> Typed:
    """Bring any text into readable form: full-width to half-width, invisible characters out, length capped."""
    head = text[:READ_AT_MOST]
    shown = _spaced(_INVISIBLE.sub("", unicodedata.normalize("NFKC", _without_surrogates(head))))[:READ_AT_MOST]
    tricked = len(text) > READ_AT_MOST or _TRICKS.search(head) is not None
    return Typed(shown, _plain(shown), tricked)


def _without_surrogates(text: str) -> str:
    return text.encode("utf-8", "ignore").decode()


def _spaced(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _plain(shown: str) -> str:
    folded = _ADDRESSEE.sub(r"\1", _APOSTROPHES.sub("", shown.casefold()))
    return _SPACE_BESIDE_HAN.sub("", _HYPHEN_IN_WORDS.sub(" ", folded))
