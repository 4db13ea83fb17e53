"""The close push: waits until the figures are really today's, writes the campaign down, and has it sent."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import structlog

from bot import corrections
from bot.chat.answering import spoken_language
from bot.chat.picture import draw
from bot.chat.replies.sourcing import sources
from bot.chat.replies.why import as_of, values_of
from bot.corrections import Said
from bot.delivery import outbox
from bot.delivery.broadcast import Broadcaster
from bot.delivery.editions import Draft, Edition
from bot.delivery.outbox import Campaign
from bot.delivery.progress import Progress
from bot.desk import Desk
from bot.explainer.explanation import Explanation, explain
from bot.figures import Sourced
from bot.pages import CAPTION_LIMIT, Page, render
from index import moves, sessions
from index.catalog import SHANGHAI_COMPOSITE
from index.errors import CalendarEnds, NoFigures
from index.live import pulls
from index.live.crosscheck import Verdict
from index.moves import Move

KIND = "close"
STALE_AT = time(12, 0)  # the next day, Beijing: a close summary is worthless next noon
EVERY_S = 20.0  # between two looks for today's bar
LATE = timedelta(minutes=30)  # after which the operator is told that the bar is still missing
EVIDENCE = (3, 2, 1)  # pieces of evidence a driver, fewer until the page fits under a picture

_log = structlog.get_logger(__name__)
Tell = Callable[[str, date], Awaitable[None]]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Explained:
    """A session with its reasons, ready to be said in any language.

    Attributes:
        move: what happened.
        explanation: why.
        at: the moment whose knowledge it is.
        verdict: how sure the close is; None when no live source ever spoke of it.
        corrects: what was said before, when that has to be corrected.
    """

    move: Move
    explanation: Explanation
    at: datetime
    verdict: Verdict | None = None
    corrects: Said | None = None


def not_after(session: date) -> datetime:
    """When a session's close is no longer worth sending."""
    return datetime.combine(session + timedelta(days=1), STALE_AT, sessions.BEIJING)


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


def explained(desk: Desk, session: date, at: datetime) -> Explained:
    """What happened in a session and why, by what is stored.

    Raises:
        NoFigures: its bar is not stored, or not public yet at that moment.
    """
    move = moves.of(desk.reader.bars(SHANGHAI_COMPOSITE.code, at), session)
    verdict = pulls.verdict_of(desk.store, move.index, session)
    return Explained(move, explain(move, desk.reader, at), at, verdict)


def page(found: Explained, language: str, colours: str = "") -> Page:
    """The push in one language, short enough for the caption of a picture."""
    is_provisional = found.verdict is Verdict.PROVISIONAL
    values = values_of(found.move, found.explanation) | {"is_provisional": is_provisional}
    mark = _mark(found, language)
    pages = (_under(mark, render("close", language, values | _at_most(most, found), colours)) for most in EVIDENCE)
    shortest = _under(mark, render("close_short", language, values, colours))
    return next((one for one in pages if one.length <= CAPTION_LIMIT), shortest)


def _at_most(most: int, found: Explained) -> dict[str, object]:
    """So much evidence a driver, and the publishers of just that."""
    drivers = (*found.explanation.drivers, *found.explanation.against)
    shown = [one for driver in drivers for one in driver.evidence[:most]]
    return {"most": most, "sources": sources(found.move, shown)}


def _mark(found: Explained, language: str) -> Page | None:
    """What stands above a corrected message."""
    if found.corrects is None:
        return None
    values = {"said": Sourced(found.corrects, "whyup", found.at), "corrected_at": as_of(found.at)}
    return render("corrected", language, values)


def _under(mark: Page | None, body: Page) -> Page:
    return Page(f"{mark.text}\n\n{body.text}", (*mark.figures, *body.figures)) if mark else body


def draft(desk: Desk, found: Explained, at: datetime) -> Draft:
    """The campaign of a session: an edition for each language and colouring that subscribers read."""
    wanted = outbox.editions_wanted(desk.store.engine) or (_usual(desk),)
    move, editions = found.move, _editions(desk, found, wanted, at)
    return Draft(KIND, move.session, not_after(move.session), editions, move.index, move.change_pct)


def _editions(desk: Desk, found: Explained, keys: Iterable[str], at: datetime) -> dict[str, Edition]:
    return {key: _edition(desk, found, key, at) for key in keys}


def _usual(desk: Desk) -> str:
    language = desk.settings.language
    return f"{language}/{desk.colours_in(language)}"


def _edition(desk: Desk, found: Explained, key: str, at: datetime) -> Edition:
    language, _, colours = key.partition("/")
    spoken = spoken_language(language)
    bars = desk.reader.bars(found.move.index, at)
    return Edition(page(found, spoken, colours).text, draw(bars, found.move, spoken, colours))


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

    @property
    def _now(self) -> datetime:
        return self._desk.clock.now()

    async def run(self) -> None:
        """Send what is due: corrections, campaigns that were begun, and the last close if nobody has begun it yet."""
        async with self._busy:
            await asyncio.to_thread(self._correct)
            for campaign in await asyncio.to_thread(outbox.unfinished, self._desk.store.engine):
                await self._send(campaign)
            session = due(self._now)
            if session and not await asyncio.to_thread(outbox.find, self._desk.store.engine, KIND, session):
                await self._push(session)

    async def finish(self) -> None:
        """Wait until a run that was cancelled has written down what it had sent."""
        async with self._busy:
            return

    async def _push(self, session: date) -> None:
        found = await self._wait_for(session)
        if found:
            await self._send(await asyncio.to_thread(self._enqueue, found))

    async def _send(self, campaign: Campaign) -> None:
        report = await self._broadcaster.run(campaign.id, self._progress)
        if report.stopped_by:
            await self._tell("campaign_stopped", campaign.session)

    def _enqueue(self, found: Explained) -> Campaign:
        engine = self._desk.store.engine
        campaign = outbox.enqueue(engine, draft(self._desk, found, found.at), self._now)
        corrections.note(engine, campaign, Said.of(found.move))
        return campaign

    def _correct(self) -> None:
        """Write down a correction for each close that was told otherwise than it is known now."""
        engine, now = self._desk.store.engine, self._now
        for revision in corrections.due(self._desk, KIND, now):
            found = replace(explained(self._desk, revision.campaign.session, now), corrects=revision.said)
            editions = _editions(self._desk, found, revision.keys, now)
            correction = outbox.correct(engine, revision.campaign, editions, now)
            corrections.note(engine, correction, Said.of(found.move))

    async def _wait_for(self, session: date) -> Explained | None:
        """The session's figures as soon as they may be told; None when they come too late to be worth sending."""
        told, close = False, sessions.close_of(session)
        while self._now < not_after(session):
            found = await asyncio.to_thread(self._tellable, session)
            if found:
                return found
            if not told and self._now - close > LATE:
                await self._tell("close_missing", session)
                told = True
            await self._sleep(EVERY_S)
        return None

    def _tellable(self, session: date) -> Explained | None:
        try:
            found = explained(self._desk, session, self._now)
        except NoFigures:
            _log.info("close_not_stored_yet", session=session.isoformat())
            return None
        if found.verdict is Verdict.DISPUTED:  # one host gave it, and then another host contradicted
            _log.warning("close_disputed", session=session.isoformat())
            return None
        return found
