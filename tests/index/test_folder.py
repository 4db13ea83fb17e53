"""The documented folder format, as people and publishers really write it."""

import gzip
from pathlib import Path

import pytest

from index.errors import FolderUnreadable
from index.sources.folder import files, publishers
from index.store import Store

from .folders import BAR, HEADERS, NOW, faults, load, write


def test_files_may_be_plain_compressed_or_split(folder: Path) -> None:
    for name in ("bars.csv", "headlines_2023.csv.gz", "headlines_2024.csv"):
        write(folder, name)
    assert [(file.path.name, file.kind.name) for file in files(folder)] == [
        ("bars.csv", "bars"),
        ("headlines_2023.csv.gz", "headlines"),
        ("headlines_2024.csv", "headlines"),
    ]


@pytest.mark.parametrize("name", ["README.md", "bars.xlsx", "prices.csv", "bars", ".csv", "publishers.csv"])
def test_what_is_no_file_of_the_format_is_left_alone(folder: Path, name: str) -> None:
    (folder / name).write_text("anything", encoding="utf-8")
    with pytest.raises(FolderUnreadable, match="no figure files"):
        files(folder)


def test_a_missing_folder_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(FolderUnreadable) as error:
        files(tmp_path / "nowhere")
    assert error.value.path == str(tmp_path / "nowhere")


def test_columns_may_stand_in_any_order_and_others_beside_them(store: Store, folder: Path) -> None:
    (folder / "rates.csv").write_text("note,value,series,date\nfixing,7.01,usdcny,2024-09-30\n", encoding="utf-8")
    report = load(store, folder)
    assert (report.total("new"), faults(report)) == (1, [])


def test_a_byte_order_mark_and_windows_line_ends_are_read(store: Store, folder: Path) -> None:
    text = f"{HEADERS['bars']}\r\n{BAR}\r\n"
    (folder / "bars.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load(store, folder).total("new") == 1


def test_a_missing_column_breaks_its_file_only(store: Store, folder: Path) -> None:
    (folder / "bars.csv").write_text("index,session,close\n000001.SH,2024-09-30,3336.5\n", encoding="utf-8")
    write(folder, "rates.csv", "usdcny,2024-09-30,7.01")
    bars, rates = load(store, folder).files
    assert "open" in bars.broken
    assert rates.new == 1


def test_a_cut_off_archive_keeps_the_rows_before_the_cut(store: Store, folder: Path) -> None:
    rows = [f"usdcny,2024-0{1 + day // 28}-{1 + day % 28:02},7.{day:04}" for day in range(200)]
    whole = gzip.compress("\n".join((HEADERS["rates"], *rows, "")).encode(), compresslevel=0)
    (folder / "rates.csv.gz").write_bytes(whole[: len(whole) // 2])
    (report,) = load(store, folder).files
    assert report.broken
    assert store.count("rates") == report.new > 0


def test_an_empty_file_is_reported(store: Store, folder: Path) -> None:
    (folder / "bars.csv").touch()
    (report,) = load(store, folder).files
    assert "no column" in report.broken


def test_bytes_that_are_no_utf8_lose_their_line_only(store: Store, folder: Path) -> None:
    path = write(folder, "headlines.csv", "2024-09-30T19:00,晚间新闻,CCTV,,zh", "2024-09-30,second,CCTV,,en")
    path.write_bytes(path.read_bytes().replace("晚".encode(), b"\xff\xfe"))
    report = load(store, folder)
    assert faults(report) == [("headlines.csv", 2, "unreadable", "")]
    assert report.total("new") == 1


def test_a_stray_quotation_mark_swallows_no_other_row(store: Store, folder: Path) -> None:
    write(folder, "headlines.csv", '2024-09-30,"never closed,CCTV,,en', "2024-09-30,next,CCTV,,en")
    report = load(store, folder)
    assert [line for _, line, _, _ in faults(report)] == [2]
    assert report.total("new") == 1


def test_a_quoted_cell_may_hold_commas_and_quotation_marks(store: Store, folder: Path) -> None:
    write(folder, "headlines.csv", '2024-09-30,"Stocks, ""up""",CCTV,,en')
    load(store, folder)
    assert [row["title"] for row in store.rows("headlines", NOW)] == ['Stocks, "up"']


def test_publishers_are_named_by_series_then_by_file_then_by_folder(folder: Path) -> None:
    named = "file,subject,publisher\nbars,000001.SH,East Money\nmargin,,Shanghai Stock Exchange\n"
    (folder / "publishers.csv").write_text(named, encoding="utf-8")
    write(folder, "bars.csv")
    write(folder, "margin.csv")
    write(folder, "rates.csv")
    bars, margin, rates = (file.kind for file in files(folder))
    listed = publishers(folder)
    assert [
        listed.of(bars, "000001.SH"),
        listed.of(bars, "HSI"),
        listed.of(margin, "SSE"),
        listed.of(rates, "dxy"),
    ] == [
        "East Money",
        "folder",
        "Shanghai Stock Exchange",
        "folder",
    ]
