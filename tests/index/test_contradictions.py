"""What publishers contradict each other about, and what one of them revised."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from index.live.crosscheck import Verdict
from index.reader import Reader
from index.store import Store

from .folders import BAR, NOW, load, write

DAY = date(2024, 9, 30)


def said(store: Store, tmp_path: Path, *closes: tuple[str, str]) -> list[tuple[int, str, str]]:
    """Import one folder for each publisher and close, a day apart; what is doubtful in the last."""
    for days, (publisher, close) in enumerate(closes):
        part = tmp_path / publisher
        part.mkdir(exist_ok=True)
        write(part, "bars.csv", BAR.replace("3336.50", close))
        report = load(store, part, NOW + timedelta(days=days))
    return [(one.line, one.fault.code, one.fault.cell) for file in report.files for one in file.doubtful]


def verdict(store: Store) -> Verdict | None:
    return Reader(store).verdict("000001.SH", DAY, "B")


def test_two_publishers_that_differ_are_reported_with_both_closes(store: Store, tmp_path: Path) -> None:
    found = said(store, tmp_path, ("A", "3336.50"), ("B", "3335.50"))
    assert found == [(2, "differs", "A 3336.5 ≠ B 3335.5")]
    assert verdict(store) is Verdict.DISPUTED


def test_who_repeats_itself_still_differs(store: Store, tmp_path: Path) -> None:
    found = said(store, tmp_path, ("A", "3336.50"), ("B", "3335.50"), ("A", "3336.50"))
    assert found == [(2, "differs", "A 3336.5 ≠ B 3335.5")]


@pytest.mark.parametrize("close", ["3336.50", "3336.51", "33365.0"], ids=["same", "rounded", "a leap"])
def test_what_is_the_same_close_or_cannot_be_one_is_no_dispute(store: Store, tmp_path: Path, close: str) -> None:
    bars = tmp_path / "bars"
    bars.mkdir()
    before = ("2024-09-25,,,,2896.31,,", "2024-09-26,,,,3000.95,,", "2024-09-27,,,,3087.53,,")
    write(bars, "bars.csv", *(f"000001.SH,{row}" for row in before))
    load(store, bars)
    one, other = tmp_path / "A", tmp_path / "B"
    for part, told in ((one, "3336.50"), (other, close)):
        part.mkdir()
        write(part, "bars.csv", f"000001.SH,2024-09-30,,,,{told},,")
        load(store, part)
    assert verdict(store) is None


def test_a_publisher_that_revises_its_own_close_disputes_nothing(store: Store, tmp_path: Path) -> None:
    found = said(store, tmp_path, ("A", "3336.50"), ("A", "3335.50"))
    assert found == [(2, "revised", "3336.5 → 3335.5")]
    assert verdict(store) is None
    assert len(store.every_row("bars")) == 2


def test_a_dispute_ends_when_a_publisher_comes_round(store: Store, tmp_path: Path) -> None:
    found = said(store, tmp_path, ("A", "3336.50"), ("B", "3335.50"), ("B", "3336.50"))
    assert [code for _, code, _ in found] == ["revised"]
    assert verdict(store) is None
