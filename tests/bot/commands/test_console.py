"""Errors in one sentence, files in the project's own words."""

import io
from pathlib import Path

import pytest
import typer

from bot.commands.console import file_errors, lines_of, page_of, progress_bars, reporting
from index.errors import FolderUnreadable, TokenRefused, UnknownIndex


def test_an_error_of_the_project_ends_with_its_sentence_and_status(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as end, reporting("en"):
        raise TokenRefused(reason="Unauthorized")
    assert end.value.exit_code == TokenRefused.exit_status
    shown = capsys.readouterr()
    assert (shown.out, len(shown.err.splitlines())) == ("", 1)
    assert "Unauthorized" in shown.err


def test_another_error_is_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError), reporting("en"):
        raise ZeroDivisionError


def test_the_sentence_is_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert "“<b>”" in page_of(UnknownIndex("<b>"), "en")
    assert capsys.readouterr().out == ""


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(FolderUnreadable) as error, lines_of("/no/such/file"):
        pass
    assert (error.value.path, error.value.reason) == ("/no/such/file", "No such file or directory")


def test_a_damaged_line_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_bytes(b"\xef\xbb\xbfwhy?\ncaf\xe9\n\xe4\xb8\xba\xe4\xbb\x80\xe4\xb9\x88\n")
    with lines_of(str(file)) as lines:
        assert list(lines) == ["why?\n", "caf\ufffd\n", "为什么\n"]


def test_a_hyphen_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("one\ntwo\n"))
    with lines_of("-") as lines:
        assert list(lines) == ["one\n", "two\n"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(FolderUnreadable), file_errors(tmp_path):
        tmp_path.write_text("a folder is no file", encoding="utf-8")


def test_no_bars_are_drawn_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bars("import") as show:
        show("bars.csv", 1, 2)
    assert capsys.readouterr() == ("", "")
