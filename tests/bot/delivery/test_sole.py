import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from bot.delivery.errors import AlreadyBroadcasting
from bot.delivery.sole import sole
from index.errors import StoreUnreachable

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


def test_the_next_one_may_when_the_first_has_finished(engine: Engine) -> None:
    for _ in range(2):
        with sole(engine):
            pass


def test_a_killed_process_lets_go_at_once(engine: Engine) -> None:
    command = [sys.executable, "-c", HOLD, engine.url.render_as_string(hide_password=False)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as other:  # noqa: S603 - our own program
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyBroadcasting), sole(engine):
            pass
        other.kill()
        other.wait()
        with sole(engine):
            pass
