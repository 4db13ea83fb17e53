"""Which way a question says the market went."""

import re
from functools import cache

from bot.chat.lexicon import Mention
from bot.chat.question import Direction
from bot.chat.rulebook import lexicon, read

_WAYS: dict[str, Direction] = {"up": "up", "down": "down"}
_PLUS = re.compile(r"(?<![\d+])\+ ?\d")
_MINUS = re.compile(r"(?<![\d-])- ?\d[\d.]{0,6} ?(?:%|点|point|pts)")


def asserted(text: str, cause_ends: int | None = None) -> Direction | None:
    """The direction that a question asserts or asks about.

    Args:
        text: the plain, simplified question.
        cause_ends: where its "why" ends, if it has one: of two directions, the one asked about follows it.
    """
    mentions = [mention for mention in lexicon("direction").find(_without_asides(text)) if mention.meaning in _WAYS]
    if mentions:
        return _WAYS[_meant(mentions, cause_ends or 0).meaning]
    return _signed(text) or _pictured(text)


def _meant(mentions: list[Mention[str]], cause_ends: int) -> Mention[str]:
    return next((mention for mention in mentions if mention.start >= cause_ends), mentions[-1])


def _signed(text: str) -> Direction | None:
    if _PLUS.search(text):
        return "up"
    return "down" if _MINUS.search(text) else None


def _pictured(text: str) -> Direction | None:
    pictures: dict[Direction, list[str]] = read("direction")["emoji"]
    shown = [way for way, signs in pictures.items() if any(sign in text for sign in signs)]
    return shown[0] if len(shown) == 1 else None


def _without_asides(text: str) -> str:
    """Blank what a question only concedes and how other figures move, at equal length so that positions stay."""
    for aside in (_aside(), _figure()):
        text = aside.sub(lambda match: " " * len(match[0]), text)
    return text


@cache
def _aside() -> re.Pattern[str]:
    opens = "|".join(read("direction")["aside"]["opens"])
    return re.compile(rf"(?<![a-z])(?:{opens}) [^,?;.]{{3,60}}")


@cache
def _figure() -> re.Pattern[str]:
    figures = read("direction")["figures"]
    between = "|".join(figures["between"])
    return re.compile(f"(?:{'|'.join(figures['named'])})(?:{between})?(?:{between})?[\u3400-\u9fff]{{2}}")
