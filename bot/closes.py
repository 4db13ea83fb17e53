"""The close push: waits until the figures are really today's, writes the campaign down, and has it sent."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import structlog

from bot.chat.answering import spoken_language
from bot.chat.picture import draw
from bot.chat.replies.why import values_of
from bot.delivery import outbox
from bot.delivery.broadcast import Broadcaster
from bot.delivery.outbox import Campaign, Draft, Edition
from bot.desk import Desk
from bot.explainer.explanation import Explanation, explain
from bot.pages import CAPTION_LIMIT, Page, render
from index import moves, sessions
from index.catalog import SHANGHAI_COMPOSITE
from index.errors import CalendarEnds, NoFigures
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
    """A session with its reasons, ready to be said in any language."""

    move: Move
    explanation: Explanation


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
    return Explained(move, explain(move, desk.reader, at))


def page(found: Explained, language: str, colours: str = "") -> Page:
    """The push in one language, short enough for the caption of a picture."""
    values = values_of(found.move, found.explanation)
    pages = (render("close", language, values | {"most": most}, colours) for most in EVIDENCE)
    shortest = render("close_short", language, values, colours)
    return next((one for one in pages if one.length <= CAPTION_LIMIT), shortest)


def draft(desk: Desk, found: Explained, at: datetime) -> Draft:
    """The campaign of a session: an edition for each language and colouring that subscribers read."""
    wanted = outbox.editions_wanted(desk.store.engine) or (_usual(desk),)
    editions = {key: _edition(desk, found, key, at) for key in wanted}
    move = found.move
    return Draft(KIND, move.session, not_after(move.session), editions, move.index, move.change_pct)


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

    def __init__(self, desk: Desk, broadcaster: Broadcaster, tell_operator: Tell, sleep: Sleep = asyncio.sleep) -> None:
        self._desk, self._broadcaster, self._tell = desk, broadcaster, tell_operator
        self._sleep = sleep
        self._busy = asyncio.Lock()

    @property
    def _now(self) -> datetime:
        return self._desk.clock.now()

    async def run(self) -> None:
        """Send what is due: campaigns that were begun, and the last close if nobody has written it down yet."""
        async with self._busy:
            for campaign in await asyncio.to_thread(outbox.unfinished, self._desk.store.engine):
                await self._broadcaster.run(campaign.id)
            session = due(self._now)
            if session and not outbox.find(self._desk.store.engine, KIND, session):
                await self._push(session)

    async def finish(self) -> None:
        """Wait until a run that was cancelled has written down what it had sent."""
        async with self._busy:
            return

    async def _push(self, session: date) -> None:
        found = await self._wait_for(session)
        if found:
            campaign = await asyncio.to_thread(self._enqueue, found)
            await self._broadcaster.run(campaign.id)

    def _enqueue(self, found: Explained) -> Campaign:
        return outbox.enqueue(self._desk.store.engine, draft(self._desk, found, self._now), self._now)

    async def _wait_for(self, session: date) -> Explained | None:
        """The session's figures as soon as they are stored; None when they come too late to be worth sending."""
        told, close = False, sessions.close_of(session)
        while self._now < not_after(session):
            try:
                return await asyncio.to_thread(explained, self._desk, session, self._now)
            except NoFigures:
                _log.info("close_not_stored_yet", session=session.isoformat())
            if not told and self._now - close > LATE:
                await self._tell("close_missing", session)
                told = True
            await self._sleep(EVERY_S)
        return None
