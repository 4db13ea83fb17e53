"""A fake in the test's own loop, and a plain HTTP client that shows its bare replies."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

import pytest
from aiohttp import ClientSession

from . import NO_LIMITS, Chat, FakeTelegram

Reply = dict[str, object]


class Calls(Protocol):
    """Calls a method and returns the body of the reply, whatever it is."""

    def __call__(self, method: str, **parameters: object) -> Awaitable[Reply]: ...


Refusal = Callable[..., Awaitable[tuple[object, object]]]


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(rates=NO_LIMITS) as fake:
        yield fake


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as client:
        yield client


@pytest.fixture
def call(telegram: FakeTelegram, session: ClientSession) -> Calls:
    async def post(method: str, **parameters: object) -> Reply:
        async with session.post(f"{telegram.base_url}{telegram.token}/{method}", json=parameters) as reply:
            body: Reply = await reply.json()
            assert body["ok"] is (reply.status == 200)
            return body

    return post


@pytest.fixture
def refusal(call: Calls) -> Refusal:
    """The code and the description with which a call is refused."""

    async def refused(method: str, **parameters: object) -> tuple[object, object]:
        body = await call(method, **parameters)
        assert not body["ok"], body
        return body["error_code"], body["description"]

    return refused


@pytest.fixture
def wei(telegram: FakeTelegram) -> Chat:
    return telegram.person("Wei", "zh-hans")
