"""What a campaign says: one message for each way of reading it, stored beside it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from html import unescape
from typing import Any

from sqlalchemy import Connection, literal, select, update

from bot.delivery.tables import EDITION

_TAG = re.compile(r"<[^>]*>")
_SAID = ("html", "picture", "caption", "buttons", "change_pct")
CAPTION_UNITS = 1024  # a caption's UTF-16 code units, core.telegram.org/bots/api#sendphoto


@dataclass(frozen=True, slots=True)
class Edition:
    """One message in one language and colouring.

    Attributes:
        html: the text, Telegram HTML; at most 4,096 characters once parsed.
        picture: a PNG to send it under; None sends the text alone.
        caption: stands under the picture where the text is too long for a caption; Telegram HTML.
        buttons: an inline keyboard as the Bot API's JSON, or "".
        change_pct: the move that it is about: chats that want larger ones only do not get it; None asks nobody.
    """

    html: str
    picture: bytes | None = None
    caption: str = ""
    buttons: str = ""
    change_pct: float | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A campaign before it is stored.

    Attributes:
        kind: what it is, ``close``; unique with the session.
        session: the exchange's local date that it speaks of.
        not_after: the moment after which it is worth nothing to anybody.
        editions: the key of a `choice.Reading` → the message. One that names no index is for whatever indices a chat
            has chosen; a chat whose own is missing gets another of its language, else the first.
    """

    kind: str
    session: date
    not_after: datetime
    editions: Mapping[str, Edition]


def caption_of(edition: Edition) -> str:
    """What stands under an edition's picture: the text, where it is short enough, else the caption."""
    fits = _shown_units(edition.html) <= CAPTION_UNITS
    return edition.html if fits or not edition.caption else edition.caption


def _shown_units(text: str) -> int:
    """UTF-16 code units that a reader sees of Telegram HTML, which is what Telegram counts."""
    return len(unescape(_TAG.sub("", text)).encode("utf-16-le")) // 2


def add(connection: Connection, campaign_id: int, editions: Mapping[str, Edition]) -> None:
    """Store the editions of a new campaign, numbered as they come."""
    connection.execute(EDITION.insert(), list(_rows(campaign_id, editions)))


def _rows(campaign_id: int, editions: Mapping[str, Edition]) -> Iterator[dict[str, Any]]:
    for number, (key, edition) in enumerate(editions.items()):
        said = {name: getattr(edition, name) for name in _SAID}
        yield {"campaign_id": campaign_id, "number": number, "key": key, **said}


def revise(connection: Connection, campaign_id: int, editions: Mapping[str, Edition]) -> None:
    """Put other messages in the place of those with the same keys."""
    for row in _rows(campaign_id, editions):
        new = {name: row[name] for name in _SAID}
        which = EDITION.c.campaign_id == campaign_id, EDITION.c.key == row["key"]
        connection.execute(update(EDITION).where(*which).values(**new, file_id=""))


def copy(connection: Connection, original: int, correction: int) -> None:
    """Give a correction the editions of what it corrects."""
    columns = [column for column in EDITION.c if column.name != "campaign_id"]
    source = select(literal(correction), *columns).where(EDITION.c.campaign_id == original)
    names = ["campaign_id", *(column.name for column in columns)]
    connection.execute(EDITION.insert().from_select(names, source))
