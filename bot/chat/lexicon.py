"""Finds known words in a text: the longest match wins, and Latin words match only as whole words."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Meaning = TypeVar("Meaning")
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


@dataclass(frozen=True, slots=True)
class Mention(Generic[Meaning]):
    """A known word in a text: where it stands and what it means."""

    start: int
    end: int
    meaning: Meaning


class Lexicon(Generic[Meaning]):
    """Words and what they mean, ready to be found in one pass over a text."""

    def __init__(self, words: Mapping[str, Meaning]) -> None:
        by_opening: dict[str, list[tuple[str, Meaning]]] = defaultdict(list)
        for word in sorted(words, key=len, reverse=True):
            by_opening[word[:2]].append((word, words[word]))
        self._by_opening = dict(by_opening)

    def find(self, text: str) -> list[Mention[Meaning]]:
        """All mentions in order; none overlaps another."""
        mentions: list[Mention[Meaning]] = []
        end = 0
        for mention in self._matches(text):
            if mention.start >= end:
                mentions.append(mention)
                end = mention.end
        return mentions

    def first(self, text: str) -> Meaning | None:
        """What the first known word means, if any is there."""
        return next((mention.meaning for mention in self._matches(text)), None)

    def _matches(self, text: str) -> Iterator[Mention[Meaning]]:
        for start in range(len(text)):
            for word, meaning in self._opened_by(text[start : start + 2]):
                if text.startswith(word, start) and stands_alone(text, start, start + len(word)):
                    yield Mention(start, start + len(word), meaning)
                    break

    def _opened_by(self, pair: str) -> Sequence[tuple[str, Meaning]]:
        """The words that begin with two characters, the longest first; a word of one character comes last."""
        longer, single = self._by_opening.get(pair, ()), self._by_opening.get(pair[0], ())
        return longer if pair == pair[0] or not single else (*longer, *single)


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a piece of text is cut off from Latin neighbours: ``sse`` does not stand in ``assess``.

    Han characters need no gap: ``跌`` stands in ``大跌了``, and ``sse`` in ``sse跌``.
    """
    opens = start == 0 or text[start] not in _LATIN or text[start - 1] not in _LATIN
    closes = end == len(text) or text[end - 1] not in _LATIN or text[end] not in _LATIN
    return opens and closes
