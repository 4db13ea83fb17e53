"""Questions that ask for advice or a forecast: a fixed refusal, and the facts instead."""

from dataclasses import replace

from bot.chat.answer import Told
from bot.chat.asked import Asked
from bot.chat.question import When
from bot.chat.replies import level


def entry(asked: Asked) -> Told:
    """Should I get in or out?"""
    return _facts("entry_advice", asked)


def forecast(asked: Asked) -> Told:
    """Where will it be?"""
    return _facts("forecast", asked)


def sustainability(asked: Asked) -> Told:
    """Will it last?"""
    return _facts("sustainability", asked)


def _facts(template: str, asked: Asked) -> Told:
    """The latest move: a day to come has none, and a refusal needs no other."""
    now = replace(asked, question=replace(asked.question, when=When(), direction=None))
    return level.told(template, now)
