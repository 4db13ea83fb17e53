import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from bot.delivery.errors import AlreadyBroadcasting
from bot.delivery.sole import sole
from index.errors import StoreUnreachable

OPEN_FILES = Path("/proc/self/fd")
HOLD = """
import sys, time
from sqlalchemy import create_engine
from bot.delivery.sole import sole
from index.errors import StoreUnreachable
with sole(create_engine(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_two_in_one_process_do_not_broadcast_together(engine: Engine) -> None:
    with sole(engine), pytest.raises(AlreadyBroadcasting), sole(engine):
        pass


def test_a_folder_that_is_not_there_is_no_other_broadcast(tmp_path: Path) -> None:
    nowhere = create_engine(f"sqlite:///{tmp_path / 'gone' / 'whyup.db'}")
    with pytest.raises(StoreUnreachable), sole(nowhere):
        pass


def test_a_lock_that_is_refused_is_not_left_open(engine: Engine) -> None:
    if engine.dialect.name != "sqlite" or not OPEN_FILES.exists():
        pytest.skip("only SQLite locks a file, and only Linux lists those that are open")
    with sole(engine), pytest.raises(AlreadyBroadcasting) as refused, sole(engine):
        pass
    assert refused.value.__traceback__ is not None  # what it refers to is not yet collected
    assert not any(str(path.readlink()).endswith(".broadcast") for path in OPEN_FILES.iterdir() if path.is_symlink())


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"], ids=["nameless", "named"])
def test_a_database_in_memory_has_one_broadcaster_too(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    one, other = create_engine(url), create_engine(url)
    with sole(one), sole(other), pytest.raises(AlreadyBroadcasting), sole(one):
        pass
    with sole(one):
        assert list(tmp_path.iterdir()) == []


def test_an_error_of_what_is_done_meanwhile_stays_itself(engine: Engine) -> None:
    with pytest.raises(ConnectionResetError), sole(engine):
        raise ConnectionResetError


def test_a_server_that_is_not_there_is_no_other_broadcast() -> None:
    pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    nowhere = create_engine("postgresql+psycopg://me@127.0.0.1:1/whyup")
    with pytest.raises(StoreUnreachable), sole(nowhere):
        pass


def test_a_server_is_not_kept_in_a_transaction_meanwhile(engine: Engine) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("asks PostgreSQL; WHYUP_TEST_DATABASE_URL names none")
    idle = text("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'")
    with sole(engine), engine.connect() as connection:
        assert connection.execute(idle).scalar_one() == 0


def test_a_session_that_the_server_ended_hides_no_result(engine: Engine) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("asks PostgreSQL; WHYUP_TEST_DATABASE_URL names none")
    holders = text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    with sole(engine), engine.connect() as connection:
        assert connection.execute(holders).scalars().all() == [True]
    with sole(engine):
        pass


def test_the_next_one_may_when_the_first_has_finished(engine: Engine) -> None:
    for _ in range(2):
        with sole(engine):
            pass


def test_a_killed_process_lets_go_at_once(engine: Engine) -> None:
    command = [sys.executable, "-c", HOLD, engine.url.render_as_string(hide_password=False)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyBroadcasting), sole(engine):
            pass
        other.kill()
        other.wait()
        with sole(engine):
            pass
