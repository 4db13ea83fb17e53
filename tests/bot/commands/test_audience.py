"""Subscribers brought and taken along, and a close sent by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.commands import audience
from bot.opening import open_store
from bot.settings import Settings
from index.errors import NoFigures
from index.sessions import BEIJING
from index.store import Store
from tests.bot.conftest import Whyup
from tests.botapi import NO_LIMITS, FakeTelegram, InThread

CHATS = "chat_id,kind,language,thread_id\n-1001234567890,channel,zh-hans,\n-1009876543210,supergroup,en,7\n42,,,\n"
EVENING = datetime(2024, 9, 30, 18, tzinfo=BEIJING)


@pytest.fixture
def chats(tmp_path: Path) -> Path:
    file = tmp_path / "chats.csv"
    file.write_text(CHATS, encoding="utf-8")
    return file


def test_subscribers_are_brought_counted_and_taken_along(
    whyup: Whyup, empty: dict[str, str], chats: Path, tmp_path: Path
) -> None:
    assert "3 chats are subscribed" in whyup("subscribers", "import", str(chats), **empty).stdout
    counted = whyup("subscribers", "list", **empty).stdout
    assert "1 channels, 1 supergroups, 0 groups, 1 private chats" in counted
    out = tmp_path / "out.csv"
    assert whyup("subscribers", "export", str(out), **empty).exit_code == 0
    assert sorted(out.read_text(encoding="utf-8").splitlines()[1:]) == [
        "-1001234567890,channel,zh-hans,", "-1009876543210,supergroup,en,7", "42,private,en,",
    ]  # fmt: skip


def test_a_row_that_makes_no_sense_is_named_and_the_rest_is_kept(
    whyup: Whyup, empty: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "chats.csv"
    file.write_text("chat_id,kind,language\n42\n@name\n43,robot\n44,,klingon\n42\n", encoding="utf-8")
    result = whyup("subscribers", "import", str(file), **empty)
    assert result.exit_code > 0
    assert "1 chats are subscribed" in result.stdout
    assert f"{file}, line 3 was left out: “@name” is no chat_id" in result.stdout
    assert f"{file}, line 4 was left out: “robot” is no kind of chat" in result.stdout
    assert f"{file}, line 5 was left out: “klingon” is no language (en, zh-hans, zh-hant)." in result.stdout
    assert f"{file}, line 6: this chat stands further above too; this line holds." in result.stdout


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("chat,kind", "line 1 was left out: it has to name the columns chat_id"),
        ("chat_id,thread_id\n1,x", "line 2 was left out: “x” is no thread_id"),
        ("chat_id,indices\n1,HSI", "line 2 was left out: “HSI” names more than the indices of a close (000001.SH, "),
    ],
    ids=["header", "topic", "indices"],
)
def test_what_is_expected_is_said(whyup: Whyup, empty: dict[str, str], tmp_path: Path, cells: str, words: str) -> None:
    file = tmp_path / "chats.csv"
    file.write_text(f"{cells}\n", encoding="utf-8")
    assert words in whyup("subscribers", "import", str(file), **empty).stdout


def test_a_file_of_subscribers_that_is_not_there_is_named(whyup: Whyup, empty: dict[str, str]) -> None:
    result = whyup("subscribers", "import", "/no/such/file.csv", **empty)
    assert result.exit_code > 0
    assert "/no/such/file.csv cannot be used" in result.stderr


def test_a_dry_run_shows_message_and_audience_and_sends_nothing(
    whyup: Whyup, empty: dict[str, str], chats: Path
) -> None:
    whyup("subscribers", "import", str(chats), **empty)
    result = whyup("broadcast", "2024-09-30", "--dry-run", **empty)
    assert result.exit_code == 0
    assert "+8.06%" in result.stdout
    assert "The close of 30 Sep 2024 goes to 3 chats" in result.stdout
    assert "too late" in result.stdout


def test_a_session_without_figures_is_not_broadcast(whyup: Whyup, empty: dict[str, str]) -> None:
    result = whyup("broadcast", "2015-06-26", "--dry-run", **empty)
    assert result.exit_code > 0
    assert "26 Jun 2015" in result.stderr


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(Settings(database_url=f"sqlite:///{tmp_path / 'whyup.db'}"), datetime(2024, 10, 8, 4, tzinfo=UTC))
    yield made
    made.engine.dispose()


def test_a_close_sent_by_hand_arrives_once_however_often_it_is_sent(
    store: Store, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    telegram = FakeTelegram(rates=NO_LIMITS)
    with InThread(telegram):
        ann = telegram.person("Ann", "en")
        file = tmp_path / "chats.csv"
        file.write_text(f"chat_id\n{ann.id}\n", encoding="utf-8")
        audience.bring(file, store, "en")
        settings = Settings(telegram_api_url=telegram.base_url, telegram_token=telegram.token)
        for _ in range(2):
            audience.broadcast(store, settings, lambda: EVENING, None, dry=False)
        (message,) = telegram.sent(ann)
    assert "+8.06%" in message.text
    assert "Sent 1, failed 0, left 0" in capsys.readouterr().out


def test_the_newest_session_of_an_empty_store_is_none(tmp_path: Path) -> None:
    bare = Store(f"sqlite:///{tmp_path / 'bare.db'}")
    with pytest.raises(NoFigures):
        audience.broadcast(bare, Settings(), lambda: EVENING, None, dry=True)
    bare.engine.dispose()
