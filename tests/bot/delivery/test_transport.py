import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.error import BadRequest, NetworkError, TimedOut

from bot.delivery import verdict
from bot.delivery.errors import NotSent, OutcomeUnknown
from bot.delivery.transport import AiohttpRequest, Deadlines, Wire
from bot.delivery.verdict import Outcome
from tests.bot.delivery.desk import PIXEL
from tests.botapi import FakeTelegram

QUICK = Deadlines(connect_s=0.2, read_s=0.2, upload_s=0.2)


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    transport = AiohttpRequest(deadlines=QUICK)
    async with Bot(telegram.token, telegram.base_url, request=transport, get_updates_request=AiohttpRequest()) as bot:
        yield bot


def _closed_port() -> str:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}/bot"


async def test_the_library_sends_through_it(telegram: FakeTelegram, bot: Bot) -> None:
    wei = telegram.person()
    sent = await bot.send_message(wei.id, "涨了 & <b>why</b>")
    assert sent.text == telegram.sent(wei)[0].text == "涨了 & <b>why</b>"


async def test_the_library_uploads_through_it(telegram: FakeTelegram, bot: Bot) -> None:
    wei = telegram.person()
    sent = await bot.send_photo(wei.id, PIXEL, caption="close")
    again = await bot.send_photo(wei.id, sent.photo[-1].file_id)
    assert [message.photo.data for message in telegram.sent(wei) if message.photo] == [PIXEL, PIXEL]
    assert again.photo


async def test_a_refusal_keeps_its_class(telegram: FakeTelegram, bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(42, "nobody")
    assert telegram.ledger[-1].code == 400


async def test_what_never_left_is_told_apart(telegram: FakeTelegram) -> None:
    del telegram
    async with AiohttpRequest(deadlines=QUICK) as transport:
        with pytest.raises(NotSent):
            await transport.post(f"{_closed_port()}1:x/getMe")


async def test_an_answer_that_does_not_come_is_a_timeout(telegram: FakeTelegram, bot: Bot) -> None:
    wei = telegram.person()
    telegram.faults.latency_s = 1.0
    with pytest.raises(TimedOut) as late:
        await bot.send_message(wei.id, "slow")
    assert verdict.of_error(late.value).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("arrives", [True, False], ids=["reply lost", "reset before"])
async def test_a_broken_connection_leaves_the_outcome_open(telegram: FakeTelegram, bot: Bot, *, arrives: bool) -> None:
    wei = telegram.person()
    (telegram.faults.loses_replies if arrives else telegram.faults.resets)()
    with pytest.raises(OutcomeUnknown):
        await bot.send_message(wei.id, "once")
    assert len(telegram.sent(wei)) == arrives


async def test_connections_are_used_again(telegram: FakeTelegram) -> None:
    wei = telegram.person()
    async with Wire(telegram.base_url, telegram.token) as wire:
        for _ in range(20):
            await wire.post("sendMessage", b'{"chat_id":%d,"text":"x"}' % wei.id)
        assert len(telegram._server.connections) == 1


async def test_the_wire_answers_with_verdicts(telegram: FakeTelegram) -> None:
    wei = telegram.person()
    async with Wire(telegram.base_url, telegram.token) as wire:
        sent = await wire.post("sendMessage", b'{"chat_id":%d,"text":"x"}' % wei.id)
        missing = await wire.post("sendMessage", b'{"chat_id":42,"text":"x"}')
    assert (sent.outcome, sent.message_id) == (Outcome.SENT, telegram.sent(wei)[0].id)
    assert missing.outcome is Outcome.MISSING


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [("loses_replies", Outcome.UNKNOWN), ("resets", Outcome.UNKNOWN), ("fails", Outcome.UNKNOWN)],
)
async def test_troubles_on_the_way_are_verdicts_too(telegram: FakeTelegram, fault: str, outcome: Outcome) -> None:
    wei = telegram.person()
    getattr(telegram.faults, fault)()
    async with Wire(telegram.base_url, telegram.token) as wire:
        assert (await wire.post("sendMessage", b'{"chat_id":%d,"text":"x"}' % wei.id)).outcome is outcome


async def test_nobody_listening_means_not_sent() -> None:
    async with Wire(_closed_port(), "1:x") as wire:
        assert (await wire.post("sendMessage", b"{}")).outcome is Outcome.NOT_SENT


async def test_a_picture_is_uploaded_beside_its_parameters(telegram: FakeTelegram) -> None:
    wei = telegram.person()
    body = b'{"chat_id":%d,"caption":"<b>close</b>","parse_mode":"HTML","disable_notification":true}' % wei.id
    async with Wire(telegram.base_url, telegram.token) as wire:
        sent = await wire.upload("sendPhoto", body, {"photo": PIXEL})
    message = telegram.sent(wei)[0]
    assert (message.text, message.silent, message.photo and message.photo.data) == ("close", True, PIXEL)
    assert sent.file_id


async def test_no_error_tells_the_token(telegram: FakeTelegram) -> None:
    telegram.faults.resets()
    async with AiohttpRequest() as transport:
        with pytest.raises(NetworkError) as broken:
            await transport.post(f"{telegram.base_url}{telegram.token}/sendMessage")
    assert telegram.token not in f"{broken.value}{broken.value!r}"


async def test_a_transport_that_is_not_open_says_so() -> None:
    with pytest.raises(NetworkError, match="not open"):
        await AiohttpRequest().post("http://127.0.0.1/bot1:x/getMe")


async def test_many_requests_share_the_loop(telegram: FakeTelegram, bot: Bot) -> None:
    people = [telegram.person(f"P{number}") for number in range(50)]
    telegram.faults.latency_s = 0.05
    await asyncio.gather(*(bot.send_message(person.id, "x") for person in people))
    assert all(len(telegram.sent(person)) == 1 for person in people)
