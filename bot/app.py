"""Puts the bot together and runs it until it is told to stop. One file states the whole flow."""

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import date

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ExtBot

from bot import handlers, schedule
from bot.chat.understanding import prepare
from bot.clock import Clock
from bot.closes import ClosePush
from bot.delivery import tables
from bot.delivery.answers import Answers
from bot.delivery.broadcast import Broadcaster
from bot.delivery.pacing import Pacer
from bot.delivery.transport import AiohttpRequest, Wire
from bot.desk import Desk
from bot.figures import sourced
from bot.handlers import AnyApplication
from bot.pages import render
from bot.polling import InOrderPerChat, Poller
from bot.pulling import Puller
from bot.settings import FREE_TIER, Settings
from index.errors import TokenRefused
from index.store import Store

FINISH_S = 4.5  # for the updates and messages in hand when told to stop; a supervisor waits five and more

_log = structlog.get_logger(__name__)


async def serve(settings: Settings, store: Store, clock: Clock) -> None:
    """Run the bot until SIGTERM or SIGINT.

    Args:
        settings: token, Bot API and paces.
        store: the figures and the chats.
        clock: the moment the bot lives in.

    Raises:
        TokenRefused: Telegram does not know the token, or another process polls with it.
        StoreUnreachable: the database refused.
    """
    tables.create(store.engine)
    prepare()
    pacer = Pacer(settings.messages_per_second)
    desk = Desk(store, settings, clock)
    async with _application(settings, pacer) as application, _wire(settings) as wire:
        handlers.register(application, desk)
        broadcaster = Broadcaster(store.engine, wire, pacer, now=clock.now, stars_budget=_stars(settings))
        operator = _Operator(application, settings)
        push = ClosePush(desk, broadcaster, operator.tell)
        pulls = Puller(store, clock.now, operator.tell) if settings.refresh and not clock.ahead else None
        poller = Poller(application, store.engine, clock.now)
        _log.info("started", bot=application.bot.username, chats=store.url)
        await _until_stopped(push, poller, schedule.scheduler(push.run, clock, pulls))


async def _until_stopped(push: ClosePush, poller: Poller, jobs: AsyncIOScheduler) -> None:
    jobs.start()
    work = [asyncio.create_task(poller.run()), asyncio.create_task(push.run()), asyncio.create_task(_told_to_stop())]
    try:
        await _first_end(work)
    finally:
        jobs.shutdown(wait=False)
        await _stop(work)
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(poller.finish(), push.finish()), FINISH_S)
        _log.info("stopped")


async def _first_end(work: list[asyncio.Task[None]]) -> None:
    """Wait for the signal, or for an error that ends the bot; the first push ends without ending it."""
    poll, push, stop = work
    done, _ = await asyncio.wait({poll, stop}, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
    if push.done() and push.exception():
        _log.error("push_failed", error=type(push.exception()).__name__)


async def _stop(work: list[asyncio.Task[None]]) -> None:
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)


async def _told_to_stop() -> None:
    told = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, told.set)
    await told.wait()


@asynccontextmanager
async def _application(settings: Settings, pacer: Pacer) -> AsyncIterator[AnyApplication]:
    """python-telegram-bot's application on our transport, pace and order."""
    async with _open_requests() as (calls, polls):
        bot: ExtBot[int] = ExtBot(
            settings.telegram_token.get_secret_value(),
            base_url=settings.telegram_api_url,
            request=calls,
            get_updates_request=polls,
            rate_limiter=Answers(pacer),
        )
        built: AnyApplication = (
            Application.builder().bot(bot).updater(None).concurrent_updates(InOrderPerChat()).build()
        )
        with _token_checked():
            await built.initialize()
        yield built
        await built.shutdown()


@asynccontextmanager
async def _open_requests() -> AsyncIterator[tuple[AiohttpRequest, AiohttpRequest]]:
    """Two transports, so that a poll that is held open delays no answer; closed whatever happens."""
    calls, polls = AiohttpRequest(), AiohttpRequest()
    try:
        yield calls, polls
    finally:
        await calls.shutdown()
        await polls.shutdown()


@contextmanager
def _token_checked() -> Iterator[None]:
    try:
        yield
    except InvalidToken as error:
        raise TokenRefused(error.message) from error


def _wire(settings: Settings) -> Wire:
    return Wire(settings.telegram_api_url, settings.telegram_token.get_secret_value())


def _stars(settings: Settings) -> float | None:
    return float(settings.stars_budget) if settings.messages_per_second > FREE_TIER else None


class _Operator:
    """Tells the operator what needs a person: in the log always, in a chat when one is set."""

    def __init__(self, application: AnyApplication, settings: Settings) -> None:
        self._application, self._settings = application, settings

    async def tell(self, name: str, session: date) -> None:
        _log.error(name, session=session.isoformat())
        if self._settings.operator_chat is None:
            return
        values = {"name": name, "session": sourced(session, "session", "whyup", None)}
        page = render("operator", self._settings.language, values)
        with suppress(TelegramError):  # the log has it
            await self._application.bot.send_message(self._settings.operator_chat, page.plain)


def set_up_logging() -> None:
    """Structured lines on standard error, without tokens and without what people wrote."""
    for noisy in ("httpx", "apscheduler", "telegram.ext"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
