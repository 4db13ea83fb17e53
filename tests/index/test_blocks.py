"""Rows checked together are judged as each is alone."""

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.blocks import check_all
from index.kinds import KINDS
from index.quality import Checked, Rejected, check
from index.sessions import BEIJING

NOW = datetime(2025, 5, 30, 16, tzinfo=BEIJING)
Cells = tuple[str, ...]
GOOD: dict[str, Cells] = {
    "bars": ("000001.SH", "2024-09-30", "3147.21", "3358.48", "3147.21", "3336.50", "86431230000", "1161296000000"),
    "etf": ("510050", "2024-09-30", "3.135", "", ""),
    "releases": ("2024-09-30", "pmi_manufacturing", "", "49.8", "49.4", "49.1", "index"),
    "headlines": ("2024-09-27T09:00:00+08:00", "降准0.5个百分点", "CCTV", "", "zh"),
    "constituents": ("2024-09-30", "600519", "Consumer", "1748", "1588.98", "1256197800", "1"),
}
DAMAGE = (
    "", "-", "nan", "inf", "1e999", "-1", "0", "1_000", "１２３", "1,000", " 1", "2024-13-01", "2024-09-28",
    "2030-01-01", "\x07bell", "x" * 2_001, "🙂",
)  # fmt: skip


def one_by_one(kind: str, block: list[Cells]) -> list[Checked] | None:
    try:
        return [check(KINDS[kind], cells, NOW) for cells in block]
    except Rejected:
        return None


def together(kind: str, block: list[Cells]) -> list[Checked] | None:
    return check_all(KINDS[kind], block, NOW)


@pytest.mark.parametrize("kind", GOOD)
def test_rows_in_order_are_judged_as_each_is_alone(kind: str) -> None:
    block = [GOOD[kind]] * 3
    assert together(kind, block) == one_by_one(kind, block) != None  # noqa: E711 - both of them


@pytest.mark.parametrize("kind", GOOD)
@given(data=st.data())
def test_a_block_is_left_alone_exactly_when_one_of_its_rows_is_rejected(kind: str, data: st.DataObject) -> None:
    where = data.draw(st.integers(0, len(GOOD[kind]) - 1))
    cell = data.draw(st.sampled_from(DAMAGE) | st.text(max_size=12) | st.floats().map(repr))
    damaged = (*GOOD[kind][:where], cell, *GOOD[kind][where + 1 :])
    block = [GOOD[kind], damaged, GOOD[kind]]
    found, expected = together(kind, block), one_by_one(kind, block)
    assert found is None or found == expected
    assert found is not None or expected is None or not _is_plain(cell)


def _is_plain(cell: str) -> bool:
    """Whether nothing in a cell has to be put right before it is stored."""
    return cell.isprintable() and cell.isascii() and cell == cell.strip()


def _cut(cells: Cells) -> Cells:
    return cells[:-1]


def _none(_cells: Cells) -> Cells:
    return ()


@pytest.mark.parametrize("change", [_cut, _none])
def test_a_line_that_could_not_be_taken_apart_is_looked_at_alone(change: Callable[[Cells], Cells]) -> None:
    assert together("bars", [GOOD["bars"], change(GOOD["bars"])]) is None


def test_a_row_of_tomorrow_is_looked_at_alone() -> None:
    tomorrow = ("000001.SH", "2025-06-03", *GOOD["bars"][2:])
    assert together("bars", [GOOD["bars"], tomorrow]) is None
