"""The bundled figures in a store, and evidence made by hand."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from shutil import copytree

import pytest

from bot.explainer.evidence import Evidence
from bot.explainer.explanation import Explanation, explain
from index import moves, sessions
from index.catalog import BY_CODE
from index.moves import Move
from index.reader import Reader
from index.refresh import load_folder
from index.store import Store

SAMPLE = Path(str(files("index"))) / "sample"
IMPORTED = datetime(2024, 10, 1, tzinfo=UTC)

Explain = Callable[[str], Explanation]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('sample')}/sample.db")
    load_folder(store, SAMPLE, IMPORTED)
    return store


@pytest.fixture(scope="session")
def reader(sample: Store) -> Reader:
    return Reader(sample)


@pytest.fixture
def explained(reader: Reader) -> Explain:
    return lambda day: explain(move_of(reader, day), reader, sessions.close_of(date.fromisoformat(day)))


def move_of(reader: Reader, day: str, first: str | None = None, index: str = "000001.SH") -> Move:
    session = date.fromisoformat(day)
    bars = reader.bars(index, sessions.close_of(session, BY_CODE[index].mic))
    return moves.of(bars, session, date.fromisoformat(first) if first else None)


def evidence(topic: str, driver: str, polarity: int, strength: float = 1.0) -> Evidence:
    published_at = datetime(2024, 9, 29, 10, tzinfo=UTC)
    return Evidence(topic, driver, "announced", polarity, strength, published_at, "a publisher")


@pytest.fixture
def beside(tmp_path: Path) -> Callable[..., Reader]:
    """The bundled figures with further files beside them: `beside(headlines="header", ...)` takes each file's lines."""

    def build(**further: Iterable[str]) -> Reader:
        folder = tmp_path / "figures"
        copytree(SAMPLE, folder)
        for name, lines in further.items():
            (folder / f"{name}.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
        store = Store(f"sqlite:///{tmp_path}/beside.db")
        load_folder(store, folder, IMPORTED)
        return Reader(store)

    return build
