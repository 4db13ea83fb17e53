"""The rows of one running campaign: which are due, what is intended, what came of it.

An intent is committed before its request leaves and the outcome after the reply came. What a killed process left
in between may have arrived: it is sent once more, and never a third time.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeVar

from sqlalchemy import Engine

from bot.delivery import rows
from bot.delivery.editions import Edition
from bot.delivery.outbox import Campaign
from bot.delivery.rows import Due, Intent, Settlement
from bot.delivery.tables import State, transaction
from index.errors import MarketError

# A request whose reply was lost may still be on its way: only after this time is it sent again.
DOUBT_US = 60_000_000


T = TypeVar("T")
_Entry = tuple[Intent | Settlement, "asyncio.Future[bool]"]


class Ledger:
    """One campaign's rows, written by one thread, so that a slow disk never holds up the answers.

    What comes while a commit runs is committed together by the next one.
    """

    def __init__(self, engine: Engine, campaign: Campaign, *, linger_s: float = 0.0) -> None:
        """Prepare; entering it opens the thread.

        Args:
            engine: the database.
            campaign: whose rows.
            linger_s: how long to gather entries before a commit.
        """
        self._engine = engine
        self._campaign = campaign
        self._linger_s = linger_s
        self._entries: list[_Entry] = []
        self._committing: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "ledger")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._committing:
            await self._committing
        self._thread.shutdown()

    async def recover(self, at_us: int) -> None:
        """Make what an earlier run left in doubt ready again, once; open the campaign again if it was stopped."""
        await self._in_thread(rows.recover, self._campaign)
        await self._in_thread(rows.mend_dues, self._campaign.id, at_us + DOUBT_US)

    async def due(self, at_us: int, at_most: int) -> list[Due]:
        """What is to be sent by a moment, in order; not to chats that wait for an earlier campaign."""
        return await self._in_thread(rows.due, self._campaign, at_us, at_most)

    async def skip(self, chat_ids: Collection[int]) -> None:
        """Take back what these chats do not want any more."""
        await self._in_thread(rows.skip, self._campaign.id, chat_ids)

    async def next_due(self) -> int | None:
        """When the next delivery is due, in microseconds since 1970; None when none is left to send."""
        return await self._in_thread(rows.next_due, self._campaign.id)

    async def count(self, *states: State) -> int:
        """How many deliveries stand so."""
        return await self._in_thread(rows.count, self._campaign.id, states)

    async def editions(self) -> list[tuple[Edition, str]]:
        """The campaign's editions by number, each with the file_id of its picture, or ""."""
        return await self._in_thread(rows.editions, self._campaign.id)

    async def keep_file(self, edition: int, file_id: str) -> None:
        """Remember the file_id under which Telegram keeps an edition's picture."""
        await self._in_thread(rows.keep_file, self._campaign.id, edition, file_id)

    async def expire(self) -> None:
        """Give up what is not sent: its time is over."""
        await self._in_thread(rows.expire, self._campaign.id)

    async def close(self, state: str, stopped_by: str = "") -> None:
        """Keep how the campaign ended."""
        await self._in_thread(rows.close, self._campaign.id, state, stopped_by)

    async def times_paid(self) -> int:
        """How many messages of the campaign were sent above the free rate, by earlier runs too."""
        return await self._in_thread(rows.times_paid, self._campaign.id)

    async def intend(self, chat_id: int, *, paid: bool) -> bool:
        """Commit that a message is about to leave.

        Returns:
            False when the row is not ready any more (unsubscribed, forgotten): nothing may be sent.
        """
        return await self._enter(Intent(chat_id, paid))

    async def settle(self, settlement: Settlement) -> None:
        """Commit what came of it."""
        await self._enter(settlement)

    async def _enter(self, entry: Intent | Settlement) -> bool:
        committed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._entries.append((entry, committed))
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit())
        return await committed

    async def _commit(self) -> None:
        while self._entries:
            await asyncio.sleep(self._linger_s)
            entries, self._entries = self._entries, []
            try:
                granted = await self._in_thread(rows.write, self._campaign.id, [entry for entry, _ in entries])
            except MarketError as error:
                _fail(entries, error)
            else:
                _resolve(entries, granted)

    async def _in_thread(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transact, work, arguments)

    def _transact(self, work: Callable[..., T], arguments: Sequence[object]) -> T:
        with transaction(self._engine) as connection:
            return work(connection, *arguments)


def _fail(entries: Iterable[_Entry], error: MarketError) -> None:
    for _, committed in entries:
        if not committed.done():
            committed.set_exception(error)


def _resolve(entries: Iterable[_Entry], granted: set[int]) -> None:
    for entry, committed in entries:
        if not committed.done():
            committed.set_result(isinstance(entry, Settlement) or entry.chat_id in granted)
