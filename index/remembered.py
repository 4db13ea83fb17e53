"""Keeps what the calendar library says between processes: loading it costs more than answering a question.

The file is named for the library's version, so a new release is asked anew; a file that cannot be read or written is
as if there were none.
"""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path

from index.bars import Days

LIBRARY = "exchange_calendars"


def days(mic: str, since: str, ask: Callable[[], Days], folder: Path | None = None) -> Days:
    """The days that the library lists, from the file when it is there.

    Args:
        mic: the exchange.
        since: the first day asked for, ISO.
        ask: asks the library.
        folder: where files are kept; the user's cache folder when not given.
    """
    path = (folder or user_cache_path("whyup", appauthor=False)) / f"{mic}-{since}-{version(LIBRARY)}.npy"
    with suppress(OSError, ValueError, EOFError):
        kept = np.load(path, allow_pickle=False)
        if kept.dtype == np.dtype("datetime64[D]") and len(kept):
            return kept  # type: ignore[no-any-return] # NumPy does not type what it loads
    found = ask()
    with suppress(OSError):
        _keep(path, found)
    return found


def _keep(path: Path, found: Days) -> None:
    """Write beside and rename: another process reads the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npy", delete=False) as file:
        np.save(file, found)
    Path(file.name).replace(path)
