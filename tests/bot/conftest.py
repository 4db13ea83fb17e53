"""The command line in the test's own process, over the bundled figures."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import event
from sqlalchemy.pool import Pool
from typer.testing import CliRunner

from bot.cli import app

Whyup = Callable[..., Result]


@pytest.fixture
def whyup(sample_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Whyup]:
    """Runs a command with a home of its own; its connections are closed at the end, as a process would."""
    opened: list[Any] = []

    def keep(connection: object, _record: object) -> None:
        opened.append(connection)

    for name in [name for name in os.environ if name.startswith("WHYUP_")]:
        monkeypatch.delenv(name)
    own = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"), "WHYUP_DATABASE_URL": sample_url}
    event.listen(Pool, "connect", keep)
    yield lambda *words, **more: CliRunner().invoke(app, words, env=own | more)
    event.remove(Pool, "connect", keep)
    for connection in opened:
        connection.close()


@pytest.fixture
def empty(tmp_path: Path) -> dict[str, str]:
    """A database of one's own, still empty."""
    return {"WHYUP_DATABASE_URL": f"sqlite:///{tmp_path / 'own.db'}"}
