import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.delivery import tables
from bot.delivery.transport import Wire
from index.store import Store
from tests.bot.delivery.desk import Clock, Desk
from tests.botapi import NO_LIMITS, FakeTelegram


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """SQLite; with WHYUP_TEST_DATABASE_URL any other database, whose delivery tables are emptied for each test."""
    engine = Store(os.environ.get("WHYUP_TEST_DATABASE_URL", f"sqlite:///{tmp_path / 'whyup.db'}")).engine
    tables.METADATA.drop_all(engine)
    tables.create(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(rates=NO_LIMITS) as telegram:
        yield telegram


@pytest.fixture
async def desk(engine: Engine, telegram: FakeTelegram) -> AsyncIterator[Desk]:
    async with Wire(telegram.base_url, telegram.token) as wire:
        yield Desk(engine, telegram, wire)
