"""The libraries as they come, without an outbox: 300 at a time at 150 ms, no limits; beside ours on the same fake."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from aiogram import Bot as AiogramBot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.delivery.transport import AiohttpRequest
from tests.benchmarks.delivery import PAGE, Fake, Stopwatch, fake, folder, told

AT_ONCE = 300


async def gathered(
    client: Callable[[Fake], AbstractAsyncContextManager[Any]], api: Fake, messages: int
) -> dict[str, float]:
    room = asyncio.Semaphore(AT_ONCE)
    async with client(api) as bot:

        async def one(chat_id: int) -> None:
            async with room:
                await bot.send_message(chat_id, PAGE, parse_mode="HTML")

        watch = Stopwatch.start()
        await asyncio.gather(*(one(api.first_chat + number) for number in range(messages)))
        return watch.figures(messages)


def httpx_bot(api: Fake) -> AbstractAsyncContextManager[Any]:
    request = HTTPXRequest(connection_pool_size=AT_ONCE, pool_timeout=60, read_timeout=60, connect_timeout=60)
    return Bot(api.token, api.base_url, request=request)


def aiohttp_bot(api: Fake) -> AbstractAsyncContextManager[Any]:
    return Bot(api.token, api.base_url, request=AiohttpRequest(connections=AT_ONCE))


def aiogram_bot(api: Fake) -> AbstractAsyncContextManager[Any]:
    server = TelegramAPIServer.from_base(api.base_url.removesuffix("/bot"))
    return AiogramBot(api.token, AiohttpSession(api=server, limit=AT_ONCE)).context()


PEERS = (
    ("python-telegram-bot", httpx_bot, 600),
    ("python-telegram-bot on our transport", aiohttp_bot, 4000),
    ("aiogram", aiogram_bot, 4000),
)


def main() -> None:
    for name, client, messages in PEERS:
        with folder() as place, fake(place, chats=messages, rate=0, latency_ms=150) as api:
            told(name, **asyncio.run(gathered(client, api, messages)))


if __name__ == "__main__":
    main()
