"""Sessions to draw: the bundled ones, and made ones."""

import csv
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np

from bot.charts import CloseSeries
from index.bars import Bars

SAMPLE = Path(__file__).parents[3] / "index" / "sample" / "bars.csv"
UP_DAY, DOWN_DAY = date(2024, 9, 30), date(2024, 1, 22)  # +8.06 % and −2.68 %


@cache
def sample_bars(index: str = "000001.SH") -> Bars:
    with SAMPLE.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["index"] == index]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    days = np.array(columns.pop("session"), dtype="datetime64[D]")
    numbers = {
        name: np.array([float(cell or "nan") for cell in cells]) for name, cells in columns.items() if name != "index"
    }
    return Bars(index=index, sessions=days, sources=("sample",) * len(rows), **numbers)


def sample_series(session: date, length: int = 60) -> CloseSeries:
    return CloseSeries.until(sample_bars(), session, length)


def made_series(closes: list[float | None], turnover: list[float | None] | None = None) -> CloseSeries:
    """Consecutive days with closes alone, the last one marked."""
    days = tuple(date(2024, 3, 1) + timedelta(days=number) for number in range(len(closes)))
    unknown = (None,) * len(days)
    return CloseSeries(days, unknown, unknown, unknown, tuple(closes), tuple(turnover or unknown), marked=days[-1])
