from collections.abc import AsyncIterator

import pytest
from telegram.error import RetryAfter
from telegram.ext import ExtBot

from bot.delivery.answers import Answers
from bot.delivery.pacing import Pacer
from bot.delivery.transport import AiohttpRequest
from tests.botapi import FakeTelegram, Rates

# PTB warns whenever it makes a RetryAfter, which is when Telegram says 429.
pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[ExtBot[int]]:
    bot: ExtBot[int] = ExtBot(
        telegram.token,
        telegram.base_url,
        request=AiohttpRequest(),
        get_updates_request=AiohttpRequest(),
        rate_limiter=Answers(Pacer()),
    )
    async with bot:
        yield bot


async def test_an_answer_that_was_refused_for_its_pace_is_given_again(telegram: FakeTelegram, bot: ExtBot[int]) -> None:
    wei = telegram.person()
    telegram.faults.storms(0, 1e12, retry_after=1).times = 1
    await bot.send_message(wei.id, "it rose")
    assert [message.text for message in telegram.sent(wei)] == ["it rose"]


async def test_an_answer_for_which_nobody_would_wait_is_an_error(telegram: FakeTelegram, bot: ExtBot[int]) -> None:
    wei = telegram.person()
    telegram.faults.storms(0, 1e12, retry_after=3600)
    with pytest.raises(RetryAfter):
        await bot.send_message(wei.id, "it rose")
    assert len(telegram.ledger) == 2  # getMe, and one try


async def test_somebody_who_asks_without_pause_meets_no_refusal(telegram: FakeTelegram, bot: ExtBot[int]) -> None:
    telegram.limits.change(Rates(bot_burst=3))
    wei = telegram.person()
    for number in range(4):
        await bot.send_message(wei.id, str(number))
    assert {attempt.code for attempt in telegram.ledger} == {200}


async def test_what_writes_nothing_waits_for_nothing(telegram: FakeTelegram, bot: ExtBot[int]) -> None:
    wei = telegram.person()
    for _ in range(20):
        await bot.send_chat_action(wei.id, "typing")
    assert {attempt.code for attempt in telegram.ledger} == {200}
