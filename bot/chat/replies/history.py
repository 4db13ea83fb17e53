"""What happened then? A day or a period: its change, its extremes, the sessions that made it."""

from bot.chat.answer import Told
from bot.chat.asked import Asked
from bot.chat.replies import level, why
from bot.figures import Sourced
from index import moves
from index.moves import Move

SHOWN = 3  # sessions that made a period


def reply(asked: Asked) -> Told:
    """A period with its largest sessions; a single day with its reasons."""
    if len(asked.span.sessions) == 1:
        return why.reply(asked)
    return level.told("history", asked, largest=[Sourced(move) for move in _largest(asked)])


def _largest(asked: Asked) -> list[Move]:
    days = [moves.of(asked.bars, session) for session in asked.span.sessions if session > asked.bars.session(0)]
    return sorted(days, key=lambda move: -abs(move.change_pct))[:SHOWN]
