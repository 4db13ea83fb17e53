"""What people and the bot say to each other: scripted conversations, groups, buttons, settings, inline and guests."""

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.pages import LANGUAGES
from tests.bot.talking import Talking, talking
from tests.botapi import NO_LIMITS, Chat, FakeTelegram, Message, Privacy

SCRIPTS = Path(__file__).parents[1] / "conversations"


@pytest.fixture
def database(sample_url: str, tmp_path: Path) -> Path:
    """A copy of the bundled figures, with chats of its own."""
    return Path(shutil.copy(sample_url.removeprefix("sqlite:///"), tmp_path / "whyup.db"))


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(rates=NO_LIMITS, privacy=Privacy(on=False)) as fake:
        yield fake


@pytest.fixture
async def bot(database: Path, telegram: FakeTelegram) -> AsyncIterator[Talking]:
    async with talking(database, telegram) as running:
        yield running


# --- Scripted conversations -------------------------------------------------------------------------------------------


@dataclass
class Turn:
    """What is said or pressed, and what must and must not be read then."""

    does: str
    reads: list[str] = field(default_factory=list)
    reads_not: list[str] = field(default_factory=list)


def script(language: str) -> Iterator[Turn]:
    lines = (SCRIPTS / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    turn: Turn | None = None
    for line in lines:
        if line.startswith((">", "[")):
            if turn:
                yield turn
            turn = Turn(line)
        elif turn and line.startswith("+"):
            turn.reads.append(line[2:])
        elif turn and line.startswith("-"):
            turn.reads_not.append(line[2:])
    if turn:
        yield turn


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_conversation_goes_as_written(language: str, bot: Talking) -> None:
    person, answer = bot.telegram.person("Ann", language), Message(0, Chat(0, ""), None, 0)
    for turn in script(language):
        said = turn.does[2:]
        answer = await (bot.asks(person, said) if turn.does[0] == ">" else bot.presses(person, answer, said))
        for words in turn.reads:
            assert words in answer.text, f"{turn.does}\n{answer.text}"
        for words in turn.reads_not:
            assert words not in answer.text, f"{turn.does}\n{answer.text}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_script_holds_twenty_turns(language: str) -> None:
    assert len(list(script(language))) >= 20
