"""One run of one campaign: what is due, in order, at the bot's pace, each written down before and after."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.delivery.envelopes import Envelope
from bot.delivery.fuse import Fuse
from bot.delivery.ledger import Ledger
from bot.delivery.outbox import Campaign
from bot.delivery.pacing import FREE_PER_SECOND, Pacer, Stars
from bot.delivery.progress import Meter
from bot.delivery.rows import Due, Settlement
from bot.delivery.settlement import settle
from bot.delivery.tables import State, microseconds
from bot.delivery.transport import Wire
from bot.delivery.verdict import Outcome, Verdict
from bot.delivery.window import Window

_CANARY = 20  # messages that have to come back before the rest goes out
_READ_AT_ONCE = 500
_GRACE_S = 4.0  # a stop has to be over within five seconds
_BACKOFF_FROM_S, _BACKOFF_TO_S = 0.5, 30.0
_TROUBLES_TOLERATED = 4  # lost replies in a row that are still taken for accidents
_NAP_S = 0.2, 1.0


@dataclass(frozen=True, slots=True)
class Clock:
    """The wall clock as it was when the run began, carried on by one that never jumps."""

    began: datetime
    began_s: float
    monotonic: Callable[[], float]

    def now(self) -> datetime:
        """The moment."""
        return self.began + timedelta(seconds=self.monotonic() - self.began_s)


class Backoff:
    """How long to leave a server alone that does not answer: longer each time, until it answers."""

    def __init__(self, pacer: Pacer, monotonic: Callable[[], float]) -> None:
        """Start without trouble."""
        self._pacer = pacer
        self._monotonic = monotonic
        self._in_a_row = self._holds = 0
        self._until = 0.0

    def heed(self, outcome: Outcome) -> None:
        """Count an outcome, and hold all sending when it shows that nobody is there."""
        if outcome not in {Outcome.NOT_SENT, Outcome.UNKNOWN}:
            self._in_a_row = self._holds = 0
            return
        self._in_a_row += 1
        is_serious = outcome is Outcome.NOT_SENT or self._in_a_row > _TROUBLES_TOLERATED
        if is_serious and self._monotonic() >= self._until:
            self._hold()

    def _hold(self) -> None:
        seconds = min(_BACKOFF_TO_S, _BACKOFF_FROM_S * 2**self._holds)
        self._holds += 1
        self._until = self._monotonic() + seconds
        self._pacer.hold(seconds)


class Run:
    """One run of one campaign."""

    def __init__(  # noqa: PLR0913 - what a run needs
        self,
        campaign: Campaign,
        ledger: Ledger,
        wire: Wire,
        pacer: Pacer,
        *,
        clock: Clock,
        meter: Meter,
        patience: timedelta,
    ) -> None:
        """Prepare; `go` begins."""
        self._campaign = campaign
        self._ledger = ledger
        self._wire = wire
        self._pacer = pacer
        self._clock = clock
        self._meter = meter
        self._patience_s = patience.total_seconds()
        self._queue: deque[Due] = deque()
        self._active: dict[int, asyncio.Task[None]] = {}
        self._window = Window(pacer.per_second)
        self._fuse = Fuse()
        self._backoff = Backoff(pacer, clock.monotonic)
        self._stars: Stars | None = None
        self._envelopes: list[Envelope] = []
        self._started = 0
        self._waited_s = 0.0
        self._stopped_by: Verdict | None = None
        self._error: BaseException | None = None

    async def go(self, stars_budget: float | None) -> Verdict | None:
        """Send until nothing is left, nothing is due for long, its time is over, or our own mistake stops it.

        Returns:
            In the last case, what Telegram said.
        """
        await self._take_up(stars_budget)
        try:
            await self._feed()
        finally:
            await self._drain()
            self._meter.tell()
        if self._error:
            raise self._error
        await self._close()
        return self._stopped_by

    async def _take_up(self, stars_budget: float | None) -> None:
        await self._ledger.recover(microseconds(self._clock.now()))
        edits = self._campaign.corrects is not None
        stored = await self._ledger.editions()
        self._envelopes = [Envelope(edition, file_id, edits=edits) for edition, file_id in stored]
        if stars_budget is not None and not edits:
            self._stars = Stars(stars_budget, await self._ledger.times_paid(), monotonic=self._clock.monotonic)

    async def _feed(self) -> None:
        while not self._must_stop():
            if self._queue:
                await self._offer(self._queue.popleft())
            elif not await self._refill():
                return

    def _must_stop(self) -> bool:
        return self._error is not None or self._stopped_by is not None or self._is_over()

    def _is_over(self) -> bool:
        return self._clock.now() > self._campaign.not_after

    async def _refill(self) -> bool:
        """Read what is due; False when there is nothing to wait for."""
        rows = await self._ledger.due(microseconds(self._clock.now()), _READ_AT_ONCE)
        skipped = await self._skip([row.chat_id for row in rows if row.is_unwanted])
        self._queue.extend(row for row in rows if not row.is_unwanted and row.chat_id not in self._active)
        if self._queue or skipped:
            self._waited_s = 0.0
            return True
        if self._active:  # what is under way may come back to be sent again
            await asyncio.wait(self._active.values(), return_when=asyncio.FIRST_COMPLETED)
            return True
        return await self._nap()

    async def _skip(self, chat_ids: list[int]) -> bool:
        """Take back what is not wanted any more; False when that is nothing."""
        if not chat_ids:
            return False
        await self._ledger.skip(chat_ids)
        for _ in chat_ids:
            self._meter.skip()
        return True

    async def _nap(self) -> bool:
        due_us = await self._ledger.next_due()
        if due_us is None:
            return False
        shortest, longest = _NAP_S
        wait_s = max(shortest, (due_us - microseconds(self._clock.now())) / 1e6)
        if self._waited_s + wait_s > self._patience_s:
            return False
        await asyncio.sleep(min(wait_s, longest))
        self._waited_s += min(wait_s, longest)
        return True

    async def _offer(self, due: Due) -> None:
        """Start a delivery at its turn; the first ones, and uploads, are waited for."""
        if wait_s := self._pacer.wait_s(due.chat_id):
            await self._postpone(due, wait_s)
            return
        await self._window.enter()
        await self._pacer.broadcast(due.chat_id)
        self._start(due)
        if self._envelopes[due.edition].needs_upload(due) or self._started == _CANARY:
            await asyncio.wait(self._active.values())

    async def _postpone(self, due: Due, wait_s: float) -> None:
        later = microseconds(self._clock.now() + timedelta(seconds=wait_s))
        row = Settlement(due.chat_id, State.READY, due.thread_id, due.doubts, due.as_text, due_us=later)
        await self._ledger.settle(row)

    def _start(self, due: Due) -> None:
        self._started += 1
        task = asyncio.create_task(self._deliver(due))
        self._active[due.chat_id] = task
        task.add_done_callback(partial(self._finish, due.chat_id))

    def _finish(self, chat_id: int, task: asyncio.Task[None]) -> None:
        del self._active[chat_id]
        self._window.leave()
        if not task.cancelled() and self._error is None:
            self._error = task.exception()

    async def _deliver(self, due: Due) -> None:
        if self._campaign.corrects is not None and due.edits is None:
            await self._settle(due, Verdict(Outcome.NOTHING_TO_EDIT, "the message was never sent"))
            return
        paid = self._can_pay()
        charged = paid and self._stars is not None and self._stars.charge()
        if await self._ledger.intend(due.chat_id, paid=charged):
            await self._settle(due, await self._send(due, paid=paid))
        else:
            self._meter.skip()

    def _can_pay(self) -> bool:
        if self._stars is None:
            return False
        if not self._stars.are_left:
            self._pacer.set_limit(FREE_PER_SECOND)
        return self._stars.are_left

    async def _send(self, due: Due, *, paid: bool) -> Verdict:
        envelope = self._envelopes[due.edition]
        method, body = envelope.method(due), envelope.body(due, paid=paid)
        if envelope.needs_upload(due):
            return await self._upload(due, method, body)
        name, began_s = envelope.file_id, self._clock.monotonic()
        verdict = await self._wire.post(method, body)
        if verdict.outcome is Outcome.SENT:
            self._window.learn(self._clock.monotonic() - began_s)
        if verdict.outcome is Outcome.BAD_FILE and envelope.file_id == name:
            await self._name_picture(due.edition, "")
        return verdict

    async def _upload(self, due: Due, method: str, body: bytes) -> Verdict:
        verdict = await self._wire.upload(method, body, self._envelopes[due.edition].pictures)
        if verdict.file_id:
            await self._name_picture(due.edition, verdict.file_id)
        is_bad = verdict.outcome is Outcome.BAD_FILE  # not an old name: the picture itself
        return replace(verdict, outcome=Outcome.BAD_PAGE) if is_bad else verdict

    async def _name_picture(self, edition: int, file_id: str) -> None:
        """Note the name of an edition's picture for every edition that shows the same one."""
        picture = self._envelopes[edition].picture
        for number, envelope in enumerate(self._envelopes):
            if envelope.picture == picture:
                envelope.keep_file(file_id)
                await self._ledger.keep_file(number, file_id)

    async def _settle(self, due: Due, verdict: Verdict) -> None:
        self._backoff.heed(verdict.outcome)
        if verdict.outcome is Outcome.LATER:
            self._pacer.refused(due.chat_id, verdict.retry_after_s)
        with_photo = self._envelopes[due.edition].has_photo(due)
        settlement = settle(due, verdict, self._clock.now(), with_photo=with_photo)
        await self._ledger.settle(settlement)
        self._meter.count(settlement.state)
        if self._fuse.blows(due.edition, verdict.outcome):
            self._stopped_by = self._stopped_by or verdict

    async def _drain(self) -> None:
        """Let what is under way come back; what takes too long stays in doubt for the next run."""
        if self._active:
            await asyncio.wait(self._active.values(), timeout=_GRACE_S)
        late = list(self._active.values())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _close(self) -> None:
        if self._is_over():
            await self._ledger.expire()
        if self._stopped_by:
            await self._ledger.close("stopped", self._stopped_by.description)
        elif not await self._ledger.count(State.READY, State.IN_DOUBT):
            await self._ledger.close("expired" if await self._ledger.count(State.EXPIRED) else "done")
