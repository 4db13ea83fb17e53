"""``subscribers`` and ``broadcast``: who hears of the close, and sending it by hand."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO

from bot.clock import Clock
from bot.close_pages import KIND, Closing, draft, explained
from bot.commands.console import file_errors, say, warn
from bot.delivery import chats, outbox, roster, tables
from bot.delivery.broadcast import Broadcaster, Report
from bot.delivery.choice import OFFERED
from bot.delivery.editions import Draft
from bot.delivery.pacing import Pacer, plan
from bot.delivery.progress import Progress
from bot.delivery.transport import Wire
from bot.desk import Desk
from bot.figures import Sourced, sourced
from bot.pages import LANGUAGES, render
from bot.settings import FREE_TIER, NOT_SET, Settings
from index.catalog import SHANGHAI_COMPOSITE
from index.errors import NoFigures, TokenRefused
from index.store import Store


@dataclass(frozen=True, slots=True)
class Kinds:
    """How many living subscribers there are of each kind of chat."""

    private: int = 0
    group: int = 0
    supergroup: int = 0
    channel: int = 0


@dataclass(frozen=True, slots=True)
class Sending:
    """How far a broadcast is, and what it will take."""

    recipients: int = 0
    sent: int = 0
    failed: int = 0
    left: int = 0
    seconds: float = 0.0
    stars: float = 0.0


def count(store: Store, language: str) -> None:
    """Say how many chats of each kind have subscribed."""
    tables.create(store.engine)
    found = Sourced(Kinds(**chats.count(store.engine)), "subscribers")
    say(render("subscribers", language, {"kinds": found}).plain)


def bring(path: Path, store: Store, language: str) -> bool:
    """Import subscribers; rows that cannot be read are named and the rest is stored.

    Returns:
        Whether every row was good.
    """
    tables.create(store.engine)
    with _opened(path, "r") as file:
        found = roster.import_csv(store.engine, file)
    values = {
        "file": str(path),
        "imported": sourced(found.subscribed, "imported", str(path), None),
        "bad": [Sourced(row, str(path)) for row in found.bad],
        "repeated": sourced(found.repeated, "line", str(path), None),
        "offered": OFFERED,
        "languages": LANGUAGES,
    }
    say(render("subscribers_imported", language, values).plain)
    return not found.bad


def take_out(path: Path, store: Store, language: str) -> None:
    """Export subscribers."""
    tables.create(store.engine)
    with _opened(path, "w") as file:
        rows = roster.export_csv(store.engine, file)
    values = {"exported": sourced(rows, "exported", str(path), None), "path": str(path)}
    warn(render("subscribers_exported", language, values).plain)


def broadcast(
    store: Store, settings: Settings, wall: Callable[[], datetime], session: date | None, *, dry: bool
) -> bool:
    """Send a session's close to everybody who has not got it; running it again goes on where it ended.

    Returns:
        Whether nobody is left without it who should have it.

    Raises:
        NoFigures: the session's figures are not stored.
        TokenRefused: Telegram does not accept the token.
    """
    tables.create(store.engine)
    desk = Desk(store, settings, Clock(wall))
    ready = _draft(desk, session, wall())
    _announce(ready, store, settings, wall())
    if dry:
        return True
    if not settings.telegram_token.get_secret_value():
        raise TokenRefused(NOT_SET)
    if wall() >= ready.not_after:  # said in the plan; a campaign that nobody may get is not begun
        return False
    report = asyncio.run(_send(ready, store, settings, wall))
    _conclude(report, settings)
    return not report.tally.left and not report.tally.failed


def _draft(desk: Desk, session: date | None, now: datetime) -> Draft:
    return draft(desk, Closing(desk, explained(desk, session or _newest(desk, now), now)))


def _newest(desk: Desk, now: datetime) -> date:
    bars = desk.reader.bars(SHANGHAI_COMPOSITE.code, now)
    if not len(bars):
        raise NoFigures(SHANGHAI_COMPOSITE.code, None)
    return bars.session(-1)


def _announce(ready: Draft, store: Store, settings: Settings, now: datetime) -> None:
    recipients = sum(outbox.audience(store.engine, ready, now).values())
    stars = float(settings.stars_budget) if settings.messages_per_second > FREE_TIER else 0.0
    planned = plan(recipients, settings.messages_per_second, stars)
    sending = Sending(recipients=recipients, seconds=planned.seconds, stars=planned.stars)
    values = {
        "session": sourced(ready.session, "session", "trading calendar", None),
        "sending": Sourced(sending, "plan"),
        "is_stale": now >= ready.not_after,
        "text": next(iter(ready.editions.values())).html,
    }
    say(render("broadcast_plan", settings.language, values).plain)


async def _send(ready: Draft, store: Store, settings: Settings, wall: Callable[[], datetime]) -> Report:
    campaign = outbox.find(store.engine, KIND, ready.session) or outbox.enqueue(store.engine, ready, wall())
    stars = float(settings.stars_budget) if settings.messages_per_second > FREE_TIER else None
    async with Wire(settings.telegram_api_url, settings.telegram_token.get_secret_value()) as wire:
        pacer = Pacer(settings.messages_per_second)
        sender = Broadcaster(store.engine, wire, pacer, now=wall, stars_budget=stars)
        with _bar() as tell:
            return await sender.run(campaign.id, tell)


@contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    """A live line on standard error: sent, failed, left, rate and time left."""
    from rich.console import Console  # noqa: PLC0415 - loads longer than most commands take
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415 - the same
    from rich.progress import Progress as Bars  # noqa: PLC0415 - the same

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bars:
        task = bars.add_task("", total=None)

        def tell(now: Progress) -> None:
            done = now.sent + now.failed
            rate = f"{now.per_second:.1f}/s, {now.failed} failed"
            bars.update(task, completed=done, total=done + now.left, description=rate)

        yield tell


def _conclude(report: Report, settings: Settings) -> None:
    tally = report.tally
    sending = Sending(sent=tally.sent, failed=tally.failed, left=tally.left)
    stopped = report.stopped_by.description if report.stopped_by else ""
    values = {"sending": Sourced(sending, "outbox"), "stopped": stopped, "state": report.campaign.state}
    say(render("broadcast_report", settings.language, values).plain)


@contextmanager
def _opened(path: Path, mode: str) -> Iterator[IO[str]]:
    """A file, or the standard stream for ``-``."""
    if str(path) == "-":
        yield sys.stdin if mode == "r" else sys.stdout
        return
    with file_errors(path), path.open(mode, encoding="utf-8", newline="") as file:
        yield file
