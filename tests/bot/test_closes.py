"""The close push: due until next noon, as late as its bar, once however often it is run."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from shutil import copy

import pytest

from bot.clock import Clock
from bot.closes import ClosePush, due, explained, not_after, page
from bot.delivery import chats, tables
from bot.delivery.broadcast import Broadcaster
from bot.delivery.errors import AlreadyBroadcasting
from bot.delivery.pacing import Pacer
from bot.delivery.transport import Wire
from bot.desk import Desk
from bot.pages import CAPTION_LIMIT, LANGUAGES
from bot.settings import Settings
from index.errors import NoFigures
from index.reader import Reader
from index.refresh import load_folder
from index.sessions import BEIJING
from index.store import Store
from tests.botapi import NO_LIMITS, Chat, FakeTelegram

SAMPLE = Path(__file__).parents[2] / "index" / "sample"
SESSION = date(2024, 9, 30)
TODAYS_BAR = "000001.SH,2024-09-30,3194.72,3358.59,3153.7,3336.5,110233700000,1167772000000"


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


CLOSE = beijing("2024-09-30T15:00:05")


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
    folder = tmp_path / "until_friday"
    folder.mkdir()
    lines = (SAMPLE / "bars.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "bars.csv").write_text("".join(line for line in lines if "2024-09-30" not in line), encoding="utf-8")
    copy(SAMPLE / "publishers.csv", folder)
    made = Store(f"sqlite:///{tmp_path / 'whyup.db'}")
    load_folder(made, folder, CLOSE)
    tables.create(made.engine)
    yield made
    made.engine.dispose()


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(rates=NO_LIMITS) as fake:
        yield fake


@dataclass
class Bench:
    """A push whose time passes only while it sleeps, with what happens during its naps."""

    store: Store
    telegram: FakeTelegram
    wire: Wire
    folder: Path
    now: datetime = CLOSE
    bar_after: timedelta | None = None
    nap: timedelta = timedelta()
    told: list[tuple[str, date]] = field(default_factory=list)
    naps: int = 0

    def push(self) -> ClosePush:
        desk = Desk(self.store, Settings(), Clock(lambda: self.now))
        broadcaster = Broadcaster(self.store.engine, self.wire, Pacer(1000.0), now=lambda: self.now)
        return ClosePush(desk, broadcaster, self._tell, self._sleep)

    def bar_comes(self) -> None:
        header = (SAMPLE / "bars.csv").read_text(encoding="utf-8").splitlines()[0]
        (self.folder / "bars.csv").write_text(f"{header}\n{TODAYS_BAR}\n", encoding="utf-8")
        load_folder(self.store, self.folder, self.now)

    async def _tell(self, name: str, session: date) -> None:
        self.told.append((name, session))

    async def _sleep(self, seconds: float) -> None:
        self.naps += 1
        self.now += max(self.nap, timedelta(seconds=seconds))
        if self.bar_after is not None and self.now >= CLOSE + self.bar_after:
            self.bar_comes()
            self.bar_after = None

    def subscribe(self, language: str) -> Chat:
        person = self.telegram.person(language)
        chats.subscribe(self.store.engine, person.id, person.kind, language=language)
        return person


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


# --- The page ---------------------------------------------------------------------------------------------------------


def test_the_page_of_every_stored_session_fits_under_a_picture(sample_store: Store, sample_reader: Reader) -> None:
    """Telegram refuses a caption of more than 1024 units, and with it the whole push."""
    desk = Desk(sample_store, Settings(), Clock(lambda: CLOSE))
    bars = sample_reader.bars("000001.SH", CLOSE)
    found = (explained(desk, bars.session(place), CLOSE) for place in range(1, len(bars)))
    lengths = {(one.move.session, language): page(one, language).length for one in found for language in LANGUAGES}
    assert len(lengths) == 422 * len(LANGUAGES)
    assert max(lengths.values()) <= CAPTION_LIMIT


def test_a_page_that_is_too_long_is_told_shorter(sample_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(sample_store, Settings(), Clock(lambda: CLOSE))
    found = explained(desk, SESSION, CLOSE)
    longest = page(found, "en").length
    monkeypatch.setattr("bot.closes.CAPTION_LIMIT", longest - 1)
    assert page(found, "en").length < longest
