"""Figures pulled while the bot runs: which, when, and what the operator is told."""

from datetime import date
from functools import partial
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.pulling import Puller
from bot.schedule import TURNOVER_AT, scheduler
from index.live.pulls import refresh
from index.publication import FIXED_PRICE_ENDS
from index.sources.contract import Answer, Call, Source
from index.store import Store
from tests.index.live.test_turnover import AFTER_HOURS, MONDAY, SHANGHAI, WHOLE, deals, quotes

Told = list[tuple[str, date]]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(f"sqlite:///{tmp_path / 'whyup.db'}")  # pulls run in a thread of their own


def puller(store: Store, told: Told, asked: list[str], counted: float = WHOLE) -> Puller:
    """Pulls after hours from Tencent and the exchange, who counted so much."""

    async def tell(name: str, session: date) -> None:
        told.append((name, session))

    def ask(source: Source, _call: Call) -> Answer:
        asked.append(source.name)
        return quotes(WHOLE) if source.host.family == "tencent" else deals(counted)

    return Puller(store, lambda: AFTER_HOURS, tell, partial(refresh, ask=ask))


async def test_the_pull_after_hours_asks_for_turnover_alone(store: Store) -> None:
    told, asked = Told(), list[str]()
    await puller(store, told, asked).turnover()
    assert (asked, told) == (["tencent.turnover", "sse.deals"], [])
    assert [row["turnover_cny"] for row in store.rows("bars", AFTER_HOURS, index=SHANGHAI)] == [WHOLE]


async def test_the_operator_hears_once_that_publishers_differ_about_the_turnover(store: Store) -> None:
    told, asked = Told(), list[str]()
    pulls = puller(store, told, asked, counted=WHOLE * 1.1)
    await pulls.turnover()
    await pulls.turnover()
    assert told == [("turnover_differs", MONDAY)]


async def test_turnover_is_pulled_when_trading_at_the_closing_price_is_over(store: Store) -> None:
    async def push() -> None: ...

    jobs = scheduler(push, Clock(lambda: AFTER_HOURS), puller(store, [], [])).get_jobs()
    found = [job for job in jobs if job.id.startswith("turnover")]
    assert len(found) == len(TURNOVER_AT)
    assert min(TURNOVER_AT) > FIXED_PRICE_ENDS
