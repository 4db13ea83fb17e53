"""The bundled figures in one store for all tests, which only read it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.reader import Reader
from index.refresh import load_folder
from index.store import Store

SAMPLE = Path(__file__).parents[1] / "index" / "sample"
IMPORTED = datetime(2024, 10, 8, 4, tzinfo=UTC)  # the session after the sample's last one


@pytest.fixture(scope="session")
def sample_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database that holds index/sample."""
    url = f"sqlite:///{tmp_path_factory.mktemp('sample') / 'figures.db'}"
    store = Store(url)
    load_folder(store, SAMPLE, IMPORTED)
    store.engine.dispose()
    return url


@pytest.fixture(scope="session")
def sample_store(sample_url: str) -> Iterator[Store]:
    store = Store(sample_url)
    yield store
    store.engine.dispose()


@pytest.fixture(scope="session")
def sample_reader(sample_store: Store) -> Reader:
    return Reader(sample_store)
