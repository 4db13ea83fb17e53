"""A published series for tests: closes only."""

from collections.abc import Sequence

import numpy as np

from index.bars import Bars


def bars(days: Sequence[str], closes: Sequence[float]) -> Bars:
    close = np.array(closes, np.float64)
    unknown = np.full(len(close), np.nan)
    sources = ("publisher",) * len(close)
    sessions = np.array(days, "datetime64[D]")
    return Bars("000001.SH", sessions, unknown, unknown, unknown, close, unknown, unknown, sources)
