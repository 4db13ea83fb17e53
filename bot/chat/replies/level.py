"""Where is it? The level and the change, without reasons."""

from bot.chat.answer import Told
from bot.chat.asked import Asked
from bot.chat.replies.sourcing import sources
from bot.chat.replies.why import as_of, premise_of, sourced_caveats, sourced_span
from bot.figures import Sourced


def reply(asked: Asked) -> Told:
    """The close of the sessions asked about."""
    return told("level", asked)


def told(template: str, asked: Asked, **more: object) -> Told:
    """A page about one move that needs no explanation."""
    move, premise = asked.move, premise_of(asked)
    values = {
        "move": Sourced(move),
        "span": sourced_span(asked.span, move),
        "premise": premise,
        "asked": asked.question.direction,
        "sources": sources(move),
        "as_of": as_of(min(asked.at, move.published_at)),
        "caveats": sourced_caveats(asked.caveats, move),
    }
    return Told(template, values | more, asked.span.sessions, premise, move, caveats=asked.caveats)
