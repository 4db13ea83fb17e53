"""Figures pulled from the publishers while the bot runs, at the moments at which each appears."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime

import structlog

from index import sessions
from index.live.chains import Figure, figures
from index.live.pulls import refresh
from index.live.reports import RefreshReport
from index.store import Store

Tell = Callable[[str, date], Awaitable[None]]
Pull = Callable[..., RefreshReport]

HEADLINES = "headlines"
TURNOVER = "turnover"
DEADLINE_S = 240.0  # a pull must be over before the next one of its kind

_log = structlog.get_logger(__name__)


class Puller:
    """Asks the publishers for what is due; one pull at a time, in a thread of its own."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        tell_operator: Tell,
        pull: Pull = refresh,
        tushare_token: str = "",
    ) -> None:
        self._store, self._now, self._tell, self._pull = store, now, tell_operator, pull
        self._figures = figures(tushare_token)
        self._busy = asyncio.Lock()

    async def everything(self) -> None:
        """Pull whatever figure is due and not known yet."""
        await self._run(self._figures)

    async def headlines(self) -> None:
        """Pull headlines only, which appear all day long."""
        await self._run(self._called(HEADLINES))

    async def turnover(self) -> None:
        """Read the session's turnover again when trading at the closing price is over, beside the exchange's own."""
        await self._run(self._called(TURNOVER))

    async def look_ahead(self) -> None:
        """Tell the operator when the end of the known calendar is near."""
        today = self._now().astimezone(sessions.BEIJING).date()
        if sessions.ends_soon(today):
            await self._tell("calendar_ends", sessions.horizon())

    def _called(self, name: str) -> list[Figure]:
        return [figure for figure in self._figures if figure.name == name]

    async def _run(self, wanted: Sequence[Figure]) -> None:
        async with self._busy:
            report = await asyncio.to_thread(
                self._pull, self._store, self._now(), sources=wanted, deadline_s=DEADLINE_S
            )
        _log.info("pulled", new=report.new, ended=report.ended.value, is_current=report.is_current)
        for session in sorted({session for one in report.figures for _, session in one.disputed}):
            await self._tell("close_disputed", session)
        for session in sorted({session for one in report.figures for _, session in one.differing}):
            await self._tell("turnover_differs", session)
