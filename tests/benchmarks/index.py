"""The index arithmetic beside plain numpy and pandas: ``python -m tests.benchmarks.index [ROUNDS]``.

2,300 stocks, 8,600 sessions, 28 sectors, generated: stocks are listed over time and some are delisted, 2 % trade in
another currency. Every contender delivers the level and 28 sector contributions of every session.
"""

import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from index.bars import Bars, Numbers
from index.contributions import by, levels_and_points
from index.history import table as table_of_moves
from index.level import compute, extend
from index.panel import Panel, prepare
from tests.index.exact import DIGITS, exact_levels, history

STOCKS, SESSIONS, SECTORS = 2_300, 8_600, 28
DELISTED, FOREIGN = 0.06, 0.02
BLOCK = 32  # sessions; the fastest size for the reference too
SLICE = 400  # sessions of the day loop, which takes the same time for each
APPENDED = 21
DRIFT_SESSIONS, DRIFT_STOCKS = 8_768, 60
MIB = 2**20

Sector = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """One row a constituent and session, in the order of both; `stock`, `session` and `sector` are positions."""

    session: NDArray[np.intp]
    stock: NDArray[np.intp]
    sector: Sector  # by stock
    price: Numbers
    reference: Numbers
    shares: Numbers
    fx: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Matrices:
    """The same as sessions x stocks, the stocks in the order of their sectors; nought where one is no constituent."""

    price: Numbers
    reference: Numbers
    shares: Numbers
    fx: Numbers
    first_of_sector: NDArray[np.intp]


def generate(seed: int = 7) -> Market:
    """A market that grows as Shanghai's did."""
    dice = np.random.default_rng(seed)
    listed = np.minimum(dice.beta(1.1, 1.0, STOCKS) * SESSIONS, SESSIONS - 50).astype(np.intp)
    listed[:8] = 0  # as many as there were on the first day
    gone = np.where(dice.random(STOCKS) < DELISTED, dice.integers(listed + 40, SESSIONS + 1), SESSIONS)
    alive = np.arange(SESSIONS)[:, np.newaxis]
    session, stock = np.nonzero((alive >= listed) & (alive < gone))
    reference = np.exp(dice.normal(2, 0.8, len(session)))
    return Market(
        session=session,
        stock=stock,
        sector=dice.integers(0, SECTORS, STOCKS),
        price=reference * np.exp(dice.normal(0, 0.02, len(session))),
        reference=reference,
        shares=np.exp(dice.normal(19, 1, STOCKS))[stock],
        fx=np.where(dice.random(STOCKS) < FOREIGN, 7.1, 1.0)[stock],
    )


def long_table(market: Market) -> pd.DataFrame:
    """The documented format, with text as codes and sectors."""
    codes = np.array([f"{600000 + stock}.SH" for stock in range(STOCKS)])
    names = np.array([f"sector {sector:02d}" for sector in range(SECTORS)])
    return pd.DataFrame(
        {
            "session": pd.bdate_range("1990-12-19", periods=SESSIONS)[market.session],
            "code": codes[market.stock],
            "sector": names[market.sector[market.stock]],
            "price": market.price,
            "reference": market.reference,
            "shares": market.shares,
            "fx": market.fx,
        }
    )


def matrices(market: Market) -> Matrices:
    """The reference's own preparation, not counted."""
    order = np.argsort(market.sector, kind="stable")
    column = np.empty(STOCKS, np.intp)
    column[order] = np.arange(STOCKS)

    def dense(values: Numbers) -> Numbers:
        matrix = np.zeros((SESSIONS, STOCKS))
        matrix[market.session, column[market.stock]] = values
        return matrix

    first = np.searchsorted(market.sector[order], np.arange(SECTORS))
    return Matrices(*map(dense, (market.price, market.reference, market.shares, market.fx)), first)


def blocked_numpy(dense: Matrices) -> tuple[Numbers, Numbers]:
    """The reference: whole matrices, a few sessions at a time, sectors by reduceat."""
    gains, before = np.empty((SESSIONS, SECTORS)), np.empty(SESSIONS)
    for start in range(0, SESSIONS, BLOCK):
        rows = slice(start, start + BLOCK)
        weight, reference = dense.shares[rows] * dense.fx[rows], dense.reference[rows]
        before[rows] = (reference * weight).sum(axis=1)
        gains[rows] = np.add.reduceat((dense.price[rows] - reference) * weight, dense.first_of_sector, axis=1)
    return _chained(gains, before)


def pandas_groupby(table: pd.DataFrame) -> tuple[Numbers, Numbers]:
    """What one would write in pandas."""
    weight = table["shares"] * table["fx"]
    gain = (table["price"] - table["reference"]) * weight
    worth = table.assign(gain=gain, before=table["reference"] * weight)
    by_sector = worth.pivot_table(["gain", "before"], "session", "sector", aggfunc="sum", fill_value=0.0)
    return _chained(by_sector["gain"].to_numpy(), by_sector["before"].to_numpy().sum(axis=1))


def pandas_day_loop(table: pd.DataFrame) -> tuple[Numbers, Numbers]:
    """What one would write first: a session at a time."""
    level, levels, points = 100.0, [], []
    for _, day in table.groupby("session"):
        weight = day["shares"] * day["fx"]
        gain, before = (day["price"] - day["reference"]) * weight, (day["reference"] * weight).sum()
        points.append(gain.groupby(day["sector"]).sum() * (level / before))
        level += points[-1].sum()
        levels.append(level)
    return np.array(levels), np.concatenate(points)


def _chained(gains: Numbers, before: Numbers) -> tuple[Numbers, Numbers]:
    levels = np.cumprod(np.concatenate(([100.0], 1 + gains.sum(axis=1) / before)))
    return levels[1:], gains * (levels[:-1] / before)[:, np.newaxis]


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    begun = perf_counter()
    work()
    return perf_counter() - begun


def extra_mib(work: Callable[[], object]) -> float:
    """The peak of what one call allocates beyond what stood before, its result included."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / MIB


def appended_ms(table: pd.DataFrame) -> dict[str, list[float]]:
    """One session appended, with the points of its stocks and sectors: milliseconds, with and without the files."""
    last = table[table["session"] == table["session"].iloc[-1]].reset_index(drop=True)
    levels = compute(table[table["session"] < last["session"].iloc[0]])
    with tempfile.TemporaryDirectory() as folder:
        last.to_parquet(Path(folder) / "day.parquet")
        works = {
            "one session appended": lambda: _append(levels, last),
            "the same, read and written as Parquet": lambda: _append_files(levels, Path(folder)),
        }
        return {name: [1e3 * seconds(work) for _ in range(APPENDED)] for name, work in works.items()}


def _append(levels: pd.DataFrame, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    day, base = prepare(rows, "sector"), float(levels["level"].iloc[-1])
    return extend(levels, day), pd.concat([by(day, "code", base), by(day, "sector", base)])


def _append_files(levels: pd.DataFrame, folder: Path) -> None:
    extended, points = _append(levels, pd.read_parquet(folder / "day.parquet"))
    extended.tail(1).to_parquet(folder / "level.parquet")
    points.to_parquet(folder / "points.parquet")


def drift() -> float:
    """The greatest relative distance from exact arithmetic over the exchange's whole history."""
    rows = history(DRIFT_SESSIONS, DRIFT_STOCKS)
    ours = compute(rows)["level"].to_numpy()
    return max(abs(float(exact / level) - 1) for exact, level in exact_levels(rows, ours))


def compare(rounds: int) -> Iterable[tuple[str, ...]]:
    """All contenders in turn, round after round."""
    market = generate()
    table, dense = long_table(market), matrices(market)
    panel: Panel = prepare(table, "sector")
    contenders: dict[str, Callable[[], object]] = {
        "blocked numpy (the reference)": lambda: blocked_numpy(dense),
        "ours, on a prepared panel": lambda: levels_and_points(panel, "sector"),
        "ours, from the long table": lambda: levels_and_points(table, "sector"),
    }
    times = [{name: seconds(work) for name, work in contenders.items()} for _ in range(rounds + 1)][1:]
    reference = next(iter(contenders))
    for name, work in contenders.items():
        yield _row(name, [one[name] for one in times], [one[reference] for one in times], extra_mib(work))
    shuffled = table.sample(frac=1.0, random_state=1)
    any_order = seconds(lambda: levels_and_points(shuffled, "sector"))
    yield _row("ours, from rows in any order", [any_order], [times[-1][reference]], None)
    groupby = seconds(lambda: pandas_groupby(table))
    yield _row("pandas groupby, long table", [groupby], [times[-1][reference]], None)
    few = table[table["session"].isin(panel.sessions[-SLICE:])]
    loop = seconds(lambda: pandas_day_loop(few)) * SESSIONS / SLICE
    yield _row(f"pandas day loop, scaled from {SLICE} sessions", [loop], [times[-1][reference]], None)
    for name, taken in appended_ms(table).items():
        yield name, f"{median(taken):.1f} ms", "", f"to {max(taken):.1f} ms", ""
    _agree(blocked_numpy(dense), levels_and_points(table, "sector"), pandas_groupby(table))


def _row(name: str, times: list[float], reference: list[float], extra: float | None) -> tuple[str, ...]:
    ratios = [own / other for own, other in zip(times, reference, strict=True)]
    memory = "" if extra is None else f"{extra:.0f}"
    return (
        name,
        f"{median(times) * 1e3:.0f} ms",
        f"{median(ratios):.2f}",
        f"{min(ratios):.2f}-{max(ratios):.2f}",
        memory,
    )


def _agree(
    dense: tuple[Numbers, Numbers], ours: tuple[pd.DataFrame, pd.DataFrame], plain: tuple[Numbers, Numbers]
) -> None:
    levels, points = ours
    np.testing.assert_allclose(levels["level"], dense[0], rtol=1e-12)
    np.testing.assert_allclose(plain[0], dense[0], rtol=1e-12)
    wide = points.pivot_table("points", "session", "key", fill_value=0.0)
    np.testing.assert_allclose(wide, dense[1], rtol=1e-9, atol=1e-9)


def moves_ms(rounds: int) -> list[float]:
    """What the moves of a whole history take."""
    close = 100 * np.exp(np.cumsum(np.random.default_rng(7).normal(0, 0.015, SESSIONS)))
    sessions = np.array("1990-12-19", dtype="datetime64[D]") + np.arange(SESSIONS)
    bars = Bars("000001.SH", sessions, close, close, close, close, close, close, ("generated",) * SESSIONS)
    return [1e3 * seconds(lambda: table_of_moves(bars)) for _ in range(rounds + 1)][1:]


def main() -> None:
    """Print one table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    shown = Table(
        "contender", "median", "ratio", "range", "extra MiB", title=f"{STOCKS:,} x {SESSIONS:,}, {SECTORS} sectors"
    )
    for row in compare(rounds):
        shown.add_row(*row)
    shown.add_row(f"drift after {DRIFT_SESSIONS:,} sessions, {DIGITS} digits", f"{drift():.1e}", "", "", "")
    moves = moves_ms(rounds)
    shown.add_row(f"all moves over {SESSIONS:,} sessions", f"{median(moves):.0f} ms", "", f"to {max(moves):.0f} ms", "")
    Console(width=120).print(shown)


if __name__ == "__main__":
    main()
