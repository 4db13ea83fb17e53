"""Everything behind an explanation: each piece of evidence, or who published it and where to read it."""

from bot.chat.answer import Told
from bot.chat.asked import Asked
from bot.chat.replies import why
from bot.chat.replies.sourcing import used
from bot.figures import Sourced

SHOWN = 12  # more than this and a message would be too long


def reply(asked: Asked) -> Told:
    """All evidence of every driver, on a line of its own."""
    return why.told("details", asked)


def sources(asked: Asked) -> Told:
    """Where each figure and each piece of evidence comes from."""
    found = [one for one in used(asked.explanation) if one.source]
    return why.told("sources", asked, evidence=[Sourced(one) for one in found[:SHOWN]])
