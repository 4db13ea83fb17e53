"""What is kept of a news flash: title, moment, source and link, never its text (domain.md, 10)."""

import re
from datetime import datetime
from html import unescape

from index.sources.contract import Row

BRACKETED = re.compile(r"^\s*【([^】]{2,})】")
SENTENCE_END = re.compile(r"[。！？!?;；\n]")
TAG = re.compile(r"<[^>]+>")
LONGEST_TITLE = 120  # characters


def headline(title: str, text: str, published_at: datetime, source: str, url: str | None = None) -> Row | None:
    """A row of headlines; without a title the flash's bracketed head or first sentence stands for it.

    Returns:
        None when there is nothing to call it by.
    """
    called = _title(title) or _title(_head(text))
    row = {"published_at": published_at, "title": called, "source": source, "url": url, "lang": "zh"}
    return row if called else None


def _head(text: str) -> str:
    plain = unescape(TAG.sub("", text)).strip()
    bracketed = BRACKETED.match(plain)
    return bracketed.group(1) if bracketed else SENTENCE_END.split(plain, maxsplit=1)[0]


def _title(raw: str) -> str:
    plain = " ".join(unescape(TAG.sub("", raw)).split())
    return "" if plain in {"nan", "None"} else plain.strip("【】 ")[:LONGEST_TITLE]
