"""README says what is there: commands, variables, dependencies, files of the format, and a message as it is sent."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from typer.main import get_command

from bot.cli import app
from bot.close_pages import Explained, page
from bot.explainer.explanation import explain
from bot.settings import Settings
from index import moves
from index.kinds import KINDS
from index.reader import Reader
from index.sessions import close_of

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LIBRARIES = [*PROJECT["dependencies"], *(name for extra in PROJECT["optional-dependencies"].values() for name in extra)]
MARKUP = re.compile(r"<[^>]+>|[*>]|\]\([^)]*\)|\[")


def plain(text: str) -> str:
    """Words only: neither markup nor links, and one space between them."""
    return " ".join(MARKUP.sub("", text).split())


@pytest.mark.parametrize("command", sorted(get_command(app).commands))  # type: ignore[attr-defined]
def test_every_command_is_listed(command: str) -> None:
    assert f"`whyup {command}" in README


@pytest.mark.parametrize("setting", Settings.model_fields)
def test_every_variable_is_explained(setting: str) -> None:
    assert f"| `WHYUP_{setting.upper()}` |" in README


@pytest.mark.parametrize("library", [re.split(r"[\[<>=~ ]", name)[0] for name in LIBRARIES])
def test_every_dependency_has_its_reason(library: str) -> None:
    table = README.partition("## Dependencies")[2].casefold()
    said = {"sqlalchemy": "sqlalchemy core", "apscheduler": "apscheduler 3"}.get(library, library)
    assert said.replace("-", "_") in table.replace("-", "_")


@pytest.mark.parametrize("kind", KINDS)
def test_every_file_of_the_format_is_listed_with_its_columns(kind: str) -> None:
    columns = ", ".join(column.name for column in KINDS[kind].columns)
    assert f"| {kind} | {columns} |" in README


def test_the_message_is_the_push_as_the_bot_sends_it(sample_reader: Reader) -> None:
    close = close_of(date(2024, 9, 30))
    move = moves.of(sample_reader.bars("000001.SH", close), close.date())
    sent = page(Explained(move, explain(move, sample_reader, close), close), "en").plain
    quoted = [line.removeprefix(">") for line in README.splitlines() if line.startswith(">")]
    assert plain("\n".join(quoted)) == plain(sent)
