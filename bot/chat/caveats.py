"""What an answer has to say about how far its close can be trusted."""

from dataclasses import dataclass
from datetime import date
from math import isnan

import numpy as np

from index import sessions
from index.bars import Bars
from index.catalog import BY_CODE
from index.faults import Fault
from index.leaps import is_leap
from index.live.crosscheck import Verdict
from index.moves import Move
from index.plausibility import own_figures
from index.reader import Reader
from index.sessions import Opening

# A bar's doubts (the fault's code and its column) and the key of their words for readers of an answer.
_TOLD = {
    ("outside_range", "close"): "outside_range",
    ("jump", "high"): "wide_range",
    ("unit", "turnover_cny"): "turnover",
}
_NUMBERS = ("open", "high", "low", "close", "volume_shares", "turnover_cny")


@dataclass(frozen=True, slots=True)
class Caveats:
    """What is to be said beside a close; nothing of it is said of one that is sure.

    Attributes:
        is_provisional: one live source alone gave it so far.
        is_disputed: publishers contradict each other about it.
        is_unscheduled: it lies past the calendar's end, so that only its bar says that there was a session.
        unstored: the session before it, when that one's close is missing and the change spans it too.
        doubts: what is strange about it, as keys of words.
    """

    is_provisional: bool = False
    is_disputed: bool = False
    is_unscheduled: bool = False
    unstored: date | None = None
    doubts: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What applies, as the answer object lists it."""
        found = {
            "provisional": self.is_provisional,
            "disputed": self.is_disputed,
            "calendar_unknown": self.is_unscheduled,
            "previous_close_missing": self.unstored is not None,
            "in_doubt": bool(self.doubts),
        }
        return tuple(name for name, applies in found.items() if applies)


def of_move(move: Move) -> Caveats:
    """What a move itself shows: all that a page without the stored rows can say."""
    doubts = ("leap",) if _leaps(move) else ()
    return Caveats(is_unscheduled=is_unscheduled(move.index, move.session), unstored=move.unstored, doubts=doubts)


def of_stored(move: Move, bars: Bars, reader: Reader) -> Caveats:
    """What a move and the row behind its close show, and what other publishers said of it.

    Args:
        move: what is told.
        bars: the index's bars, of which the move's session is one.
        reader: the stored figures.
    """
    known, verdict, past = (
        of_move(move),
        reader.verdict(move.index, move.session, move.source),
        bars.until(move.session),
    )
    repeats = ("repeats",) if not move.is_range and _repeats(past) else ()
    return Caveats(
        is_provisional=verdict is Verdict.PROVISIONAL,
        is_disputed=verdict is Verdict.DISPUTED,
        is_unscheduled=known.is_unscheduled,
        unstored=known.unstored,
        doubts=(*known.doubts, *repeats, *_doubts_of_row(past)),
    )


def is_unscheduled(index: str, session: date) -> bool:
    """Whether nobody has published yet that the exchange trades on that day."""
    return BY_CODE[index].is_mainland and sessions.opening(session) is Opening.UNKNOWN


def _leaps(move: Move) -> bool:
    return is_leap(move.index, (move.previous_session, move.previous_level), (move.session, move.level))


def _repeats(past: Bars) -> bool:
    """Whether the last row's close is the one before to the last digit, and no other figure speaks of another day."""
    pairs = np.array([getattr(past, name)[-2:] for name in _NUMBERS])
    return bool(
        past.close[-2] == past.close[-1] and not (pairs[:, 0] != pairs[:, 1])[~np.isnan(pairs).any(axis=1)].any()
    )


def _doubts_of_row(past: Bars) -> tuple[str, ...]:
    cells = {name: float(getattr(past, name)[-1]) for name in _NUMBERS}
    values = {name: None if isnan(cell) else cell for name, cell in cells.items()}
    row = {"index": past.index, "session": past.session(-1).isoformat(), **values}
    return tuple(filter(None, map(_word, own_figures("bars", row))))


def _word(fault: Fault) -> str | None:
    return _TOLD.get((fault.code, fault.column))
