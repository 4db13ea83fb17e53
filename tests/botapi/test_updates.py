"""Updates arrive once confirmed, by one poller or by webhook, and privacy mode keeps back what it should."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import ClientSession
from aiohttp.web import BaseRequest, Response, Server, ServerRunner, TCPSite

from . import Chat, FakeTelegram, Privacy
from .conftest import Calls, Refusal, Reply
from .updates import SECRET_HEADER


def texts(body: Reply) -> list[object]:
    updates = body["result"]
    assert isinstance(updates, list)
    return [update[kind]["text"] for update in updates for kind in update if kind != "update_id"]


async def test_an_update_comes_again_until_it_is_confirmed(telegram: FakeTelegram, call: Calls, wei: Chat) -> None:
    await telegram.says(wei, "one")
    await telegram.says(wei, "two")
    assert texts(await call("getUpdates")) == texts(await call("getUpdates")) == ["one", "two"]
    first = telegram.world.updates.pending[0].id
    assert texts(await call("getUpdates", offset=first + 1)) == ["two"]


async def test_a_negative_offset_keeps_the_last(telegram: FakeTelegram, call: Calls, wei: Chat) -> None:
    for text in ("one", "two", "three"):
        await telegram.says(wei, text)
    assert texts(await call("getUpdates", offset=-1)) == ["three"]


async def test_a_poll_waits_for_an_update(telegram: FakeTelegram, call: Calls, wei: Chat) -> None:
    poll = asyncio.ensure_future(call("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    await telegram.says(wei, "up?")
    assert texts(await poll) == ["up?"]


async def test_a_poll_ends_with_nothing_when_nothing_comes(call: Calls) -> None:
    assert (await call("getUpdates", timeout=0))["result"] == []


async def test_the_older_of_two_pollers_is_told_so(telegram: FakeTelegram, call: Calls, wei: Chat) -> None:
    older = asyncio.ensure_future(call("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    newer = asyncio.ensure_future(call("getUpdates", timeout=20))
    conflict = await older
    await telegram.says(wei, "up?")
    assert texts(await newer) == ["up?"]
    assert (conflict["error_code"], str(conflict["description"])[:53]) == (
        409,
        "Conflict: terminated by other getUpdates request; mak",
    )


async def test_polling_beside_a_webhook_is_a_conflict(call: Calls, refusal: Refusal) -> None:
    await call("setWebhook", url="http://127.0.0.1:9/")
    code, words = await refusal("getUpdates")
    assert (code, str(words)[:51]) == (409, "Conflict: can't use getUpdates method while webhook")
    await call("deleteWebhook")
    assert (await call("getUpdates"))["ok"]


async def test_only_allowed_updates_come(telegram: FakeTelegram, call: Calls, wei: Chat) -> None:
    await call("getUpdates", allowed_updates=["my_chat_member"])
    await telegram.says(wei, "up?")
    await telegram.blocks(wei)
    updates = (await call("getUpdates"))["result"]
    assert isinstance(updates, list)
    assert [list(update)[1] for update in updates] == ["my_chat_member"]


@pytest.fixture
async def hook() -> AsyncIterator[Callable[[list[int]], "Hook"]]:
    hooks: list[Hook] = []

    def make(statuses: list[int]) -> Hook:
        hooks.append(Hook(statuses))
        return hooks[-1]

    yield make
    for each in hooks:
        await each.runner.cleanup()


async def all_pushed(telegram: FakeTelegram) -> bool:
    updates = telegram.world.updates
    return await updates.signal.until(lambda: not updates.pending, 5)


class Hook:
    """A bot's endpoint that answers with these statuses in turn, and then with 200."""

    def __init__(self, statuses: list[int]) -> None:
        self.statuses = statuses
        self.seen: list[tuple[object, object]] = []
        self.runner = ServerRunner(Server(self._take))

    async def url(self) -> str:
        await self.runner.setup()
        await TCPSite(self.runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self.runner.addresses[0][1]}/hook"

    async def _take(self, request: BaseRequest) -> Response:
        update = await request.json()
        self.seen.append((update["message"]["text"], request.headers.get(SECRET_HEADER)))
        return Response(status=self.statuses.pop(0) if self.statuses else 200)


async def test_a_webhook_is_pushed_to_with_its_secret(
    telegram: FakeTelegram, call: Calls, wei: Chat, hook: Callable[[list[int]], Hook]
) -> None:
    bot = hook([])
    await call("setWebhook", url=await bot.url(), secret_token="hush")  # noqa: S106 - a test's
    await telegram.says(wei, "up?")
    assert await all_pushed(telegram)
    assert bot.seen == [("up?", "hush")]


async def test_a_refused_push_comes_again(
    telegram: FakeTelegram, call: Calls, wei: Chat, hook: Callable[[list[int]], Hook]
) -> None:
    bot = hook([500, 503])
    telegram.world.pusher.retry_s = 0.01
    await call("setWebhook", url=await bot.url())
    await telegram.says(wei, "up?")
    assert await all_pushed(telegram)
    info = (await call("getWebhookInfo"))["result"]
    assert isinstance(info, dict)
    assert (len(bot.seen), info["pending_update_count"]) == (3, 0)
    assert info["last_error_message"] == "Wrong response from the webhook: 503 Service Unavailable"


@pytest.mark.parametrize(
    ("text", "arrives"),
    [
        pytest.param("why is the index up?", False, id="talk"),
        pytest.param("@whyup_bot why?", False, id="mention"),
        pytest.param("/why", True, id="command"),
        pytest.param("/why@whyup_bot", True, id="command for the bot"),
        pytest.param("/why@other_bot", False, id="command for another"),
    ],
)
async def test_privacy_mode_lets_through_what_is_meant_for_the_bot(
    telegram: FakeTelegram,
    wei: Chat,
    text: str,
    arrives: bool,
) -> None:
    group = telegram.supergroup()
    await telegram.adds_bot(group)
    telegram.world.updates.pending.clear()
    await telegram.says(wei, text, group)
    assert bool(telegram.world.updates.pending) is arrives


async def test_a_reply_to_the_bot_arrives(telegram: FakeTelegram, call: Calls, wei: Chat) -> None:
    group = telegram.supergroup()
    await telegram.adds_bot(group)
    await call("sendMessage", chat_id=group.id, text="closed at 3336.50")
    sent = await telegram.next_message(group)
    telegram.world.updates.pending.clear()
    await telegram.says(wei, "why?", group, reply_to=sent)
    assert texts(await call("getUpdates")) == ["why?"]


async def test_without_privacy_everything_arrives(telegram: FakeTelegram, wei: Chat) -> None:
    telegram.world.privacy = Privacy(on=False)
    group = telegram.supergroup()
    await telegram.adds_bot(group)
    telegram.world.updates.pending.clear()
    await telegram.says(wei, "hello all", group)
    assert len(telegram.world.updates.pending) == 1


async def test_an_administrator_reads_everything(telegram: FakeTelegram, wei: Chat) -> None:
    group = telegram.supergroup()
    await telegram.adds_bot(group, rights=["can_manage_chat"])
    telegram.world.updates.pending.clear()
    await telegram.says(wei, "hello all", group)
    assert len(telegram.world.updates.pending) == 1


async def test_a_form_is_read_as_json_is(telegram: FakeTelegram, session: ClientSession, wei: Chat) -> None:
    form = {"chat_id": str(wei.id), "text": "涨 8.06% + a=b&c"}
    async with session.post(f"{telegram.base_url}{telegram.token}/sendMessage", data=form) as reply:
        assert (await reply.json())["result"]["text"] == form["text"]
