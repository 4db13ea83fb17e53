"""A file of constituents rebuilt into an index."""

import gzip
import os
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from index.errors import ConstituentsInvalid, FolderUnreadable
from index.rebuild import rebuild
from tests.index.published import bars

SHARED = Path(os.environ.get("WHYUP_SHARED", Path(__file__).parents[3] / "shared"))
HISTORY = SHARED / "history"

HEADER = "session,code,sector,price,reference,shares,fx"
LINES = (
    "2024-09-23,600000.SH,bank,11,10,40,1",
    "2024-09-23,600519.SH,liquor,39,40,15,1",
    "2024-09-24,600000.SH,bank,11,11,40,1",
    "2024-09-24,600519.SH,liquor,40,39,15,1",
    "2024-09-25,600000.SH,bank,12,11,40,1",
    "2024-09-25,600519.SH,liquor,40,40,15,1",
)
# 1,000 before the first session, then 1,025, 1,040, 1,080
LEVELS = [102.5, 104.0, 108.0]


def written(folder: Path, *lines: str, header: str = HEADER, name: str = "constituents.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path, *LINES)


def refused_rows(path: Path) -> list[tuple[int | None, str, str]]:
    with pytest.raises(ConstituentsInvalid) as refused:
        rebuild(path)
    return [(fault.row, fault.code, fault.column) for fault in refused.value.rows]


def test_levels_are_rebuilt(path: Path) -> None:
    rebuilt = rebuild(path)
    assert rebuilt.levels["level"].tolist() == pytest.approx(LEVELS)
    assert (rebuilt.rows, rebuilt.stocks, rebuilt.first.day, rebuilt.last.day) == (6, 2, 23, 25)


def test_a_gzipped_file_and_parquet_give_the_same(path: Path, tmp_path: Path) -> None:
    zipped = tmp_path / "constituents.csv.gz"
    zipped.write_bytes(gzip.compress(path.read_bytes()))
    parquet = tmp_path / "constituents.parquet"
    pd.read_csv(path).to_parquet(parquet)
    assert rebuild(zipped).levels.equals(rebuild(path).levels)
    assert rebuild(parquet).levels.equals(rebuild(path).levels)


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "parquet"])
def test_levels_divisors_and_sector_points_are_written(path: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"levels.{suffix}"
    rebuild(path, out)
    written_out = pd.read_parquet(out) if suffix == "parquet" else pd.read_csv(out)
    assert list(written_out) == ["session", "level", "divisor", "points_bank", "points_liquor"]
    assert written_out["level"].tolist() == rebuild(path).levels["level"].tolist()
    assert written_out["points_bank"].tolist() == pytest.approx([4, 0, 4])


def test_a_file_without_sectors_has_levels_only(tmp_path: Path) -> None:
    plain = written(tmp_path, "2024-09-23,a,11,10,40,1", header="session,code,price,reference,shares,fx")
    rebuild(plain, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().splitlines()[0] == "session,level,divisor"


def test_levels_start_from_the_published_close_before(path: Path) -> None:
    published = bars(["2024-09-20", "2024-09-23", "2024-09-24", "2024-09-25"], [2700, 2760, 2800, 2900])
    rebuilt = rebuild(path, published=published)
    assert rebuilt.levels["level"].tolist() == pytest.approx([27 * level for level in LEVELS])
    assert rebuilt.tracking is not None
    assert rebuilt.tracking.changes == 2


def test_the_rest_of_the_last_official_change_is_shown(path: Path) -> None:
    """On the last day the banks gain 40 of 1,040, and the index 100 of 2,600 at the same time."""
    published = bars(["2024-09-24", "2024-09-25"], [2600, 2720])
    last = rebuild(path, published=published).last_session
    assert last is not None
    assert {part.name: part.points_pts for part in last.parts} == {"bank": Decimal("100.00"), "liquor": Decimal("0.00")}
    assert (last.residual_pts, last.change_pts) == (Decimal("20.00"), Decimal("120.00"))


def test_without_a_published_series_nothing_is_compared(path: Path) -> None:
    assert (rebuild(path).tracking, rebuild(path).last_session) == (None, None)


def test_progress_ends_with_all_bytes(path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    rebuild(path, progress=lambda *step: told.append(step))
    assert told[-1] == ("constituents.csv", path.stat().st_size, path.stat().st_size)


@pytest.mark.parametrize(
    ("line", "row", "code", "column"),
    [
        pytest.param("2024-09-26,600000.SH,bank,,11,40,1", 8, "missing", "price", id="no price"),
        pytest.param("2024-09-26,600000.SH,bank,-1,11,40,1", 8, "not_positive", "price", id="a negative price"),
        pytest.param("2024-09-26,600000.SH,bank,11,11,0,1", 8, "not_positive", "shares", id="no shares"),
        pytest.param("2024-09-26,600000.SH,bank,twelve,11,40,1", 8, "not_a_number", "price", id="a word"),
        pytest.param("2024-09-26,600000.SH,bank,nan,11,40,1", 8, "missing", "price", id="a price of nan"),
        pytest.param("2024-09-26,,bank,12,11,40,1", 8, "missing", "code", id="no code"),
        pytest.param(",600000.SH,bank,12,11,40,1", 8, "missing", "session", id="no session"),
        pytest.param("26.9.2024,600000.SH,bank,12,11,40,1", 8, "not_a_date", "session", id="no ISO date"),
        pytest.param("2024-09-26,600000.SH,bank,12,11,40", 8, "columns", "", id="a cell too few"),
        pytest.param("2024-09-25,600000.SH,bank,12,11,40,1", 8, "duplicate", "code", id="the same row again"),
        pytest.param("2024-09-25,600000.SH,bank,13,11,40,1", 8, "contradicts", "code", id="another price"),
        pytest.param("2024-09-26,600000.SH,bank,1200,12,40,1", 8, "implausible", "price", id="cents for yuan"),
        pytest.param("2024-09-26,600000.SH,bank,1.2,12,40,1", 8, "implausible", "price", id="a misplaced point"),
    ],
)
def test_a_bad_row_is_named_with_its_line(tmp_path: Path, line: str, row: int, code: str, column: str) -> None:
    assert refused_rows(written(tmp_path, *LINES, line)) == [(row, code, column)]


def test_empty_lines_are_counted_but_are_no_rows(tmp_path: Path) -> None:
    assert refused_rows(written(tmp_path, "", *LINES, "", "2024-09-26,a,bank,0,11,40,1"))[0][0] == 10


def test_rows_of_parquet_are_counted_from_one(tmp_path: Path, path: Path) -> None:
    bad = pd.read_csv(path)
    bad.loc[3, "price"] = -1.0
    bad.to_parquet(tmp_path / "bad.parquet")
    assert refused_rows(tmp_path / "bad.parquet") == [(4, "not_positive", "price")]


def test_a_lacking_column_is_named(tmp_path: Path) -> None:
    lacking = written(tmp_path, "2024-09-23,a,1,1", header="session,code,price,reference")
    assert refused_rows(lacking) == [(None, "no_column", "shares"), (None, "no_column", "fx")]


def test_a_header_alone_is_empty(tmp_path: Path) -> None:
    assert refused_rows(written(tmp_path)) == [(None, "empty", "")]


def test_an_empty_file_lacks_its_columns(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    assert refused_rows(empty)[0] == (None, "no_column", "session")


def test_quotation_marks_and_a_byte_order_mark_are_read(tmp_path: Path, path: Path) -> None:
    quoted = [",".join(f'"{cell}"' for cell in line.split(",")) for line in (HEADER, *LINES)]
    marked = tmp_path / "quoted.csv"
    marked.write_text("\r\n".join(quoted) + "\r\n", encoding="utf-8-sig")
    assert rebuild(marked).levels.equals(rebuild(path).levels)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gbk.csv"
    path.write_bytes(f"{HEADER}\n2024-09-23,600000.SH,银行,11,10,40,1\n".encode("gbk"))
    assert refused_rows(path)[0][1] == "unreadable"


@pytest.mark.parametrize("name", ["absent.csv", "absent.parquet"])
def test_an_absent_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FolderUnreadable):
        rebuild(tmp_path / name)


def test_a_torn_archive_is_refused(tmp_path: Path, path: Path) -> None:
    torn = tmp_path / "torn.csv.gz"
    torn.write_bytes(gzip.compress(path.read_bytes() * 1000)[:-20])
    with pytest.raises((FolderUnreadable, ConstituentsInvalid)):
        rebuild(torn)


def test_damaged_parquet_is_refused(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.parquet"
    damaged.write_bytes(b"PAR1 and nothing else")
    assert refused_rows(damaged)[0][1] == "unreadable"


def test_a_reference_that_jumps_alone_is_doubted(tmp_path: Path) -> None:
    jump = written(tmp_path, *LINES, "2024-09-26,600000.SH,bank,6,6,40,1")
    doubts = rebuild(jump).doubts
    assert [(doubt.row, doubt.code, doubt.column) for doubt in doubts] == [(8, "implausible", "reference")]


def test_a_reference_that_jumps_with_the_shares_is_not(tmp_path: Path) -> None:
    split = written(tmp_path, *LINES, "2024-09-26,600000.SH,bank,6,6,80,1")
    assert rebuild(split).doubt_count == 0


@pytest.mark.skipif(not HISTORY.exists(), reason="the development history is not on this machine")
def test_the_large_stocks_of_the_history_follow_the_composite() -> None:
    """The history's own notes say 0.93 and 47 hundredths of a percent a day: a survivors' list, by tradable shares."""
    published = pd.read_csv(HISTORY / "bars.csv.gz").query("index == '000001.SH'")
    rebuilt = rebuild(
        HISTORY / "constituents.csv.gz", published=bars(published["session"].tolist(), published["close"].tolist())
    )
    assert rebuilt.tracking is not None
    assert rebuilt.tracking.correlation == pytest.approx(0.93, abs=0.005)
    assert rebuilt.tracking.apart_bp == pytest.approx(47, abs=0.5)
    last = rebuilt.last_session
    assert last is not None
    assert sum(part.points_pts for part in last.parts) + last.residual_pts == last.change_pts
