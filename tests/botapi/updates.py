"""Updates on their way to the bot: kept until confirmed, polled by one poller, or pushed to a webhook."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from functools import partial

from aiohttp import ClientError, ClientSession, ClientTimeout

from .records import Webhook
from .refusals import OTHER_POLLER, conflict
from .shapes import Shape

FIRST_UPDATE = 700_000_001
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Update kinds that come only when asked for by name (core.telegram.org/bots/api#getupdates)."""
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
OK = range(200, 300)
LONG_S = 3600.0
MAX_RETRY_S = 5.0


class Signal:
    """Wakes everyone who waits for something to have changed."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def fire(self) -> None:
        waiting, self._waiting = self._waiting, set()
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, holds: Callable[[], object], timeout_s: float) -> bool:
        """Wait until it holds; false when the time is up first."""
        try:
            async with asyncio.timeout(timeout_s):
                while not holds():
                    await self._next()
        except TimeoutError:
            return False
        return True

    async def _next(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await waiter
        finally:
            self._waiting.discard(waiter)


@dataclass(frozen=True, slots=True)
class Update:
    """One update, under the number by which it is confirmed."""

    id: int
    kind: str
    payload: Shape

    @property
    def shape(self) -> Shape:
        return {"update_id": self.id, self.kind: self.payload}


class Updates:
    """The queue of updates of one bot."""

    def __init__(self) -> None:
        self.signal = Signal()
        self.pending: deque[Update] = deque()
        self.allowed: frozenset[str] = frozenset()
        self._next_id = FIRST_UPDATE
        self._turn = 0
        self._reason = OTHER_POLLER

    def add(self, kind: str, payload: Shape) -> None:
        if not self._wants(kind):
            return
        self.pending.append(Update(self._next_id, kind, payload))
        self._next_id += 1
        self.signal.fire()

    def _wants(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT

    def confirm(self, offset: int) -> None:
        """Forget updates before `offset`; a negative one keeps only so many of the last."""
        first = offset if offset >= 0 else self._next_id + offset
        while self.pending and self.pending[0].id < first:
            self.pending.popleft()

    def drop(self, update: Update) -> None:
        """Forget one update that a webhook has taken."""
        self.pending.remove(update)
        self.signal.fire()

    def interrupt(self, reason: str) -> None:
        """End the poll that waits now with a conflict."""
        self._turn += 1
        self._reason = reason
        self.signal.fire()

    async def poll(self, offset: int, limit: int, timeout_s: float) -> list[Shape]:
        self.interrupt(OTHER_POLLER)
        turn = self._turn
        self.confirm(offset)
        await self.signal.until(lambda: self.pending or turn != self._turn, timeout_s)
        if turn != self._turn:
            raise conflict(self._reason)
        return [update.shape for update in list(self.pending)[:limit]]


class Pusher:
    """Pushes updates to the webhook, again and again until each is taken with a 2xx."""

    def __init__(self, updates: Updates, now: Callable[[], int], retry_s: float = 0.2) -> None:
        self.updates = updates
        self.hook = Webhook("")
        self.last_error: tuple[int, str] | None = None
        self.retry_s = retry_s
        self._now = now
        self._running: set[asyncio.Task[None]] = set()

    def set(self, hook: Webhook) -> None:
        self.hook = hook
        self.last_error = None
        self.stop()
        if hook.url:
            self._start(self._run(hook))

    def stop(self) -> None:
        for task in self._running:
            task.cancel()

    def _start(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, hook: Webhook) -> None:
        lanes = asyncio.Semaphore(hook.max_connections)
        async with ClientSession(timeout=ClientTimeout(total=60)) as session, asyncio.TaskGroup() as group:
            async for update in self._arriving():
                group.create_task(self._push(session, hook, update, lanes))

    async def _arriving(self) -> AsyncIterator[Update]:
        """Updates as they come, each once."""
        seen = 0
        while True:
            for update in self._after(seen):
                seen = update.id
                yield update
            await self.updates.signal.until(partial(self._after, seen), LONG_S)

    def _after(self, seen: int) -> list[Update]:
        return [update for update in self.updates.pending if update.id > seen]

    async def _push(self, session: ClientSession, hook: Webhook, update: Update, lanes: asyncio.Semaphore) -> None:
        wait = self.retry_s
        async with lanes:
            while not await self._taken(session, hook, update):
                await asyncio.sleep(wait)
                wait = min(2 * wait, MAX_RETRY_S)
        self.updates.drop(update)

    async def _taken(self, session: ClientSession, hook: Webhook, update: Update) -> bool:
        headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
        try:
            async with session.post(hook.url, json=update.shape, headers=headers, allow_redirects=False) as reply:
                return self._noted(
                    f"Wrong response from the webhook: {reply.status} {reply.reason}", reply.status in OK
                )
        except (ClientError, OSError, TimeoutError) as error:
            return self._noted(f"Connection failed: {type(error).__name__}", taken=False)

    def _noted(self, trouble: str, taken: bool) -> bool:
        if not taken:
            self.last_error = (self._now(), trouble)
        return taken
