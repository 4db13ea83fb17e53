"""The close push: waits until the figures are really today's, writes the campaign down, and has it sent."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import date, datetime, timedelta

import structlog

from bot import corrections
from bot.close_pages import KIND, Closing, Explained, draft, explained, not_after, wanted
from bot.delivery import outbox
from bot.delivery.broadcast import Broadcaster
from bot.delivery.outbox import Campaign
from bot.delivery.progress import Progress
from bot.desk import Desk
from index import sessions
from index.errors import CalendarEnds, NoFigures
from index.live.crosscheck import Verdict

EVERY_S = 20.0  # between two looks for today's bar
SOON = timedelta(minutes=5)  # what is due later than that the scheduler's next look finds in time
OTHERS_BY = timedelta(minutes=5)  # after the close: so long indices that chats chose beside it are waited for
LATE = timedelta(minutes=30)  # after which the operator is told that the bar is still missing

_log = structlog.get_logger(__name__)
Tell = Callable[[str, date], Awaitable[None]]
Sleep = Callable[[float], Awaitable[None]]


def due(now: datetime) -> date | None:
    """The session whose close should be out by now and is still worth sending.

    Past the calendar's end every weekday may be one: whether it was, its bar tells.
    """
    try:
        session = sessions.latest_closed(now)
    except CalendarEnds:
        session = _last_weekday(now)
    return session if now < not_after(session) else None


def _last_weekday(now: datetime) -> date:
    local = now.astimezone(sessions.BEIJING)
    day = local.date() if local.time() >= sessions.CLOSE else local.date() - timedelta(days=1)
    return day - timedelta(days=max(day.weekday() - sessions.FRIDAY, 0))


def soonest_s(now: datetime, dues: Iterable[datetime]) -> float | None:
    """Seconds until the first of some moments; None where none is soon. What is overdue waits for another thing."""
    waits = (moment - now for moment in dues)
    return min((wait.total_seconds() for wait in waits if timedelta() < wait <= SOON), default=None)


class ClosePush:
    """Sends each session's close once, whenever it is called."""

    def __init__(
        self,
        desk: Desk,
        broadcaster: Broadcaster,
        tell_operator: Tell,
        sleep: Sleep = asyncio.sleep,
        progress: Callable[[Progress], None] = lambda _progress: None,
    ) -> None:
        """Prepare.

        Args:
            desk: the figures, the chats and the moment.
            broadcaster: sends what is written down.
            tell_operator: what needs a person, and of which session.
            sleep: waits some seconds.
            progress: is told how far a campaign is.
        """
        self._desk, self._broadcaster, self._tell = desk, broadcaster, tell_operator
        self._sleep, self._progress = sleep, progress
        self._busy = asyncio.Lock()
        self._is_waiting = False
        self._told_late: date | None = None

    @property
    def _now(self) -> datetime:
        return self._desk.clock.now()

    async def run(self) -> None:
        """Send what is due: corrections, campaigns that were begun, and the last close if nobody has begun it yet.

        Where something is due soon it is waited for; whoever calls meanwhile finds nobody in the way.
        """
        wait_s = await self._pass()
        while wait_s is not None and not self._is_waiting:
            self._is_waiting = True
            try:
                await self._sleep(wait_s)
            finally:
                self._is_waiting = False
            wait_s = await self._pass()

    async def finish(self) -> None:
        """Wait until a run that was cancelled has written down what it had sent."""
        async with self._busy:
            return

    async def _pass(self) -> float | None:
        """Send what is due now; the seconds after which something else is, None where nothing is soon."""
        async with self._busy:
            await asyncio.to_thread(self._correct)
            begun = await asyncio.to_thread(outbox.unfinished, self._desk.store.engine)
            dues = [await self._send(campaign) for campaign in begun]
            session = due(self._now)
            if session and not await asyncio.to_thread(outbox.find, self._desk.store.engine, KIND, session):
                dues.append(await self._push(session))
        return soonest_s(self._now, filter(None, dues))

    async def _push(self, session: date) -> datetime | None:
        """Send a session's close; when to look again for its bar, or for what of it is due later."""
        found = await asyncio.to_thread(self._tellable, session)
        if found:
            return await self._send(await asyncio.to_thread(self._enqueue, found))
        if self._told_late != session and self._now - sessions.close_of(session) > LATE:
            self._told_late = session
            await self._tell("close_missing", session)
        return self._now + timedelta(seconds=EVERY_S)

    async def _send(self, campaign: Campaign) -> datetime | None:
        """Send what is due of a campaign; when more of it is."""
        report = await self._broadcaster.run(campaign.id, self._progress)
        if report.stopped_by:
            await self._tell("campaign_stopped", campaign.session)
            return None
        return report.next_due

    def _enqueue(self, found: Explained) -> Campaign:
        engine, closing = self._desk.store.engine, Closing(self._desk, found)
        campaign = outbox.enqueue(engine, draft(self._desk, closing), self._now)
        corrections.note(engine, campaign, closing.told)
        return campaign

    def _correct(self) -> None:
        """Write down a correction for each close that was told otherwise than it is known now."""
        engine, now = self._desk.store.engine, self._now
        for revision in corrections.due(self._desk, KIND, now):
            closing = Closing(self._desk, explained(self._desk, revision.campaign.session, now), revision.said)
            correction = outbox.correct(engine, revision.campaign, closing.editions(revision.keys), now)
            corrections.note(engine, correction, closing.told)

    def _tellable(self, session: date) -> Explained | None:
        try:
            found = explained(self._desk, session, self._now)
        except NoFigures:
            _log.info("close_not_stored_yet", session=session.isoformat())
            return None
        if found.verdict is Verdict.DISPUTED:  # one host gave it, and then another host contradicted
            _log.warning("close_disputed", session=session.isoformat())
            return None
        return None if self._waits_for_others(found) else found

    def _waits_for_others(self, found: Explained) -> bool:
        """Whether a chosen index is worth a short wait: what is missing at the push is not told later.

        One that was not there the session before either will hardly come, and nobody waits for it.
        """
        if self._now - sessions.close_of(found.move.session) > OTHERS_BY:
            return False
        usual = corrections.known_moves(self._desk, found.move.previous_session, self._now).keys()
        return bool(wanted(self._desk) & usual - Closing(self._desk, found).told.keys())
