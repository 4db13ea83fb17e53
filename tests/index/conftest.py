"""A store of one's own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'figures.db'}")
    yield made
    made.engine.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    return made
