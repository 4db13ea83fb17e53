"""A move of several sessions told by the days that made it.

An announcement explains the session that answered to it, so a month is explained by its largest sessions: what spoke
for each of them that day, weighed by how far it went beside the largest. News that the market passed over on the day
is no reason for the month.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

import numpy as np

from bot.explainer.evidence import Evidence, window_of
from index import moves, sessions
from index.bars import Bars
from index.moves import Move
from index.reader import Reader

WEEK = 5  # sessions; one month's figure says ever less of a stretch that is longer
MOST = 6  # days; half of a month's sessions move less than the rest of it
DATED = frozenset({"event", "headline", "release"})  # read day by day; all else is read over the whole range

Gather = Callable[[Move, Reader, datetime], Iterable[Evidence]]


def largest(bars: Bars, first: date, last: date, most: int = MOST) -> tuple[Move, ...]:
    """The sessions that moved an index most, the largest first; those whose previous close is not stored left out.

    Args:
        bars: the index's closes.
        first: the first session looked at.
        last: the last one.
        most: how many.
    """
    past = bars.until(last)
    changes = np.abs(moves.session_pcts(past))
    known = np.flatnonzero(~np.isnan(changes) & (past.sessions >= np.datetime64(first)))
    ranked = known[np.argsort(-changes[known], kind="stable")][:most]
    return tuple(moves.of(bars, bars.session(int(position))) for position in ranked)


def spoken(move: Move, reader: Reader, at: datetime, gather: Gather) -> tuple[Evidence, ...]:
    """What was announced before the largest days of a move and pointed their way, each once, the weightiest first."""
    days = largest(reader.bars(move.index, at), move.first_session, move.session)
    figures = min(1.0, WEEK / (1 + sessions.closes_between(window_of(move, at).after, move.published_at)))
    found = sorted(_told(days, reader, at, gather, figures), key=lambda one: one.strength)
    return tuple({(one.topic, one.driver, one.published_at): one for one in found}.values())[::-1]


def _told(days: Sequence[Move], reader: Reader, at: datetime, gather: Gather, figures: float) -> Iterator[Evidence]:
    for day in days:
        part = abs(day.change_pct / days[0].change_pct) if day.change_pct else 0.0
        for one in gather(day, reader, at):
            if one.topic in DATED and one.polarity * day.change_pct > 0:
                yield replace(one, strength=one.strength * part * (figures if one.topic == "release" else 1.0))
