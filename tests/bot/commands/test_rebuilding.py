"""An index computed from a file of its constituents."""

from pathlib import Path

from tests.bot.conftest import Whyup

HEADER = "session,code,sector,price,reference,shares,fx"
# 100 shares at 10 and 50 at 20; on the second day the first gains 10 %: (1100 + 1000) / 2000 = 1.05.
ROWS = (
    "2024-09-27,600000.SH,banks,10,10,100,1", "2024-09-27,600519.SH,liquor,20,20,50,1",
    "2024-09-30,600000.SH,banks,11,10,100,1", "2024-09-30,600519.SH,liquor,20,20,50,1",
)  # fmt: skip


def written(folder: Path, *rows: str) -> str:
    file = folder / "constituents.csv"
    file.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
    return str(file)


def test_the_last_level_is_told_and_the_levels_are_written(whyup: Whyup, tmp_path: Path) -> None:
    out = tmp_path / "levels.csv"
    result = whyup("rebuild", written(tmp_path, *ROWS), "--out", str(out))
    assert result.exit_code == 0
    assert "4 rows of 2 stocks, 2 sessions from 27 Sep 2024 to 30 Sep 2024" in result.stdout
    first, second = (float(row.split(",")[1]) for row in out.read_text(encoding="utf-8").splitlines()[1:3])
    assert abs(second / first - 1.05) < 1e-12


def test_a_row_that_no_index_can_be_computed_from_is_named(whyup: Whyup, tmp_path: Path) -> None:
    result = whyup("rebuild", written(tmp_path, *ROWS[:3], "2024-09-30,600519.SH,liquor,dear,20,50,1"))
    assert result.exit_code > 0
    assert "row 5: not a number in price (dear)" in result.stderr


def test_a_file_that_is_not_there_is_named(whyup: Whyup) -> None:
    result = whyup("rebuild", "/no/such/file.csv")
    assert result.exit_code > 0
    assert "/no/such/file.csv cannot be used" in result.stderr


def test_an_unknown_index_to_compare_with_is_named(whyup: Whyup, tmp_path: Path) -> None:
    result = whyup("rebuild", written(tmp_path, *ROWS), "--compare", "NASDAQ")
    assert result.exit_code > 0
    assert "NASDAQ" in result.stderr
