"""The store that commands open: the operator's own, or one that is filled on first use."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.opening import bare_store, open_store
from bot.settings import Settings
from index.errors import StoreUnreachable

NOW = datetime(2024, 10, 8, 4, tzinfo=UTC)
LINES_OF_BARS = 2891  # index/sample/README.md


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path / 'own.db'}")


def test_an_empty_store_is_filled_with_the_bundled_figures_and_says_how_far_it_is(own: Settings) -> None:
    told: list[tuple[str, int, int]] = []
    store = open_store(own, NOW, lambda *step: told.append(step))
    assert store.count("bars") == LINES_OF_BARS
    assert ("bars.csv", LINES_OF_BARS, LINES_OF_BARS) in told
    store.engine.dispose()


def test_a_store_with_figures_is_left_as_it_is(own: Settings) -> None:
    open_store(own, NOW).engine.dispose()
    told: list[str] = []
    store = open_store(own, NOW, lambda name, *_: told.append(name))
    assert (store.count("bars"), told) == (LINES_OF_BARS, [])
    store.engine.dispose()


def test_a_command_that_brings_figures_gets_an_empty_store(own: Settings) -> None:
    store = bare_store(own)
    assert store.count("bars") == 0
    store.engine.dispose()


def test_the_users_data_folder_is_made_on_first_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "deep" / "data"))
    store = bare_store(Settings(database_url=""))
    assert list((tmp_path / "deep" / "data").rglob("whyup.db"))
    store.engine.dispose()


def test_a_data_folder_that_cannot_be_made_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    with pytest.raises(StoreUnreachable) as error:
        bare_store(Settings(database_url=""))
    assert str(tmp_path / "file") in error.value.url
    assert error.value.reason


def test_a_database_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreachable, match="nowhere"):
        open_store(Settings(database_url=f"sqlite:///{tmp_path / 'nowhere' / 'at' / 'all.db'}"), NOW)
