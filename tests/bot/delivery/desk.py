"""A delivery desk for tests: a database, a fake Telegram, and a broadcaster between them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine

from bot.delivery import chats, outbox
from bot.delivery.broadcast import Broadcaster, Report
from bot.delivery.editions import Draft, Edition
from bot.delivery.outbox import Campaign
from bot.delivery.pacing import Pacer
from bot.delivery.progress import Progress
from bot.delivery.transport import Wire
from tests.botapi import Chat, FakeTelegram

SESSION = date(2024, 9, 30)
CLOSE = datetime(2024, 9, 30, 7, 0, tzinfo=UTC)
NOON = CLOSE + timedelta(hours=21)
PAGE = Edition("<b>Shanghai Composite</b> 3336.50 (+8.06 %)")
# A 1 x 1 PNG, as libpng writes it.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)


def draft(editions: Mapping[str, Edition] | None = None, kind: str = "close") -> Draft:
    return Draft(kind, SESSION, NOON, editions or {"en/red_up": PAGE})


@dataclass
class Clock:
    """Time that passes only when somebody waits for it."""

    at: float = 1000.0
    naps: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.at += max(0.0, seconds)


class Leaping:
    """A monotonic clock that a test moves on by more than it waits."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead_s


@dataclass
class Desk:
    """What a test of a broadcast needs at hand."""

    engine: Engine
    telegram: FakeTelegram
    wire: Wire
    told: list[Progress] = field(default_factory=list)
    monotonic: Callable[[], float] = time.monotonic

    def subscribe(self, chat: Chat, thread_id: int | None = None) -> Chat:
        chats.subscribe(self.engine, chat.id, chat.kind, thread_id=thread_id)
        return chat

    def people(self, number: int) -> list[Chat]:
        return [self.subscribe(self.telegram.person(f"P{place}")) for place in range(number)]

    def enqueue(self, *editions: Edition, kind: str = "close") -> Campaign:
        keys = ("en/red_up", "zh-hans/red_up")
        return outbox.enqueue(self.engine, draft(dict(zip(keys, editions, strict=False)), kind), CLOSE)

    async def run(
        self,
        campaign: Campaign,
        *,
        patience_s: float = 5.0,
        now: datetime = CLOSE,
        per_second: float = 1000.0,
        stars_budget: float | None = None,
    ) -> Report:
        pacer = Pacer(per_second)
        broadcaster = Broadcaster(
            self.engine, self.wire, pacer, now=lambda: now, monotonic=self.monotonic, stars_budget=stars_budget
        )
        return await broadcaster.run(campaign.id, self.told.append, patience=timedelta(seconds=patience_s))

    async def broadcast(self, *editions: Edition) -> Report:
        return await self.run(self.enqueue(*editions))

    def texts(self, chat: Chat) -> list[str]:
        return [message.text for message in self.telegram.sent(chat)]

    def accepted(self) -> list[int | None]:
        return [attempt.chat_id for attempt in self.telegram.ledger if attempt.accepted]
