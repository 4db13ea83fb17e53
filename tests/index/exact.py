"""Levels in 50-digit decimal arithmetic, by the textbook's formula: the other route to what the module computes."""

from collections.abc import Iterator
from decimal import Decimal, localcontext

import numpy as np
import pandas as pd

from index.bars import Numbers

DIGITS = 50


def history(sessions: int, stocks: int, seed: int = 1990) -> pd.DataFrame:
    """Random walks with a share change every hundred sessions, in two currencies."""
    random = np.random.default_rng(seed)
    steps = random.normal(0, 0.02, (sessions + 1, stocks))
    prices = np.round(20 * np.exp(np.cumsum(steps - steps.mean(axis=0), axis=0)), 2) + 0.01
    shares = np.round(1e9 * 1.01 ** (np.arange(sessions)[:, np.newaxis] // 100 + np.arange(stocks)))
    return pd.DataFrame(
        {
            "session": np.repeat(pd.bdate_range("1990-12-19", periods=sessions).as_unit("s"), stocks),
            "code": np.tile([f"{600000 + stock}.SH" for stock in range(stocks)], sessions),
            "price": prices[1:].ravel(),
            "reference": prices[:-1].ravel(),
            "shares": shares.ravel(),
            "fx": np.tile(np.where(np.arange(stocks) % 4 == 0, 7.1, 1.0), sessions),
        }
    )


def exact_levels(rows: pd.DataFrame, ours: Numbers, base: int = 100) -> Iterator[tuple[Decimal, Decimal]]:
    """Each session's exact level beside ours; ``level · ΣPSF / ΣRSF``, session by session."""
    with localcontext(prec=DIGITS):
        exact = Decimal(base)
        for (_, day), level in zip(rows.groupby("session"), ours, strict=True):
            exact *= _worth(day, "price") / _worth(day, "reference")
            yield exact, Decimal(float(level))


def _worth(day: pd.DataFrame, column: str) -> Decimal:
    cells = zip(day[column].tolist(), day["shares"].tolist(), day["fx"].tolist(), strict=True)
    return sum((Decimal(price) * Decimal(shares) * Decimal(fx) for price, shares, fx in cells), Decimal(0))
