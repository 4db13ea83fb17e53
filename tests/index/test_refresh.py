"""Whole folders on their way into the store."""

import os
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import refresh
from index.refresh import ImportReport, load_folder
from index.store import Row, Store, stamp

from .folders import BAR, HEADERS, NOW, faults, load, write

SAMPLE = Path(__file__).parents[2] / "index" / "sample"
HISTORY = Path(os.environ.get("WHYUP_SHARED", Path(__file__).parents[3] / "shared")) / "history"
FUTURE = datetime(9999, 1, 1, tzinfo=UTC)


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """What the store answers, without the moments at which rows came in."""
    return {
        kind: [(*row.values.values(), row.publisher, row.published_at) for row in store.rows(kind, FUTURE)]
        for kind in HEADERS
    }


def test_the_sample_is_imported_without_a_complaint(store: Store) -> None:
    report = load(store, SAMPLE)
    assert (report.total("rejected"), [file.broken for file in report.files if file.broken]) == (0, [])
    # SAMPLE.md's table of rows
    assert report.read_by_kind() == {
        "bars": 2891, "etf": 432, "sectors": 1921, "northbound": 380, "margin": 181,
        "releases": 259, "rates": 420, "events": 60,
    }  # fmt: skip
    assert report.total("new") == report.total("read")


def test_importing_twice_changes_nothing(store: Store) -> None:
    load(store, SAMPLE)
    before = everything(store)
    report = load(store, SAMPLE, NOW + timedelta(days=1))
    assert report.total("new") == 0
    assert everything(store) == before


def test_a_number_written_another_way_is_the_same_figure(store: Store, folder: Path) -> None:
    write(folder, "bars.csv", BAR)
    load(store, folder)
    write(folder, "bars.csv", BAR.replace("3336.50", "3336.5").replace("1158000000000", "1.158e12"))
    assert load(store, folder).total("new") == 0


def test_a_corrected_file_adds_a_revision_known_from_its_import(store: Store, folder: Path) -> None:
    write(folder, "bars.csv", BAR)
    load(store, folder)
    corrected_at = NOW + timedelta(days=2)
    write(folder, "bars.csv", BAR.replace("3336.50", "3336.05"))
    assert load(store, folder, corrected_at).total("new") == 1
    closes = [store.bars("000001.SH", at).close.tolist() for at in (corrected_at - timedelta(hours=1), corrected_at)]
    assert closes == [[3336.50], [3336.05]]


def test_rejected_rows_are_reported_by_file_line_and_reason_and_the_rest_is_kept(store: Store, folder: Path) -> None:
    closed, bad = BAR.replace("09-30", "09-29"), BAR.replace("09-30", "09-27").replace("3336.50", "?")
    write(folder, "bars.csv", closed, BAR, bad)
    write(folder, "rates.csv", "usdcny,2024-09-30,7.01,more")
    report = load(store, folder)
    assert faults(report) == [
        ("bars.csv", 2, "market_closed", "session"),
        ("bars.csv", 4, "not_a_number", "close"),
        ("rates.csv", 2, "columns", ""),
    ]
    assert store.count("bars") == 1


def test_of_two_lines_that_contradict_each_other_the_first_is_kept_and_the_second_reported(
    store: Store, folder: Path
) -> None:
    write(folder, "bars.csv", BAR, BAR, BAR.replace("3336.50", "3335.50"))
    report = load(store, folder)
    assert faults(report) == [("bars.csv", 4, "contradicts", "")]
    assert store.bars("000001.SH", NOW).close.tolist() == [3336.50]


FRIDAY = "000001.SH,2024-09-27,3049.10,3087.53,3017.80,3087.53,48200000000,517900000000"
COPY = FRIDAY.replace("09-27", "09-30")


@pytest.mark.parametrize("order", list(permutations((FRIDAY, COPY, BAR))), ids=str)
def test_a_copy_of_the_session_before_never_beats_the_real_row(
    store: Store, folder: Path, order: tuple[str, ...]
) -> None:
    write(folder, "bars.csv", *order)
    assert faults(load(store, folder)) == [("bars.csv", order.index(COPY) + 2, "placeholder", "")]
    assert closes(store, "000001.SH") == [3087.53, 3336.50]


def test_a_copy_of_a_session_that_an_earlier_folder_gave_is_known_as_one(store: Store, folder: Path) -> None:
    write(folder, "bars.csv", FRIDAY)
    load(store, folder)
    write(folder, "bars.csv", COPY, BAR)
    assert faults(load(store, folder)) == [("bars.csv", 2, "placeholder", "")]


def test_copies_of_two_sessions_in_a_row_are_both_left_out(store: Store, folder: Path) -> None:
    tuesday = "000001.SH,2024-10-08,3674.40,3674.40,3372.83,3489.78,110000000000,1520000000000"
    write(folder, "bars.csv", BAR.replace("09-30", "10-08"), tuesday, COPY, BAR, FRIDAY)
    report = load(store, folder, NOW + timedelta(days=1))
    assert [line for _, line, code, _ in faults(report) if code == "placeholder"] == [4, 2]
    assert closes(store, "000001.SH") == [3087.53, 3336.50, 3489.78]


def doubts(report: ImportReport) -> list[tuple[int, str]]:
    return [(found.line, found.fault.code) for file in report.files for found in file.doubtful]


def findings(report: ImportReport) -> list[tuple[str, int, str, str]]:
    """What was said about rows, as (sort, line, code, cell)."""
    return [
        (sort, found.line, found.fault.code, found.fault.cell)
        for file in report.files
        for sort, some in (("rejected", file.rejected), ("doubtful", file.doubtful))
        for found in some
    ]


WEEK = (
    "HSI,2024-09-24,,,,19000.56,,", "HSI,2024-09-25,,,,19129.10,,", "HSI,2024-09-26,,,,19924.58,,",
    "HSI,2024-09-27,,,,20632.30,,",
)  # fmt: skip


def closes(store: Store, index: str) -> list[float]:
    return store.bars(index, FUTURE).close.tolist()


def test_a_close_that_leaps_is_rejected_with_both_values(store: Store, folder: Path) -> None:
    write(folder, "bars.csv", *WEEK, "HSI,2024-09-30,,,,2113.37,,")
    assert findings(load(store, folder)) == [("rejected", 6, "leap", "20632.3 → 2113.37")]
    assert closes(store, "HSI") == [19000.56, 19129.10, 19924.58, 20632.30]
    assert [row["close"] for row in store.rows("bars", FUTURE)] == closes(store, "HSI")


def test_a_leap_is_found_in_whatever_order_the_lines_stand(store: Store, folder: Path) -> None:
    write(folder, "bars.csv", "HSI,2024-09-30,,,,2113.37,,", *reversed(WEEK))
    assert findings(load(store, folder)) == [("rejected", 2, "leap", "20632.3 → 2113.37")]


def test_two_orders_of_import_leave_the_same_figures(store: Store, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for part, rows in ((first, ("HSI,2024-09-30,,,,2113.37,,", WEEK[0])), (second, WEEK[1:])):
        part.mkdir()
        write(part, "bars.csv", *rows)
    other = Store("sqlite://")
    for part, opposite in ((first, second), (second, first)):
        load(store, part)
        load(other, opposite)
    assert everything(store) == everything(other)
    assert closes(store, "HSI") == [19000.56, 19129.10, 19924.58, 20632.30]
    other.engine.dispose()


@settings(max_examples=40, deadline=None)
@given(
    split=st.lists(st.booleans(), min_size=6, max_size=6), wrong=st.integers(0, 4), slip=st.sampled_from([0.1, 0.5, 10])
)
def test_any_two_folders_leave_the_same_figures_in_either_order(split: list[bool], wrong: int, slip: float) -> None:
    closes_of_days = dict(_days_and_closes(wrong, slip))
    lines = [f"HSI,{day},,,,{close:.2f},," for day, close in closes_of_days.items()]
    with TemporaryDirectory() as first, TemporaryDirectory() as second:
        for part, is_second in ((Path(first), False), (Path(second), True)):
            write(part, "bars.csv", *(line for line, goes in zip(lines, split, strict=True) if goes is is_second))
        one, other = Store("sqlite://"), Store("sqlite://")
        for store, parts in ((one, (first, second)), (other, (second, first))):
            for part in parts:
                load(store, Path(part))
    assert everything(one) == everything(other)
    right = [close for place, close in enumerate(closes_of_days.values()) if place != wrong]
    assert closes(one, "HSI") == right
    for store in (one, other):
        store.engine.dispose()


def _days_and_closes(wrong: int, slip: float) -> Iterator[tuple[str, float]]:
    days = ("2024-09-20", "2024-09-23", "2024-09-24", "2024-09-25", "2024-09-26", "2024-09-27")
    right = (18258.57, 18247.11, 19000.56, 19129.10, 19924.58, 20632.30)  # the exchange's closes
    for place, (day, close) in enumerate(zip(days, right, strict=True)):
        yield day, round(close * slip, 2) if place == wrong else close


def test_a_leap_that_later_figures_reveal_is_named_though_it_has_no_line(store: Store, folder: Path) -> None:
    write(folder, "bars.csv", "HSI,2024-09-30,,,,2113.37,,")
    assert findings(load(store, folder)) == []
    write(folder, "bars.csv", *WEEK)
    assert findings(load(store, folder)) == [("rejected", 0, "leap", "HSI 2024-09-30: 20632.3 → 2113.37")]


def test_a_wrong_revision_leaves_the_figure_that_it_would_replace(store: Store, folder: Path) -> None:
    write(folder, "bars.csv", *WEEK)
    load(store, folder)
    write(folder, "bars.csv", WEEK[-1].replace("20632.30", "206323.0"))
    assert findings(load(store, folder, NOW + timedelta(days=1))) == [("rejected", 2, "leap", "20632.3 → 206323")]
    assert closes(store, "HSI")[-1] == 20632.30


def test_of_two_closes_that_contradict_each_other_the_earlier_is_kept_in_doubt(store: Store, folder: Path) -> None:
    write(folder, "bars.csv", WEEK[-1], "HSI,2024-09-30,,,,2113.37,,")
    assert findings(load(store, folder)) == [
        ("rejected", 3, "leap", "20632.3 → 2113.37"), ("doubtful", 2, "jump", "2113.37 → 20632.3"),
    ]  # fmt: skip


def test_a_last_line_that_may_have_been_cut_off_is_reported(store: Store, folder: Path) -> None:
    (folder / "rates.csv").write_text(f"{HEADERS['rates']}\nusdcny,2024-09-30,7.0", encoding="utf-8")
    assert doubts(load(store, folder)) == [(2, "unended")]


def test_an_interrupted_import_is_finished_by_the_next(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh, "CHUNK", 500)
    with pytest.raises(KeyboardInterrupt):
        load_folder(store, SAMPLE, NOW, _interrupt_after(4))
    assert 0 < store.count("bars") < 2891
    load(store, SAMPLE, NOW + timedelta(minutes=5))
    uninterrupted = Store(f"sqlite:///{tmp_path / 'other.db'}")
    load(uninterrupted, SAMPLE)
    assert everything(store) == everything(uninterrupted)
    uninterrupted.engine.dispose()


def _interrupt_after(reports: int) -> Callable[[str, int, int], None]:
    left = iter(range(reports))

    def progress(_file: str, _done: int, _total: int) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    return progress


def test_two_processes_import_what_one_does(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = load(store, SAMPLE)
    monkeypatch.setattr(refresh, "WORTH_A_SECOND_PROCESS", 0)
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    assert load(other, SAMPLE) == alone
    assert everything(other) == everything(store)
    other.engine.dispose()


def test_progress_ends_at_the_number_of_lines(store: Store, folder: Path) -> None:
    write(folder, "bars.csv.gz", BAR)
    seen: list[tuple[str, int, int]] = []
    load_folder(store, folder, NOW, lambda *step: seen.append(step))
    assert seen == [("bars.csv.gz", 0, 1), ("bars.csv.gz", 1, 1), ("bars.csv.gz", 1, 1)]


SECTORS = ("931494,consumer,2024-09-26,6000", "931494,consumer,2024-09-27,6200")


def sector_closes(store: Store) -> list[float]:
    return [row["close"] for row in store.rows("sectors", FUTURE)]


@pytest.mark.parametrize("close", ["630000", "63"])
def test_a_figure_fifty_times_the_one_before_or_a_fiftieth_is_not_stored(
    store: Store, folder: Path, close: str
) -> None:
    write(folder, "sectors.csv", *SECTORS, f"931494,consumer,2024-09-30,{close}", "931494,consumer,2024-10-08,6300")
    found = findings(load(store, folder, NOW + timedelta(days=1)))
    assert [one[:3] for one in found] == [("rejected", 4, "fiftyfold")]
    assert sector_closes(store) == [6000, 6200, 6300]


def test_a_figure_is_measured_by_what_an_earlier_folder_said(store: Store, folder: Path) -> None:
    write(folder, "sectors.csv", *SECTORS)
    load(store, folder)
    write(folder, "sectors.csv", "931494,consumer,2024-09-30,62", "931494,consumer,2024-09-30,6300")
    assert findings(load(store, folder)) == [("rejected", 2, "fiftyfold", "6200 → 62")]
    assert sector_closes(store) == [6000, 6200, 6300]


def test_an_older_folder_is_not_measured_by_later_figures(store: Store, folder: Path) -> None:
    write(folder, "sectors.csv", *SECTORS)
    load(store, folder)
    write(folder, "sectors.csv", "931494,consumer,2014-09-30,60")
    assert findings(load(store, folder)) == []


# ---- 1,000 damaged variants -------------------------------------------------------------------------------------

GOOD = (
    *WEEK,
    "000001.SH,2024-09-24,2781.00,2863.15,2761.38,2863.13,39400000000,397900000000",
    "000001.SH,2024-09-25,2901.42,2952.45,2889.02,2896.31,48000000000,488900000000",
    "000001.SH,2024-09-26,2899.29,3000.95,2896.00,3000.95,52100000000,520400000000",
    "000001.SH,2024-09-27,3049.10,3087.53,3017.80,3087.53,48200000000,517900000000",
    BAR,
)
FIGURES = {tuple(row.split(",")[:2]): row.split(",")[2:] for row in GOOD}

_cell = st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 7))
# digits put among digits make another readable number: no reader can know
_noise = st.binary(min_size=1, max_size=6).filter(lambda noise: not noise.isdigit())
_damages = st.one_of(
    st.tuples(st.just("lose the point"), _cell),
    st.tuples(st.just("shift the point"), _cell),
    st.tuples(st.just("thousands"), _cell),
    st.tuples(st.just("other unit"), _cell),
    st.tuples(st.just("drop the cell"), _cell),
    st.tuples(st.just("double the cell"), _cell),
    st.tuples(st.just("noise"), _cell, _noise),
    st.tuples(st.just("cut"), st.integers(1, 400)),
    st.tuples(st.just("swap"), _cell),
)


def _damage(rows: list[str], what: str, where: tuple[int, int]) -> None:
    row, column = where
    cells = rows[row].split(",")
    cell = cells[column]
    if what == "lose the point":
        cells[column] = cell.replace(".", "") if column > 1 else cell
    elif what == "shift the point":
        cells[column] = f"{float(cell) / 10:.10g}" if column > 1 and cell else cell
    elif what == "thousands":
        cells[column] = f"{float(cell):,}" if column > 1 and cell else cell
    elif what == "other unit":
        cells[column] = f"{float(cell) / 1e8:.10g}" if column > 1 and cell else cell
    elif what == "drop the cell":
        del cells[column]
    elif what == "double the cell":
        cells.insert(column, cell)
    elif what == "swap":
        cells[column], cells[column - 1] = cells[column - 1], cells[column]
    rows[row] = ",".join(cells)


def _damaged(damage: tuple[object, ...]) -> bytes:
    rows = list(GOOD)
    what, where, *rest = damage
    if isinstance(where, tuple) and what != "noise":
        _damage(rows, str(what), where)
    text = "\n".join((HEADERS["bars"], *rows, "")).encode()
    if what == "cut" and isinstance(where, int):
        return text[:-where]
    if what == "noise" and isinstance(where, tuple) and isinstance(rest[0], bytes):
        line = sum(len(row) + 1 for row in (HEADERS["bars"], *rows[: where[0]]))
        at = line + where[1] * 3
        return text[:at] + rest[0] + text[at:]
    return text


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=_damages)
def test_damage_never_stores_a_wrong_figure_in_silence(folder: Path, damage: tuple[object, ...]) -> None:
    (folder / "bars.csv").write_bytes(_damaged(damage))
    store = Store("sqlite://")
    report = load(store, folder)
    wrong = [row.values for row in store.rows("bars", FUTURE) if not _is_right(row.values)]
    assert not wrong or doubts(report), wrong
    assert not [values for values in wrong if _is_out_of_reach(values)]
    store.engine.dispose()


def _is_out_of_reach(values: Row) -> bool:
    """Whether a close is further from the right one than any single session went: such a one is never kept."""
    right = next((float(cells[3]) for (index, _), cells in FIGURES.items() if index == values["index"]), None)
    return right is not None and not 0.5 < values["close"] / right < 2


def _is_right(values: Row) -> bool:
    index, session, *figures = values.values()
    cells = FIGURES.get((index, str(session)))
    return cells is not None and all(_same(*pair) for pair in zip(cells, figures, strict=True))


def _same(cell: str, figure: float | None) -> bool:
    return figure is None if not cell else figure == float(cell)


_sample_lines = {path.name: path.read_bytes().splitlines(keepends=True)[:60] for path in sorted(SAMPLE.glob("*.csv"))}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_bytes_in_any_file_break_the_import(folder: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(_sample_lines.keys() - {"publishers.csv"})))
    text = b"".join(_sample_lines[name])
    start = data.draw(st.integers(0, len(text)))
    damage, swallowed = data.draw(st.binary(max_size=20)), data.draw(st.integers(0, 200))
    (folder / name).write_bytes(text[:start] + damage + text[start + swallowed :])
    store = Store("sqlite://")
    (report,) = load(store, folder).files
    (folder / name).unlink()
    assert report.broken or store.count(report.kind) == report.new <= report.read
    store.engine.dispose()


# ---- the whole development history ------------------------------------------------------------------------------


@pytest.mark.skipif(not HISTORY.exists(), reason="the development history is not on this machine")
def test_a_year_of_history_is_imported_without_a_rejection(store: Store, folder: Path) -> None:
    for name in ("events.csv", "headlines_2025.csv.gz", "northbound.csv", "releases.csv"):
        (folder / name).symlink_to(HISTORY / name)
    tracemalloc.start()
    report = load(store, folder, datetime(2026, 1, 1, tzinfo=UTC))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.total("rejected") == 0
    assert report.read_by_kind() == {"events": 484, "headlines": 6340, "northbound": 2264, "releases": 2083}
    assert peak < 100e6


def test_every_row_says_when_it_became_public(store: Store) -> None:
    load(store, SAMPLE)
    assert all(stamp(row.published_at) for kind in HEADERS for row in store.rows(kind, NOW))
