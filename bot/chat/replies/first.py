"""The first stored close of an index: a level without a change, since there is nothing to compare it with."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.chat.answer import Told
from bot.chat.asked import Asked
from bot.chat.caveats import Caveats, is_unscheduled
from bot.chat.replies.fixed import Reply
from bot.chat.replies.why import as_of
from bot.figures import Sourced
from index import sessions
from index.catalog import BY_CODE, SHANGHAI_COMPOSITE
from index.live.crosscheck import Verdict


@dataclass(frozen=True, slots=True)
class First:
    """A close that none stands before.

    Attributes:
        index: the catalogue's code.
        session: the exchange's date.
        level: the close in points.
        began_then: the exchange opened on that day; else an earlier close exists and is not stored.
        source, published_at: who published the close, and when it became public.
    """

    index: str
    session: date
    level: float
    began_then: bool
    source: str
    published_at: datetime


def unless_first(reply: Reply) -> Reply:
    """A reply about a move, and the level alone where no earlier close is stored."""
    return lambda asked: _told(asked) if _is_first(asked) else reply(asked)


def _is_first(asked: Asked) -> bool:
    return asked.span.last == asked.bars.session(0)


def _told(asked: Asked) -> Told:
    found = _found(asked)
    caveats = _caveats(asked, found)
    values = {
        "first": Sourced(found),
        "span": Sourced(asked.span, "trading calendar", found.published_at),
        "caveats": Sourced(caveats, "trading calendar", found.published_at),
        "sources": [found.source],
        "as_of": as_of(min(asked.at, found.published_at)),
    }
    return Told("first", values, asked.span.sessions, caveats=caveats)


def _found(asked: Asked) -> First:
    code, session = asked.index.code, asked.bars.session(0)
    return First(
        index=code,
        session=session,
        level=float(asked.bars.close[0]),
        began_then=code == SHANGHAI_COMPOSITE.code and session == sessions.FIRST_SESSION,
        source=asked.bars.sources[0],
        published_at=sessions.close_of(session, BY_CODE[code].mic),
    )


def _caveats(asked: Asked, found: First) -> Caveats:
    verdict = asked.reader.verdict(found.index, found.session, found.source)
    return Caveats(
        is_provisional=verdict is Verdict.PROVISIONAL,
        is_disputed=verdict is Verdict.DISPUTED,
        is_unscheduled=is_unscheduled(found.index, found.session),
    )
