"""What an operator's monitoring sees: counts for Prometheus, and whether the bot does its job.

Labels are kinds and outcomes only: never a token, a chat or a word that somebody wrote.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextvars import ContextVar
from datetime import datetime, timedelta
from http import HTTPStatus
from math import nan
from time import monotonic
from typing import Any, TypedDict

from aiohttp import web
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from telegram.error import TelegramError

from bot.close_pages import KIND
from bot.closes import LATE, due
from bot.delivery import outbox, verdict
from bot.delivery.answers import Answers
from bot.delivery.pacing import Pacer
from bot.delivery.progress import Progress
from bot.delivery.transport import Wire
from bot.delivery.verdict import Outcome, Verdict
from bot.desk import Desk
from bot.intake import Intake
from index.catalog import SHANGHAI_COMPOSITE
from index.errors import StoreUnreachable
from index.live.reports import RefreshReport
from index.sessions import close_of

Pull = Callable[..., RefreshReport]

# What is promised is 0.15 s; half a minute is what somebody waits for at most.
BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
REPLIES = ("send", "edit", "answer")
NO_REPLIES = frozenset({"sendChatAction", "answerCallbackQuery"})  # a sign of life, not what was asked for

_began: ContextVar[float | None] = ContextVar("_began", default=None)


class _Made(TypedDict):
    """Where every metric is registered."""

    registry: CollectorRegistry


class Metrics:
    """The counts of one bot."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        made = _Made(registry=self.registry)
        self._updates = Counter("whyup_updates", "Updates that came in.", ("kind",), **made)
        self._messages = Counter("whyup_messages", "Requests that show something in a chat.", ("by", "outcome"), **made)
        self._answers = Histogram(
            "whyup_answer_seconds", "From an update to the reply that Telegram took.", buckets=BUCKETS_S, **made
        )
        self._campaign = Gauge("whyup_campaign_deliveries", "The campaign that ran last.", ("state",), **made)
        self._pace = Gauge("whyup_campaign_per_second", "Deliveries a second of late.", **made)
        self._pulls = Counter("whyup_pulls", "Pulls from the publishers.", ("ended",), **made)
        self._rows = Counter("whyup_pulled_rows", "Figures that pulls brought.", **made)
        self._current = Gauge("whyup_pull_is_current", "Whether the last pull knew all that was due.", **made)
        self._age = Gauge("whyup_newest_close_age_seconds", "Since the newest stored close.", **made)

    def began(self, kind: str) -> None:
        """Count an update; in the task that handles it, so that its answer can be timed."""
        self._updates.labels(kind).inc()
        _began.set(monotonic())

    def replied(self, method: str, outcome: Outcome) -> None:
        """Count what came of a request on behalf of a chat, and how long the chat waited for the first."""
        if not method.startswith(REPLIES) or method in NO_REPLIES:
            return
        self._messages.labels("answer", outcome.name.lower()).inc()
        began = _began.get()
        if began is not None and outcome is Outcome.SENT:
            self._answers.observe(monotonic() - began)
            _began.set(None)

    def broadcast(self, outcome: Outcome) -> None:
        """Count what came of a message of a campaign."""
        self._messages.labels("broadcast", outcome.name.lower()).inc()

    def progressed(self, progress: Progress) -> None:
        """Keep how far the campaign is."""
        for state in ("sent", "failed", "left"):
            self._campaign.labels(state).set(getattr(progress, state))
        self._pace.set(progress.per_second)

    def pulled(self, report: RefreshReport) -> None:
        """Count a pull and what it brought."""
        self._pulls.labels(report.ended.value).inc()
        self._rows.inc(report.new)
        self._current.set(report.is_current)

    def counted(self, pull: Pull) -> Pull:
        """A way of pulling that is counted."""

        def counted(*arguments: object, **named: object) -> RefreshReport:
            report = pull(*arguments, **named)
            self.pulled(report)
            return report

        return counted

    def text(self, age_s: float) -> bytes:
        """All of it in Prometheus' text format.

        Args:
            age_s: seconds since the newest stored close; NaN when it is not known.
        """
        self._age.set(age_s)
        return generate_latest(self.registry)


class CountedWire(Wire):
    """The broadcast's wire, whose outcomes are counted."""

    def __init__(self, base_url: str, token: str, metrics: Metrics) -> None:
        """Prepare; see `Wire`."""
        super().__init__(base_url, token)
        self._metrics = metrics

    async def post(self, method: str, body: bytes) -> Verdict:
        """See `Wire.post`."""
        return self._counted(await super().post(method, body))

    async def upload(self, method: str, body: bytes, pictures: Mapping[str, bytes]) -> Verdict:
        """See `Wire.upload`."""
        return self._counted(await super().upload(method, body, pictures))

    def _counted(self, found: Verdict) -> Verdict:
        self._metrics.broadcast(found.outcome)
        return found


class CountedAnswers(Answers):
    """Answers at the bot's pace, whose outcomes are counted."""

    def __init__(self, pacer: Pacer, metrics: Metrics) -> None:
        """Share the bot's pacer."""
        super().__init__(pacer)
        self._metrics = metrics

    async def process_request(  # noqa: PLR0913, PLR0917 - the interface is python-telegram-bot's
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,  # noqa: ANN401 - what python-telegram-bot hands over
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:  # noqa: ANN401 - what the method returns
        """See `Answers.process_request`."""
        try:
            result = await super().process_request(callback, args, kwargs, endpoint, data, rate_limit_args)
        except TelegramError as error:
            self._metrics.replied(endpoint, verdict.of_error(error).outcome)
            raise
        self._metrics.replied(endpoint, Outcome.SENT)
        return result


class Station:
    """What monitoring may ask: ``/metrics`` and ``/health``."""

    def __init__(self, metrics: Metrics, desk: Desk, intake: Intake) -> None:
        """Look at these."""
        self._metrics, self._desk, self._intake = metrics, desk, intake

    def routes(self) -> list[web.RouteDef]:
        """Both, for `bot.listening.listening`."""
        return [web.get("/metrics", self._show), web.get("/health", self._examine)]

    async def _show(self, _request: web.Request) -> web.Response:
        age_s = await asyncio.to_thread(age_of_close_s, self._desk, self._desk.clock.now())
        return web.Response(body=self._metrics.text(age_s), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _examine(self, _request: web.Request) -> web.Response:
        word = await asyncio.to_thread(ailment, self._desk, self._intake, self._desk.clock.now())
        status = HTTPStatus.SERVICE_UNAVAILABLE if word else HTTPStatus.OK
        return web.Response(status=status, text=f"{word or 'ok'}\n")


def ailment(desk: Desk, intake: Intake, at: datetime) -> str:
    """What keeps the bot from doing its job: ``telegram``, ``database``, ``close``; "" when nothing does."""
    if not intake.is_alive(at):
        return "telegram"
    try:
        return "" if is_close_out(desk, at) else "close"
    except StoreUnreachable:
        return "database"


def is_close_out(desk: Desk, at: datetime) -> bool:
    """Whether the last close that should be out by now is, or is on its way.

    Raises:
        StoreUnreachable: the database does not answer.
    """
    session = due(at)
    if session is None or at - close_of(session) <= LATE:
        return desk.store.version() >= 0  # the database has to answer all the same
    campaign = outbox.find(desk.store.engine, KIND, session)
    return campaign is not None and campaign.state != "stopped"


def age_of_close_s(desk: Desk, at: datetime) -> float:
    """Seconds since the newest stored close of the Shanghai Composite; NaN when there is none or no database."""
    try:
        bars = desk.reader.bars(SHANGHAI_COMPOSITE.code, at)
    except StoreUnreachable:
        return nan
    return (at - close_of(bars.session(-1))) / timedelta(seconds=1) if len(bars) else nan
