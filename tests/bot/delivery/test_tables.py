import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from bot.delivery import chats, tables
from bot.delivery.tables import METADATA
from index.errors import StoreUnreachable


def _created(url: str) -> set[str]:
    engine = create_engine(url)
    tables.create(engine)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_many_may_create_the_tables_of_a_new_database_at_once(tmp_path: Path) -> None:
    urls = [f"sqlite:///{tmp_path / f'{number // 8}.db'}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        assert all(set(METADATA.tables) == found for found in pool.map(_created, urls))


def test_many_may_create_the_tables_of_an_empty_server_at_once(engine: Engine) -> None:
    METADATA.drop_all(engine)
    url = engine.url.render_as_string(hide_password=False)
    with ThreadPoolExecutor(8) as pool:
        assert all(set(METADATA.tables) <= found for found in pool.map(_created, [url] * 8))


def _of_an_older_version(url: str) -> Engine:
    engine = create_engine(url)
    tables.create(engine)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO chat (chat_id, kind, language, colours, indices, min_move_pct, subscribed,"
                " alive, dead_reason) VALUES (1, 'private', 'en', 'red_up', ' HSI ', 0, 1, 1, '')"
            )
        )
        connection.execute(text("ALTER TABLE chat DROP COLUMN closes"))
        connection.execute(text("ALTER TABLE edition DROP COLUMN change_pct"))
    return engine


def test_a_database_of_an_older_version_gets_the_columns_it_lacks(tmp_path: Path) -> None:
    engine = _of_an_older_version(f"sqlite:///{tmp_path / 'old.db'}")
    tables.create(engine)
    assert [(chat.chat_id, chat.closes) for chat in chats.subscribers(engine)] == [(1, ("000001.SH",))]
    engine.dispose()


def test_many_may_widen_an_older_database_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    _of_an_older_version(url).dispose()
    with ThreadPoolExecutor(8) as pool:
        assert all(set(METADATA.tables) == found for found in pool.map(_created, [url] * 8))


def test_a_database_that_cannot_be_created_says_so(tmp_path: Path) -> None:
    nowhere = create_engine(f"sqlite:///{tmp_path / 'gone' / 'whyup.db'}")
    with pytest.raises(StoreUnreachable):
        tables.create(nowhere)


def test_the_tables_do_not_depend_on_what_was_imported() -> None:
    command = [sys.executable, "-c", "from bot.delivery import tables; print(*sorted(tables.METADATA.tables))"]
    alone = subprocess.run(command, cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True)
    assert {"chat", "campaign", "close_told", "turn", "telegram_update"} <= set(alone.stdout.split())


@pytest.mark.parametrize(
    "error", [FileNotFoundError("chart.png"), ModuleNotFoundError("chart")], ids=lambda e: type(e).__name__
)
def test_an_error_that_is_not_the_databases_stays_itself(engine: Engine, error: Exception) -> None:
    with pytest.raises(type(error)), tables.transaction(engine):
        raise error


def test_a_refusal_of_the_database_says_so(engine: Engine) -> None:
    with pytest.raises(StoreUnreachable), tables.transaction(engine) as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))
