"""The desk: one answer for who asks the same in the same minute, a reader that follows the store, conversations."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.chat.asked import NONE, Habits
from bot.chat.conversation import Turn
from bot.clock import Clock
from bot.delivery import chats, tables
from bot.delivery.memory import LASTS
from bot.desk import Desk
from bot.settings import Settings
from index.refresh import load_folder
from index.sessions import BEIJING
from index.store import Store

MONDAY = datetime(2024, 9, 30, 16, 0, tzinfo=BEIJING)
ANN, BEN, GROUP = (1, 1), (-7, 2), -7


@dataclass
class Wall:
    """A wall clock that a test moves on."""

    moment: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.moment

    def passes(self, **time: float) -> None:
        self.moment += timedelta(**time)


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def desk(sample_url: str, tmp_path: Path, wall: Wall) -> Iterator[Desk]:
    path = shutil.copy(sample_url.removeprefix("sqlite:///"), tmp_path / "whyup.db")
    store = Store(f"sqlite:///{path}")
    tables.create(store.engine)
    yield Desk(store, Settings(), Clock(wall))
    store.engine.dispose()


def test_who_asks_the_same_in_the_same_minute_gets_the_same_answer(desk: Desk, wall: Wall) -> None:
    first = desk.answer("why is the index up?", NONE)
    wall.passes(seconds=59)
    assert desk.answer("why is the index up?", NONE) is first
    wall.passes(seconds=1)
    assert desk.answer("why is the index up?", NONE) is not first


def test_other_habits_get_an_answer_of_their_own(desk: Desk) -> None:
    assert desk.answer("why?", Habits("en")).page != desk.answer("why?", Habits("zh-hant")).page


def test_figures_that_come_in_are_seen_within_the_minute(desk: Desk, wall: Wall, tmp_path: Path) -> None:
    wall.passes(days=8)
    assert "30 Sep 2024" in desk.answer("level of the index", NONE).page.plain
    folder = tmp_path / "more"
    folder.mkdir()
    row = "000001.SH,2024-10-08,3674.40,3674.40,3372.83,3489.78,,"  # the exchange's table of that day
    (folder / "bars.csv").write_text(
        f"index,session,open,high,low,close,volume_shares,turnover_cny\n{row}\n", encoding="utf-8"
    )
    load_folder(desk.store, folder, wall.moment)
    assert "3,489.78" in desk.answer("level of the index", NONE).page.plain


def test_a_conversation_lasts_an_hour(desk: Desk, wall: Wall) -> None:
    desk.converse(ANN, "why did it fall on 22 January 2024?", NONE)
    wall.passes(seconds=LASTS.total_seconds() - 1)
    assert "19 Jan 2024" in desk.converse(ANN, "and the day before?", NONE).page.plain
    wall.passes(seconds=LASTS.total_seconds() + 1)
    assert "Jan" not in desk.converse(ANN, "which sectors?", NONE).page.plain.splitlines()[1]


def test_what_was_told_to_one_is_unknown_to_the_other(desk: Desk) -> None:
    desk.converse((GROUP, 1), "why did it fall on 22 January 2024?", NONE)
    assert "27 Sep 2024" in desk.converse(BEN, "and the day before?", NONE).page.plain


def test_an_answer_about_nothing_leaves_the_conversation_as_it_was(desk: Desk) -> None:
    for said in ("why did it fall on 22 January 2024?", "help", "thanks", "asdfgh"):
        desk.converse(ANN, said, NONE)
    assert "19 Jan 2024" in desk.converse(ANN, "and the day before?", NONE).page.plain


def test_after_forget_nothing_is_known_of_a_chat(desk: Desk) -> None:
    chats.change(desk.store.engine, GROUP, "group", language="zh-hant")
    desk.converse(BEN, "why did it fall on 22 January 2024?", NONE)
    desk.forget(GROUP)
    assert desk.chat(GROUP) is None
    assert "27 Sep 2024" in desk.converse(BEN, "and the day before?", NONE).page.plain


def test_the_usual_index_of_a_chat_is_meant_when_none_is_named(desk: Desk) -> None:
    chats.change(desk.store.engine, GROUP, "group", indices=("399006.SZ", "000001.SH"))
    habits = desk.habits_of(GROUP, speaks=True)
    assert "ChiNext" in desk.answer("why is it up?", habits).page.plain
    assert "ChiNext" in desk.latest("level", Habits("en", "", habits.index)).page.plain


def test_a_view_is_shown_in_its_own_language(desk: Desk) -> None:
    assert "上證指數" in desk.show(Turn("level", "zh-hant", "000001.SH"), Habits()).page.plain
