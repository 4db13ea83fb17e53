"""What an import says of the rows that it left out or doubts."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.commands.figures import SHOWN, bring, is_whole
from index.store import Store

NOW = datetime(2024, 10, 8, 4, tzinfo=UTC)
HEADER = "index,session,open,high,low,close,volume_shares,turnover_cny"
BROKEN = "000001.SH,2024-09-{day:02d},,,,many,,"


def test_of_many_broken_rows_the_first_are_named_and_the_rest_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [BROKEN.format(day=day) for day in range(1, 31)]
    (tmp_path / "bars.csv").write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
    store = Store(f"sqlite:///{tmp_path / 'figures.db'}")
    report = bring(tmp_path, store, NOW, "en")
    store.engine.dispose()
    told = capsys.readouterr().out
    assert not is_whole(report)
    assert told.count("not stored") == SHOWN
    assert f"and {len(rows) - SHOWN} more" in told


def test_a_doubtful_row_is_stored_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = "000001.SH,2024-09-30,3147.21,3335.00,3147.21,3336.50,,"  # closed a little above its high
    (tmp_path / "bars.csv").write_text(f"{HEADER}\n{row}\n", encoding="utf-8")
    store = Store(f"sqlite:///{tmp_path / 'figures.db'}")
    report = bring(tmp_path, store, NOW, "en")
    assert (is_whole(report), store.count("bars")) == (True, 1)
    store.engine.dispose()
    assert "bars.csv, line 2: the close lies outside the day's range in close" in capsys.readouterr().out


def test_a_row_without_any_figure_leaves_nothing_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ("000001.SH,2024-09-27,,,,3087.53,,", "000001.SH,2024-09-30,,,,,,")
    (tmp_path / "bars.csv").write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
    store = Store(f"sqlite:///{tmp_path / 'figures.db'}")
    report = bring(tmp_path, store, NOW, "en")
    assert (is_whole(report), store.count("bars"), report.total("rejected")) == (True, 1, 1)
    store.engine.dispose()
    assert "bars.csv, line 3: there is no figure in it" in capsys.readouterr().out


def test_a_row_with_figures_but_without_a_close_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "bars.csv").write_text(f"{HEADER}\n000001.SH,2024-09-30,3147.21,,,,,\n", encoding="utf-8")
    store = Store(f"sqlite:///{tmp_path / 'figures.db'}")
    assert (is_whole(bring(tmp_path, store, NOW, "en")), store.count("bars")) == (False, 0)
    store.engine.dispose()


def test_a_leap_is_named_with_both_values_and_not_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ("000001.SH,2024-09-27,,,,3087.53,,", "000001.SH,2024-09-30,,,,33365.0,,")  # a misplaced point
    (tmp_path / "bars.csv").write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
    store = Store(f"sqlite:///{tmp_path / 'figures.db'}")
    report = bring(tmp_path, store, NOW, "en")
    assert (is_whole(report), store.bars("000001.SH", NOW).close.tolist()) == (False, [3087.53])
    store.engine.dispose()
    told = capsys.readouterr().out
    assert "bars.csv, line 3: further from the other closes" in told
    assert "(3087.53 → 33365); not used until other figures confirm it" in told


def test_an_import_is_told_in_the_operators_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bars.csv").write_text(f"{HEADER}\n{BROKEN.format(day=30)}\n", encoding="utf-8")
    store = Store(f"sqlite:///{tmp_path / 'figures.db'}")
    bring(tmp_path, store, NOW, "zh-hans")
    store.engine.dispose()
    assert "不是数字" in capsys.readouterr().out
