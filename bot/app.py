"""Puts the bot together and runs it until it is told to stop. One file states the whole flow."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import date, datetime
from functools import partial
from typing import Any

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from telegram.error import InvalidToken, NetworkError, TelegramError
from telegram.ext import Application, ExtBot

from bot import handlers, schedule
from bot.chat.understanding import prepare
from bot.clock import Clock
from bot.closes import ClosePush
from bot.delivery import tables
from bot.delivery.broadcast import Broadcaster
from bot.delivery.errors import AlreadyBroadcasting
from bot.delivery.housekeeping import tidy
from bot.delivery.pacing import Pacer
from bot.delivery.transport import AiohttpRequest
from bot.desk import Desk
from bot.figures import sourced
from bot.intake import AnyApplication, Intake
from bot.listening import listening
from bot.metrics import CountedAnswers, CountedWire, Metrics, Station, ailment
from bot.pages import render
from bot.polling import InOrderPerChat, Poller
from bot.pulling import Puller
from bot.settings import FREE_TIER, Settings
from bot.webhook import Webhook
from index.errors import StoreUnreachable, TelegramUnreachable, TokenRefused
from index.live.pulls import refresh
from index.live.reports import RefreshReport
from index.sources.asking import Asking
from index.store import Store

FINISH_S = 4.5  # for the updates and messages in hand when told to stop; a supervisor waits five and more

_log = structlog.get_logger(__name__)


async def serve(settings: Settings, store: Store, clock: Clock) -> None:
    """Run the bot until SIGTERM or SIGINT.

    Args:
        settings: token, Bot API, paces, and where to listen.
        store: the figures and the chats.
        clock: the moment the bot lives in.

    Raises:
        TokenRefused: Telegram does not know the token, or another process takes the bot's updates.
        StoreUnreachable: the database refused.
        SettingInvalid: a place to listen is taken, or Telegram does not accept the webhook's address.
    """
    tables.create(store.engine)
    prepare()
    pacer, metrics, desk = Pacer(settings.messages_per_second), Metrics(), Desk(store, settings, clock)
    async with _application(settings, pacer, metrics) as application, _wire(settings, metrics) as wire:
        broadcaster = Broadcaster(store.engine, wire, pacer, now=clock.now, stars_budget=_stars(settings))
        operator, pulling = _Operator(application, settings), _Pulling()
        push = ClosePush(desk, broadcaster, operator.tell, progress=metrics.progressed)
        fetches = settings.refresh and not clock.ahead
        token = settings.tushare_token.get_secret_value()
        pulls = Puller(store, clock.now, operator.tell, metrics.counted(pulling.pull), token) if fetches else None
        intake = _intake(application, desk, metrics)
        handlers.register(application, desk, partial(ailment, desk, intake))
        await _introduce(application)
        async with _station(settings, Station(metrics, desk, intake)):
            _log.info("started", bot=application.bot.username, takes=type(intake).__name__)
            jobs = schedule.scheduler(push.run, clock, pulls, partial(_tidied, store, clock))
            await _until_stopped(intake, push, jobs, pulling)


async def _tidied(store: Store, clock: Clock) -> None:
    await asyncio.to_thread(tidy, store.engine, clock.now())


def _intake(application: AnyApplication, desk: Desk, metrics: Metrics) -> Intake:
    engine, now = desk.store.engine, desk.clock.now
    if desk.settings.webhook_url:
        return Webhook(application, engine, now, desk.settings, metrics.began)
    return Poller(application, engine, now, metrics.began)


async def _introduce(application: AnyApplication) -> None:
    """Show the commands beside the text field; without them the bot answers all the same."""
    try:
        await handlers.introduce(application.bot)
    except TelegramError as error:
        _log.warning("menu_not_set", error=error.message)


@asynccontextmanager
async def _station(settings: Settings, station: Station) -> AsyncIterator[None]:
    if not settings.metrics_listen:
        yield
        return
    async with listening(station.routes(), settings.metrics_listen, "WHYUP_METRICS_LISTEN"):
        yield


async def _until_stopped(intake: Intake, push: ClosePush, jobs: AsyncIOScheduler, pulling: "_Pulling") -> None:
    failed = _failure_of(jobs)
    jobs.add_job(push.run, id="at_once", misfire_grace_time=None)
    jobs.start()
    work = [asyncio.create_task(intake.run()), asyncio.create_task(_told_to_stop())]
    try:
        done, _ = await asyncio.wait({*work, failed}, return_when=asyncio.FIRST_COMPLETED)
        for one in done:
            one.result()
    finally:
        _log.info("stopping")
        pulling.stop()
        jobs.shutdown(wait=False)
        await _stop(work)
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(intake.finish(), push.finish()), FINISH_S)
        _log.info("stopped")


def _failure_of(jobs: AsyncIOScheduler) -> asyncio.Future[None]:
    """Fails when a job fails for a reason that ends the bot; another one is logged, and the next run mends it."""
    failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def note(event: JobExecutionEvent) -> None:
        error = event.exception
        if isinstance(error, TokenRefused | StoreUnreachable) and not failed.done():
            failed.set_exception(error)
        elif isinstance(error, AlreadyBroadcasting):
            _log.info("another_process_broadcasts", job=event.job_id)
        elif isinstance(error, Exception):  # a job that is cancelled at the end is none
            _log.error("job_failed", job=event.job_id, exc_info=error)

    jobs.add_listener(note, EVENT_JOB_ERROR)
    return failed


class _Pulling:
    """Pulls in a thread that can be told to end soon: the interpreter waits for its threads."""

    def __init__(self) -> None:
        self._asking: Asking | None = None

    def pull(self, store: Store, now: datetime, **named: Any) -> RefreshReport:  # noqa: ANN401 - passed on as they came
        with Asking() as self._asking:
            return refresh(store, now, ask=self._asking, **named)

    def stop(self) -> None:
        if self._asking:
            self._asking.stop()


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
async def _application(
    settings: Settings, pacer: Pacer, metrics: Metrics | None = None
) -> AsyncIterator[AnyApplication]:
    """python-telegram-bot's application on our transport, pace and order."""
    async with _open_requests() as (calls, polls):
        bot: ExtBot[int] = ExtBot(
            settings.telegram_token.get_secret_value(),
            base_url=settings.telegram_api_url,
            request=calls,
            get_updates_request=polls,
            rate_limiter=CountedAnswers(pacer, metrics or Metrics()),
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
        raise TokenRefused(type(error).__name__) from error
    except NetworkError as error:
        raise TelegramUnreachable(type(error).__name__) from error


def _wire(settings: Settings, metrics: Metrics) -> CountedWire:
    return CountedWire(settings.telegram_api_url, settings.telegram_token.get_secret_value(), metrics)


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
