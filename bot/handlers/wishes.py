"""What a chat wishes about the closes it is sent – when, which, and from when on – read as people type it."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.chat.language import simplified
from bot.delivery.chats import Settings, Subscriber
from bot.delivery.choice import USUAL
from index.sessions import BEIJING, CLOSE

OFF = frozenset({"off", "关", "关闭", "取消"})
MOST_PCT = 10.0  # main-board shares are held within it since 16 December 1996, so hardly any close moves more
MOST_DAYS = 366  # whoever wants silence for longer wants /unsubscribe
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})")
_PCT = re.compile(r"(?:>=|≥)?\s*(\d{1,2}(?:[.,]\d{1,2})?)\s*%?")
_SPAN = re.compile(r"(\d{1,3})\s*(?:d|days?|天|日|(?P<weeks>w|weeks?|周|星期))")
_DATE = re.compile(r"(?:until|till|至|到|直到)?\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")

Read = Callable[[str, datetime], Settings | None]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What holds in a chat at a moment; None is no wish.

    Attributes:
        subscribed: whether it is sent closes at all.
        sent_at: the moment of that day at which a close is sent, if it was that day's; at once otherwise.
        min_move_pct: the smallest move whose close is sent (1.5 = 1.5 %).
        muted_until: the moment before which nothing is sent.
        closes: codes of the indices of which a close speaks, the leading one first.
    """

    subscribed: bool = False
    sent_at: datetime | None = None
    min_move_pct: float | None = None
    muted_until: datetime | None = None
    closes: tuple[str, ...] = USUAL


def held_by(chat: Subscriber | None, at: datetime) -> Wishes:
    """The wishes of a chat; a silence that is over is none."""
    if chat is None:
        return Wishes()
    today = at.astimezone(BEIJING).date()
    sent_at = datetime.combine(today, chat.send_at, BEIJING) if chat.send_at else None
    muted_until = chat.muted_until if chat.muted_until and chat.muted_until > at else None
    return Wishes(chat.subscribed, sent_at, chat.min_move_pct or None, muted_until, chat.closes)


def time_wished(text: str, _at: datetime) -> Settings | None:
    """``17:30`` or ``off``: the Beijing time at which the close is sent; None where it is none from 15:00 on.

    >>> time_wished("17:30", datetime(2024, 9, 30, tzinfo=BEIJING))
    {'send_at': datetime.time(17, 30)}
    """
    plain = _plain(text)
    if plain in OFF:
        return {"send_at": None}
    found = _TIME.fullmatch(plain)
    wished = _time(int(found[1]), int(found[2])) if found else None
    return {"send_at": wished} if wished and wished >= CLOSE else None


def moves_wished(text: str, _at: datetime) -> Settings | None:
    """``1.5`` or ``off``: the smallest move whose close is sent, in percent; None where no index moves so.

    >>> moves_wished("1.5 %", datetime(2024, 9, 30, tzinfo=BEIJING))
    {'min_move_pct': 1.5}
    """
    plain = _plain(text)
    if plain in OFF:
        return {"min_move_pct": 0.0}
    found = _PCT.fullmatch(plain)
    wished = float(found[1].replace(",", ".")) if found else None
    return {"min_move_pct": wished} if wished is not None and wished <= MOST_PCT else None


def mute_wished(text: str, at: datetime) -> Settings | None:
    """``7d``, ``until 2024-10-08`` or ``off``: the moment before which nothing is sent.

    A day means its midnight in Beijing, so that its own close is sent. None where the moment is past or over a year
    away.

    >>> mute_wished("until 2024-10-08", datetime(2024, 9, 30, tzinfo=BEIJING))["muted_until"].isoformat()
    '2024-10-08T00:00:00+08:00'
    """
    plain = _plain(text)
    if plain in OFF:
        return {"muted_until": None}
    until = _after(plain, at) or _midnight(plain)
    is_sensible = until is not None and at < until <= at + timedelta(days=MOST_DAYS)
    return {"muted_until": until} if is_sensible else None


WISHES: Mapping[str, Read] = {"time": time_wished, "moves": moves_wished, "mute": mute_wished}


def _plain(text: str) -> str:
    return simplified(unicodedata.normalize("NFKC", text).strip().casefold())


def _time(hour: int, minute: int) -> time | None:
    try:
        return time(hour, minute)
    except ValueError:
        return None


def _after(plain: str, at: datetime) -> datetime | None:
    found = _SPAN.fullmatch(plain)
    return at + timedelta(days=int(found[1]) * (7 if found["weeks"] else 1)) if found else None


def _midnight(plain: str) -> datetime | None:
    found = _DATE.fullmatch(plain)
    try:
        day = date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None
    return datetime.combine(day, time(), BEIJING) if day else None
