"""Why did it move? The move, its drivers, what spoke against it, and what went along."""

from datetime import datetime

from bot.chat.answer import Premise, Told
from bot.chat.asked import Asked
from bot.chat.caveats import Caveats, of_move
from bot.chat.replies.sourcing import sources, used
from bot.chat.span import Span
from bot.explainer import days
from bot.explainer.explanation import Explanation
from bot.figures import Figure, Sourced, sourced
from index import moves
from index.moves import Direction, Move

LARGEST = 3  # sessions shown of those that made a range


def reply(asked: Asked) -> Told:
    """The explanation of the sessions asked about; of several, with those that moved it most."""
    return told("why", asked, largest=largest(asked) if asked.move.is_range else [])


def largest(asked: Asked) -> list[Sourced]:
    """The sessions of a range that moved the index most, the largest first."""
    return [Sourced(day) for day in days.largest(asked.bars, asked.span.sessions[0], asked.span.last, LARGEST)]


def told(template: str, asked: Asked, **more: object) -> Told:
    """A page about one move and its explanation.

    Args:
        template: the page's name.
        asked: the question in its place.
        more: further values for the template.
    """
    move, explanation, premise = asked.move, asked.explanation, premise_of(asked)
    values = values_of(move, explanation) | {
        "span": sourced_span(asked.span, move),
        "premise": premise,
        "asked": asked.question.direction,
        "caveats": sourced_caveats(asked.caveats, move),
    }
    return Told(template, values | more, asked.span.sessions, premise, move, explanation, asked.caveats)


def values_of(move: Move, explanation: Explanation) -> dict[str, object]:
    """What every page about an explained move speaks of."""
    return {
        "move": Sourced(move),
        "turnover_sessions": sourced(moves.MONTH, "constant", "method", None),
        "explanation": Sourced(explanation, move.source, move.published_at),
        "sources": sources(move, used(explanation)),
        "as_of": as_of(explanation.as_of),
        "caveats": sourced_caveats(of_move(move), move),
    }


def as_of(moment: datetime) -> Figure:
    """The moment up to which figures were looked at, as a page shows it."""
    return Figure("as_of", moment.isoformat(), "moment", "whyup", moment)


def sourced_span(span: Span, move: Move) -> Sourced:
    """A span whose days count as the exchange's own."""
    return Sourced(span, "trading calendar", move.published_at)


def sourced_caveats(caveats: Caveats, move: Move) -> Sourced:
    """What has to be said about a close, its days the exchange's own."""
    return Sourced(caveats, "trading calendar", move.published_at)


def premise_of(asked: Asked) -> Premise:
    """Whether the direction that the question asserts is what happened on the day it names."""
    direction = asked.question.direction
    if asked.question.driver and asked.question.intent == "drivers_detail":
        return "none"  # "is margin debt rising?" asserts nothing of the index
    if direction is None or (asked.span.is_stale and asked.question.when.days):
        return "none"  # nothing was asserted, or of a day whose figures are not stored
    named_closed_day = asked.span.closed_day is not None and asked.question.when.days != ()
    return "wrong" if named_closed_day or _contradicts(direction, asked.move) else "holds"


def _contradicts(asserted: Direction, move: Move) -> bool:
    return (move.change_pct > 0) != (asserted == "up") or move.change_pct == 0
