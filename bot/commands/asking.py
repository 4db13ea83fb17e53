"""``ask`` and ``explain``: questions answered from the stored figures."""

import json
import sys
from datetime import date, datetime
from pathlib import Path

from bot.chat.answer import Answer
from bot.chat.answering import answer, moment_at, reply_to, spoken_language
from bot.chat.asked import Asked, Habits
from bot.chat.question import Question, When
from bot.chat.understanding import prepare
from bot.commands.console import file_errors, page_of, say, warn
from bot.commands.json_lines import LineUnusable, given, numbered, record_of
from bot.pages import DEFAULT_LANGUAGE, render
from bot.settings import Settings
from index.catalog import SHANGHAI_COMPOSITE, Index, lookup
from index.errors import MarketError
from index.faults import Fault
from index.reader import Reader
from index.sessions import BEIJING


def one(question: str, at: datetime | date, reader: Reader, settings: Settings, language: str) -> Answer:
    """The answer to one question."""
    return answer(question, at, reader, Habits(language, settings.colours))


def session(day: date | None, index: Index, at: datetime | date, reader: Reader, habits: Habits) -> Answer:
    """The explanation of one session, the latest when none is given."""
    when = When("date", (day,)) if day else When()
    asked = Question("", "en", "why_move", index, (), when, None, None)
    return reply_to(Asked(asked, moment_at(at, index), reader, spoken_language(habits.language), habits))


def show(found: Answer, *, as_json: bool) -> None:
    """Print an answer, or raise what kept it from being one.

    The page of an error goes to standard error, because a script that reads standard output wants answers only.
    """
    if as_json:
        say(json.dumps(found.as_json(), ensure_ascii=False))
    elif found.error:
        warn(found.page.plain)
    else:
        say(found.page.plain)


def save_chart(path: Path, found: Answer, reader: Reader, at: datetime | date, settings: Settings) -> bool:
    """Write the picture of an answer's move.

    Returns:
        Whether there is one; an answer without a move has none, and standard error says so.
    """
    from bot.chat.picture import draw  # noqa: PLC0415 - matplotlib takes longer than the answer

    if found.told.move is None:
        warn(render("no_chart", found.language, {"path": str(path)}).plain)
        return False
    moment = at if isinstance(at, datetime) else found.told.move.published_at
    png = draw(reader.bars(found.told.move.index, moment), found.told.move, found.language, settings.colours)
    with file_errors(path):
        path.write_bytes(png)
    return True


def batch(name: str, reader: Reader, now: datetime, habits: Habits) -> None:
    """Answer JSON lines, each on its own and at once.

    A line that cannot be used, a blank one too, becomes an object that says so: line n of the output is of line n.
    """
    prepare()
    for _, line in numbered(name):
        say(json.dumps(_answered(line, reader, now, habits), ensure_ascii=False))
        sys.stdout.flush()


def _answered(line: str, reader: Reader, now: datetime, habits: Habits) -> dict[str, object]:
    language = habits.language or DEFAULT_LANGUAGE
    try:
        text, at = _asked(line, now)
        return answer(text, at, reader, habits).as_json()
    except LineUnusable as error:
        return error.as_json(language)
    except MarketError as error:
        return {"error": type(error).__name__, "text": page_of(error, language)}
    except OverflowError:  # a moment at the very edge of the calendar, moved into another zone
        return LineUnusable(Fault("not_a_moment", "at", str(at))).as_json(language)


def _asked(line: str, now: datetime) -> tuple[str, datetime | date]:
    record = record_of(line)
    text, at = str(given(record, "text")), str(record.get("at") or "")
    try:
        return text, moment_of(at, now)
    except ValueError:
        raise LineUnusable(Fault("not_a_moment", "at", at)) from None


def moment_of(text: str, now: datetime) -> datetime | date:
    """A moment as people type it: nothing means now, a date its end, a moment without a zone Beijing time.

    Raises:
        ValueError: it is neither.
    """
    if not text:
        return now
    if len(text) <= len("2024-09-30"):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)


def index_of(asked: str) -> Index:
    """An index by any of its names; the Shanghai Composite when none is asked for."""
    return lookup(asked) if asked else SHANGHAI_COMPOSITE
