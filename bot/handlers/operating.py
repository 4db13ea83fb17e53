"""/status, in the operator's own chat only: whether the bot does its job, on one screen."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from telegram import Message

from bot.delivery import chats, outbox
from bot.delivery.outbox import Campaign, Tally
from bot.desk import Desk
from bot.figures import Sourced
from bot.handlers.talk import Talk
from index.catalog import SHANGHAI_COMPOSITE
from index.live.memory import State
from index.live.pulls import source_states
from index.sessions import close_of, horizon

Ails = Callable[[datetime], str]
Handle = Callable[[Message, str], Awaitable[None]]
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Status:
    """What an operator wants to know.

    Attributes:
        ails: what keeps the bot from its job, see `bot.metrics.ailment`; "" when nothing does.
        newest: the newest session stored; None when there is none.
        age_hours: full hours since its close.
        private, groups, channels: living subscribers.
        campaign, tally: the campaign begun last, and how far it is.
        calendar_end: the last day whose holidays are known.
        failing: the publishers whose last pull failed.
    """

    ails: str
    newest: date | None
    age_hours: int | None
    private: int
    groups: int
    channels: int
    campaign: Campaign | None
    tally: Tally
    calendar_end: date
    failing: tuple[State, ...]


class Operating:
    """What the operator's own commands bring about."""

    def __init__(self, talk: Talk, ails: Ails) -> None:
        """Prepare.

        Args:
            talk: how pages are sent.
            ails: what keeps the bot from its job at a moment; "" when nothing does.
        """
        self._talk, self._desk, self._ails = talk, talk.desk, ails
        self.by_name: Mapping[str, Handle] = {"status": self.status}

    async def status(self, message: Message, _rest: str) -> None:
        """/status: whether the bot does its job."""
        at = self._desk.clock.now()
        found = await asyncio.to_thread(examine, self._desk, at, self._ails)
        await self._talk.say(message, "status", status=Sourced(found, "whyup", at))


def examine(desk: Desk, at: datetime, ails: Ails) -> Status:
    """How the bot stands at a moment."""
    engine, newest, counted = desk.store.engine, _newest(desk, at), chats.count(desk.store.engine)
    campaign = outbox.latest(engine)
    return Status(
        ails(at),
        newest,
        (at - close_of(newest)) // HOUR if newest else None,
        counted["private"],
        counted["group"] + counted["supergroup"],
        counted["channel"],
        campaign,
        outbox.tally(engine, campaign.id) if campaign else Tally(),
        horizon(),
        tuple(state for state in source_states(desk.store).values() if state.failures),
    )


def _newest(desk: Desk, at: datetime) -> date | None:
    bars = desk.reader.bars(SHANGHAI_COMPOSITE.code, at)
    return bars.session(-1) if len(bars) else None
