"""Opens the store; the user's own one is made and filled with the bundled figures on first use."""

from datetime import datetime
from pathlib import Path

import index
from bot.settings import Settings, default_database
from index import closures, sessions
from index.errors import StoreUnreachable
from index.refresh import Progress, load_folder
from index.store import Store

SAMPLE = Path(index.__file__).parent / "sample"


def open_store(settings: Settings, now: datetime, progress: Progress = lambda *_: None) -> Store:
    """The store that the settings name, never empty.

    Args:
        settings: where the figures are.
        now: the moment of opening.
        progress: told how far filling an empty store has come.

    Raises:
        StoreUnreachable: the database cannot be opened or written.
    """
    store = bare_store(settings)
    if store.count("bars") == 0:
        load_folder(store, SAMPLE, now, progress)
    return store


def bare_store(settings: Settings) -> Store:
    """The store as it is, even empty: for commands that bring figures themselves."""
    if settings.closures:
        sessions.use_closures(closures.read(settings.closures))
    if not settings.has_database_url:
        _make_folder(default_database().parent)
    return Store(settings.store_url)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnreachable(str(folder), error.strerror or str(error)) from error
