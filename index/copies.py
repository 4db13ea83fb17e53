"""Rows that show the session before under a session's date, as tables do until the session has traded."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from index.store import Store

FIGURES = ("open", "high", "low", "close", "volume_shares")  # of which no session repeats all of the one before

Values = Mapping[str, Any]
Figures = tuple[float | None, ...]


class Copies:
    """Tells a copy of the session before by the bars that are stored and those that are added."""

    def __init__(self, store: Store, at: datetime) -> None:
        self._store, self._at = store, at
        self._bars: dict[str, dict[str, Figures]] = {}

    def add(self, row: Values) -> None:
        """Remember a bar that is about to be stored."""
        self._of(row["index"])[row["session"]] = tuple(row[name] for name in FIGURES)

    def is_copy(self, row: Values) -> bool:
        """Whether a bar repeats every figure of the last one before it."""
        bars = self._of(row["index"])
        before = max((session for session in bars if session < row["session"]), default="")
        return bars.get(before) == tuple(row[name] for name in FIGURES)

    def _of(self, index: str) -> dict[str, Figures]:
        if index not in self._bars:
            self._bars[index] = self._stored(index)
        return self._bars[index]

    def _stored(self, index: str) -> dict[str, Figures]:
        bars = self._store.bars(index, self._at)
        columns = (getattr(bars, name).tolist() for name in FIGURES)
        figures = (tuple(None if np.isnan(cell) else cell for cell in row) for row in zip(*columns, strict=True))
        return dict(zip(bars.sessions.astype(str).tolist(), figures, strict=True))
