"""The close push: due until next noon, as late as its bar, once however often it is run."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.close_pages import Beside, Explained, Line, explained, not_after, page
from bot.closes import ClosePush, due, soonest_s
from bot.delivery.choice import OFFERED
from bot.delivery.errors import AlreadyBroadcasting
from bot.delivery.transport import Wire
from bot.desk import Desk
from bot.pages import CAPTION_LIMIT, LANGUAGES
from bot.settings import Settings
from index.errors import NoFigures
from index.reader import Reader
from index.store import Store
from tests.bot.closing import CLOSE, SESSION, TODAYS_BAR, Bench, beijing, until_friday
from tests.botapi import NO_LIMITS, FakeTelegram

# --- What is due ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "session"),
    [
        ("2024-09-30T14:59:59", None),
        ("2024-09-30T15:00", SESSION),
        ("2024-10-01T11:59:59", SESSION),
        ("2024-10-01T12:00", None),
        ("2024-09-28T09:00", date(2024, 9, 27)),
        ("2024-09-29T09:00", None),
        ("2024-10-08T15:00", date(2024, 10, 8)),
    ],
    ids=["before the close: friday's is stale", "at the close", "next morning", "next noon", "saturday morning",
         "sunday", "after golden week"],
)  # fmt: skip
def test_the_last_close_is_due_until_the_next_noon(now: str, session: date | None) -> None:
    assert due(beijing(now)) == session


@pytest.mark.parametrize(
    ("now", "session"),
    [
        ("2099-01-05T15:00", date(2099, 1, 5)),
        ("2099-01-05T11:00", None),
        ("2099-01-06T11:00", date(2099, 1, 5)),
        ("2099-01-10T11:00", date(2099, 1, 9)),
        ("2099-01-11T11:00", None),
    ],
    ids=["monday", "monday morning", "tuesday morning", "saturday morning", "sunday"],
)
def test_past_the_calendars_end_every_weekday_may_be_due(now: str, session: date | None) -> None:
    assert due(beijing(now)) == session


def test_a_close_is_worth_sending_until_the_next_noon_in_beijing() -> None:
    assert not_after(SESSION) == beijing("2024-10-01T12:00")


# --- Pushing ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The bundled bars without the last session's."""
    made = until_friday(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(rates=NO_LIMITS) as fake:
        yield fake


@pytest.fixture
async def bench(store: Store, telegram: FakeTelegram, tmp_path: Path) -> AsyncIterator[Bench]:
    folder = tmp_path / "today"
    folder.mkdir()
    async with Wire(telegram.base_url, telegram.token) as wire:
        yield Bench(store, telegram, wire, folder)


async def test_each_subscriber_gets_page_and_picture_in_their_language(bench: Bench) -> None:
    bench.bar_comes()
    ann, wei = bench.subscribe("en"), bench.subscribe("zh-hans")
    await bench.push().run()
    (english,), (chinese,) = bench.telegram.sent(ann), bench.telegram.sent(wei)
    assert english.photo
    assert chinese.photo
    assert "3,336.50" in english.text
    assert "+8.06%" in english.text
    assert "上证指数 3336.50" in chinese.text


async def test_there_is_one_campaign_however_often_it_is_run(bench: Bench) -> None:
    bench.bar_comes()
    ann = bench.subscribe("en")
    push = bench.push()
    await asyncio.gather(push.run(), push.run())
    await bench.push().run()
    assert len(bench.telegram.sent(ann)) == 1


async def test_two_schedulers_at_the_same_close_send_it_once(bench: Bench) -> None:
    bench.bar_comes()
    ann = bench.subscribe("en")
    ends = await asyncio.gather(bench.push().run(), bench.push().run(), return_exceptions=True)
    assert all(end is None or isinstance(end, AlreadyBroadcasting) for end in ends)
    await bench.push().run()
    assert len(bench.telegram.sent(ann)) == 1


async def test_yesterdays_bar_is_not_sent_as_todays(bench: Bench) -> None:
    """The push waits for the bar that is really today's."""
    bench.bar_after = timedelta(minutes=10)
    ann = bench.subscribe("en")
    await bench.push().run()
    assert [message.text.count("+8.06%") for message in bench.telegram.sent(ann)] == [1]
    assert bench.now >= CLOSE + timedelta(minutes=10)
    assert bench.told == []


async def test_the_operator_is_told_once_of_a_bar_that_is_late(bench: Bench) -> None:
    bench.bar_after, bench.nap = timedelta(hours=3), timedelta(minutes=5)
    ann = bench.subscribe("en")
    await bench.push().run()
    assert bench.told == [("close_missing", SESSION)]
    assert len(bench.telegram.sent(ann)) == 1


async def test_a_bar_that_never_comes_is_given_up_at_noon_and_nothing_is_sent(bench: Bench) -> None:
    bench.nap = timedelta(minutes=30)
    ann = bench.subscribe("en")
    await bench.push().run()
    assert bench.now >= not_after(SESSION)
    assert bench.telegram.sent(ann) == []
    assert bench.told == [("close_missing", SESSION)]


async def test_nothing_is_sent_while_nothing_is_due(bench: Bench) -> None:
    bench.bar_comes()
    bench.now = beijing("2024-10-02T10:00")
    ann = bench.subscribe("en")
    await bench.push().run()
    assert bench.telegram.sent(ann) == []


async def test_a_campaign_that_a_crash_left_is_finished_by_the_next_run(bench: Bench) -> None:
    bench.bar_comes()
    ann = bench.subscribe("en")
    push = bench.push()
    push._enqueue(explained(push._desk, SESSION, bench.now))  # written down, then the process is gone
    assert bench.telegram.sent(ann) == []
    await bench.push().run()
    assert len(bench.telegram.sent(ann)) == 1


async def test_finish_waits_for_a_run_in_hand(bench: Bench) -> None:
    bench.bar_comes()
    ann = bench.subscribe("en")
    push = bench.push()
    run = asyncio.ensure_future(push.run())
    await asyncio.sleep(0)
    await push.finish()
    assert len(bench.telegram.sent(ann)) == 1
    await run


def test_a_session_whose_bar_is_not_public_yet_has_no_figures(sample_store: Store) -> None:
    desk = Desk(sample_store, Settings(), Clock(lambda: CLOSE))
    with pytest.raises(NoFigures):
        explained(desk, SESSION, CLOSE - timedelta(seconds=6))
    assert explained(desk, SESSION, CLOSE).move.session == SESSION


async def test_a_correction_does_not_wait_for_a_bar_that_is_late(bench: Bench) -> None:
    """The waiting run sleeps for good; another one comes by and has to find nobody in the way."""
    asleep = asyncio.Event()

    async def sleeps_for_good(_seconds: float) -> None:
        asleep.set()
        await asyncio.Event().wait()

    push = ClosePush(bench.push()._desk, bench.push()._broadcaster, bench._tell, sleeps_for_good)
    waiting = asyncio.create_task(push.run())
    await asleep.wait()
    await asyncio.wait_for(push.run(), 5)
    await asyncio.wait_for(push.finish(), 5)
    waiting.cancel()
    assert (await asyncio.gather(waiting, return_exceptions=True))[0].__class__ is asyncio.CancelledError


async def test_what_is_due_in_the_evening_is_sent_on_the_minute(bench: Bench) -> None:
    bench.bar_comes()
    ann = bench.subscribe("en", send_at=time(17, 32))
    push = bench.push()
    await push.run()
    assert bench.now == CLOSE  # hours away: the scheduler looks again
    bench.now = beijing("2024-09-30T17:28")
    await push.run()
    assert bench.now == beijing("2024-09-30T17:32")
    assert len(bench.telegram.sent(ann)) == 1


@pytest.mark.parametrize(
    ("dues", "wait_s"),
    [([], None), (["15:04"], 240.0), (["15:06"], None), (["14:59"], None), (["15:00"], None),
     (["14:59", "15:03", "15:02", "20:00"], 120.0)],
    ids=["nothing", "soon", "later", "overdue", "now", "the soonest"],
)  # fmt: skip
def test_only_what_is_due_soon_is_waited_for(dues: list[str], wait_s: float | None) -> None:
    """What is overdue waits for another thing, and looking all the time would not bring it about."""
    at = beijing("2024-09-30T15:00")
    assert soonest_s(at, [beijing(f"2024-09-30T{due_at}") for due_at in dues]) == wait_s


# --- Several indices --------------------------------------------------------------------------------------------------

CSI_300 = "000300.SH,2024-09-30,,,,4017.85,,"
CHINEXT = "399006.SZ,2024-09-30,,,,2175.09,,"


async def test_the_indices_that_a_chat_chose_stand_in_its_one_message(bench: Bench) -> None:
    bench.bar_comes(TODAYS_BAR, CSI_300, CHINEXT)
    ann, ben = bench.subscribe("en", closes=("000001.SH", "000300.SH", "399006.SZ")), bench.subscribe("en")
    await bench.push().run()
    (whole,), (usual,) = bench.telegram.sent(ann), bench.telegram.sent(ben)
    assert whole.text.startswith("🔴▲ Shanghai Composite 3,336.50\n+8.06%")
    assert "🔴▲ CSI 300 4,017.85 +8.48%\n🔴▲ ChiNext 2,175.09 +15.36%\n" in whole.text  # 4017.85 / 3703.68 - 1 …
    assert "CSI 300 4,017.85" not in usual.text


async def test_without_the_composite_the_first_index_leads_with_its_own_reasons(bench: Bench) -> None:
    bench.bar_comes(TODAYS_BAR, CSI_300, CHINEXT)
    ann, ben = bench.subscribe("en", closes=("000300.SH", "399006.SZ")), bench.subscribe("en")
    await bench.push().run()
    (message,), (usual,) = bench.telegram.sent(ann), bench.telegram.sent(ben)
    assert message.text.startswith("🔴▲ CSI 300 4,017.85\n+8.48% (+314.17 points)")
    assert "ChiNext 2,175.09 +15.36%" in message.text
    assert "Shanghai Composite 3,336.50" not in message.text
    assert message.photo
    assert usual.photo
    assert message.photo.data != usual.photo.data


async def test_the_smallest_move_worth_a_push_is_that_of_the_leading_index(bench: Bench) -> None:
    bench.bar_comes(TODAYS_BAR, CSI_300)
    ann = bench.subscribe("en", closes=("000300.SH",), min_move_pct=8.2)
    ben = bench.subscribe("en", closes=("000001.SH", "000300.SH"), min_move_pct=8.2)
    await bench.push().run()
    assert (len(bench.telegram.sent(ann)), len(bench.telegram.sent(ben))) == (1, 0)  # 8.48 % and 8.06 %


async def test_an_index_whose_close_is_not_stored_is_waited_for_a_little(bench: Bench) -> None:
    bench.bar_comes()
    bench.bars, bench.bar_after = (CSI_300,), timedelta(minutes=2)
    ann = bench.subscribe("en", closes=("000001.SH", "000300.SH"))
    await bench.push().run()
    assert "CSI 300 4,017.85 +8.48%" in bench.telegram.sent(ann)[0].text
    assert timedelta(minutes=2) <= bench.now - CLOSE < timedelta(minutes=3)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "No close of CSI 300, ChiNext is stored yet."),
        ("zh-hans", "尚无沪深300、创业板指的收盘数据。"),
        ("zh-hant", "尚無滬深300、創業板指的收盤數據。"),
    ],
)
async def test_an_index_that_stays_missing_is_named_and_the_composite_takes_its_place(
    bench: Bench, language: str, words: str
) -> None:
    bench.bar_comes()
    ann = bench.subscribe(language, closes=("000300.SH", "399006.SZ"))
    await bench.push().run()
    (message,) = bench.telegram.sent(ann)
    assert words in message.text
    assert "+8.06%" in message.text
    assert timedelta(minutes=5) <= bench.now - CLOSE < timedelta(minutes=6)


async def test_nobody_waits_for_an_index_that_was_not_there_the_session_before_either(bench: Bench) -> None:
    bench.bar_comes()
    ann = bench.subscribe("en", closes=("000001.SH", "000852.SH"))
    await bench.push().run()
    assert bench.now == CLOSE
    assert "No close of CSI 1000 is stored yet." in bench.telegram.sent(ann)[0].text


async def test_nobody_waits_for_an_index_that_nobody_chose(bench: Bench) -> None:
    bench.bar_comes()
    bench.subscribe("en")
    await bench.push().run()
    assert bench.now == CLOSE


# --- The page ---------------------------------------------------------------------------------------------------------


def test_the_page_of_every_stored_session_fits_under_a_picture(sample_store: Store, sample_reader: Reader) -> None:
    """Telegram refuses a caption of more than 1024 units, and with it the whole push; here with all that is offered."""
    desk = Desk(sample_store, Settings(), Clock(lambda: CLOSE))
    bars = sample_reader.bars("000001.SH", CLOSE)
    found = (explained(desk, bars.session(place), CLOSE) for place in range(1, len(bars)))
    lengths = [
        page(one, language, beside=beside).length
        for one in found
        for beside in (Beside(), _everything(one))
        for language in LANGUAGES
    ]
    assert len(lengths) == 2 * 422 * len(LANGUAGES)
    assert max(lengths) <= CAPTION_LIMIT


def _everything(found: Explained) -> Beside:
    """As many indices beside the leading one as can be chosen, with a name as long as any."""
    line = Line(replace(found.move, index="399001.SZ"), is_provisional=True)
    return Beside((line,) * (len(OFFERED) - 1))


def test_a_page_that_is_too_long_is_told_shorter(sample_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(sample_store, Settings(), Clock(lambda: CLOSE))
    found = explained(desk, SESSION, CLOSE)
    longest = page(found, "en").length
    monkeypatch.setattr("bot.close_pages.CAPTION_LIMIT", longest - 1)
    assert page(found, "en").length < longest
