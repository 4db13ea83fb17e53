"""``doctor``: whether the bot could do its job today, on one screen."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.commands.console import progress_bars, say
from bot.delivery import chats, tables
from bot.figures import Sourced
from bot.pages import render
from bot.settings import Settings
from index import sessions
from index.catalog import SHANGHAI_COMPOSITE
from index.errors import CalendarEnds
from index.live.probing import Probe, probe
from index.live.pulls import source_states
from index.live.reports import Outcome
from index.store import Store

OLD = timedelta(days=4)  # figures older than a weekend and a day
SKEW_S = 30.0  # the machine's clock may differ so much from Telegram's
TELEGRAM_S = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the screen.

    Attributes:
        name: the key of its words in ``doctor.j2``.
        is_fine: whether the bot can do its job with it.
        value: what was found.
        number: a number found, when there is one.
        moment: a day or moment found, when there is one.
    """

    name: str
    is_fine: bool
    value: str = ""
    number: int | None = None
    moment: date | datetime | None = None


def run(store: Store, settings: Settings, now: datetime) -> bool:
    """Examine everything and say it.

    Returns:
        Whether the bot could do its job today.
    """
    tables.create(store.engine)
    findings = [
        _token(settings, now),
        _database(store),
        _newest(store, now),
        _calendar(now),
        _audience(store),
        _fonts(),
    ]
    states = source_states(store).values()
    values = {
        "findings": [Sourced(one, "doctor", now) for one in findings],
        "sources": [Sourced(state, state.name, now) for state in states],
    }
    say(render("doctor", settings.language, values).plain)
    return all(one.is_fine for one in findings)


def live(settings: Settings, now: datetime) -> bool:
    """Try each source for real and say what came back.

    Returns:
        Whether each figure has a source that answers.
    """
    with progress_bars("doctor") as progress:
        probes = probe(now, progress)
    say(render("doctor_live", settings.language, {"probes": [Sourced(one, one.source, now) for one in probes]}).plain)
    return _is_served(probes)


def _is_served(probes: tuple[Probe, ...]) -> bool:
    figures = {figure for one in probes for figure in one.figures}
    answered = {figure for one in probes for figure in one.figures if one.outcome is Outcome.ANSWERED}
    return figures == answered


def _token(settings: Settings, now: datetime) -> Finding:
    """Whether Telegram knows the token, and how far the clocks are apart."""
    token = settings.telegram_token.get_secret_value()
    if not token:
        return Finding("token_missing", is_fine=False)
    return asyncio.run(_asked(f"{settings.telegram_api_url}{token}/getMe", now))


async def _asked(url: str, now: datetime) -> Finding:
    from aiohttp import ClientError, ClientSession, ClientTimeout  # noqa: PLC0415 - without a token nobody is asked

    try:
        async with ClientSession(timeout=ClientTimeout(TELEGRAM_S)) as session, session.get(url) as reply:
            body = await reply.json()
            skew_s = _skew_s(reply.headers.get("Date", ""), now)
    except (ClientError, TimeoutError, ValueError, OSError) as error:
        return Finding("telegram_unreachable", is_fine=False, value=type(error).__name__)
    if not body.get("ok"):
        return Finding("token_refused", is_fine=False, value=str(body.get("description", "")))
    name = body["result"]["username"]
    return Finding("token", is_fine=abs(skew_s) < SKEW_S, value=name, number=round(skew_s))


def _skew_s(header: str, now: datetime) -> float:
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - the same

    return (now - parsedate_to_datetime(header)).total_seconds() if header else 0.0


def _database(store: Store) -> Finding:
    return Finding("database", is_fine=True, value=store.engine.dialect.name, number=store.count("bars"))


def _newest(store: Store, now: datetime) -> Finding:
    bars = store.bars(SHANGHAI_COMPOSITE.code, now)
    if not len(bars):
        return Finding("figures_missing", is_fine=False)
    last = bars.session(-1)
    return Finding("newest", is_fine=_due(now) <= last, moment=last)


def _due(now: datetime) -> date:
    """The last session whose close has come; past the calendar's end, a few days ago."""
    try:
        return sessions.latest_closed(now)
    except CalendarEnds:
        return now.astimezone(UTC).date() - OLD


def _calendar(now: datetime) -> Finding:
    today = now.astimezone(sessions.BEIJING).date()
    return Finding("calendar", is_fine=not sessions.ends_soon(today), moment=sessions.horizon())


def _audience(store: Store) -> Finding:
    return Finding("audience", is_fine=True, number=sum(chats.count(store.engine).values()))


def _fonts() -> Finding:
    from bot.charts import FONT  # noqa: PLC0415 - matplotlib loads with it

    return Finding("fonts", is_fine=FONT.exists(), value=FONT.name)
