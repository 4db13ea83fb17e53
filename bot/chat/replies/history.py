"""What happened then? A day or a period: its change, its extremes, the sessions that made it; or the records."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from bot.chat.answer import Told
from bot.chat.asked import Asked
from bot.chat.replies import level, why
from bot.figures import Sourced
from index import moves
from index.bars import Bars


@dataclass(frozen=True, slots=True)
class Extreme:
    """A session that holds a record among the stored ones."""

    session: date
    level: float
    change_pct: float


@dataclass(frozen=True, slots=True)
class Records:
    """The extremes among the stored closes.

    Attributes:
        since: the first stored session.
        highest, lowest: by the close in points.
        rise, fall: by the change on the previous close; 1.5 means 1.5 %.
    """

    since: date
    highest: Extreme
    lowest: Extreme
    rise: Extreme
    fall: Extreme


def reply(asked: Asked) -> Told:
    """A period with its largest sessions; a single day with its reasons; without a time, the records."""
    if asked.question.when.type is None and not np.isnan(moves.session_pcts(asked.bars)).all():
        return level.told("records", asked, records=Sourced(records(asked.bars), asked.move.source, asked.at))
    if len(asked.span.sessions) == 1:
        return why.reply(asked)
    return level.told("history", asked, largest=why.largest(asked))


def records(bars: Bars) -> Records:
    """The extremes of an index among its stored closes, of which two in a row must be known."""
    changes = moves.session_pcts(bars)

    def extreme(position: np.intp) -> Extreme:
        return Extreme(bars.session(int(position)), float(bars.close[position]), float(changes[position]))

    highest, lowest = np.nanargmax(bars.close), np.nanargmin(bars.close)
    rise, fall = np.nanargmax(changes), np.nanargmin(changes)
    return Records(bars.session(0), extreme(highest), extreme(lowest), extreme(rise), extreme(fall))
