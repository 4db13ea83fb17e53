"""Empties the outbox. Running a campaign again goes on where the last run ended, however it ended."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine

from bot.delivery import outbox
from bot.delivery.collecting import seldom_collecting
from bot.delivery.ledger import Ledger
from bot.delivery.outbox import Campaign, Tally
from bot.delivery.pacing import Pacer
from bot.delivery.progress import Meter, Progress
from bot.delivery.running import Clock, Run
from bot.delivery.sole import sole
from bot.delivery.transport import Wire
from bot.delivery.verdict import Outcome, Verdict
from index.errors import TokenRefused

_log = structlog.get_logger(__name__)

_PATIENCE = timedelta(seconds=90)  # a doubtful message is due again after sixty
_LINGER_S = 0.008  # above this rate, intents and outcomes of 8 ms share a commit
_LINGER_ABOVE_PER_SECOND = 400.0


@dataclass(frozen=True, slots=True)
class Report:
    """How a run ended.

    Attributes:
        campaign: as it stands now.
        tally: how many deliveries stand where.
        stopped_by: what Telegram said when our own mistake stopped it, else None.
        next_due: when what is left is due; None when nothing is left.
    """

    campaign: Campaign
    tally: Tally
    stopped_by: Verdict | None
    next_due: datetime | None


def _to_nobody(_progress: Progress) -> None:
    """Tell nobody."""


class Broadcaster:
    """Sends campaigns, one at a time for a database."""

    def __init__(  # noqa: PLR0913 - what a broadcast needs
        self,
        engine: Engine,
        wire: Wire,
        pacer: Pacer,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        stars_budget: float | None = None,
    ) -> None:
        """Prepare.

        Args:
            engine: the database, whose tables exist.
            wire: an open way to the Bot API.
            pacer: the bot's, shared with its answers.
            now: the wall clock; read once a run, so that setting it disturbs nothing.
            monotonic: seconds of a clock that never jumps.
            stars_budget: the most Stars that a campaign may spend; None where the bot's limit costs nothing.
        """
        self._engine = engine
        self._wire = wire
        self._pacer = pacer
        self._now = now
        self._monotonic = monotonic
        self._stars_budget = stars_budget

    async def run(
        self, campaign_id: int, tell: Callable[[Progress], None] = _to_nobody, *, patience: timedelta = _PATIENCE
    ) -> Report:
        """Send what is left of a campaign; cancelling it is safe.

        Args:
            campaign_id: as stored by `outbox.enqueue` or `outbox.correct`.
            tell: is called with the progress, a few times a second.
            patience: how long to wait for deliveries that are not due yet; what is due later is left to another run
                (see `Report.next_due`).

        Raises:
            AlreadyBroadcasting: another run is at work on this database.
            TokenRefused: Telegram does not know the bot; nothing is lost.
            StoreUnreachable: the database refused; what was committed stands.
            LookupError: there is no such campaign.
        """
        with sole(self._engine), seldom_collecting():
            stopped_by = await self._run(outbox.get(self._engine, campaign_id), tell, patience)
        if stopped_by and stopped_by.outcome is Outcome.BAD_TOKEN:
            raise TokenRefused(stopped_by.description)
        return await asyncio.to_thread(self._report, campaign_id, stopped_by)

    async def _run(self, campaign: Campaign, tell: Callable[[Progress], None], patience: timedelta) -> Verdict | None:
        tally = await asyncio.to_thread(outbox.tally, self._engine, campaign.id)
        _log.info("broadcast_begins", campaign=campaign.id, kind=campaign.kind, left=tally.left)
        clock = Clock(self._now(), self._monotonic(), self._monotonic)
        meter = Meter(tally, self._monotonic, tell)
        linger_s = _LINGER_S if self._pacer.per_second > _LINGER_ABOVE_PER_SECOND else 0.0
        async with Ledger(self._engine, campaign, linger_s=linger_s) as ledger:
            run = Run(campaign, ledger, self._wire, self._pacer, clock=clock, meter=meter, patience=patience)
            return await run.go(self._stars_budget)

    def _report(self, campaign_id: int, stopped_by: Verdict | None) -> Report:
        campaign, tally = outbox.get(self._engine, campaign_id), outbox.tally(self._engine, campaign_id)
        counted = {"sent": tally.sent, "failed": tally.failed, "left": tally.left}
        _log.info("broadcast_ended", campaign=campaign_id, state=campaign.state, reason=campaign.stopped_by, **counted)
        return Report(campaign, tally, stopped_by, outbox.next_due(self._engine, campaign_id))
