"""Subscribers as a CSV file, to bring them from another bot and to take them away."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

from sqlalchemy import Engine, exists, select

from bot.delivery.chats import KINDS, Subscriber, is_reached, subscribers
from bot.delivery.choice import OFFERED, USUAL, ordered
from bot.delivery.tables import CHAT, insert, transaction
from bot.pages import DEFAULT_LANGUAGE, LANGUAGES

COLUMNS = ("chat_id", "kind", "language", "thread_id")
INDICES = "indices"  # a fifth column, where a chat has chosen others than usual
_BATCH = 5000
_LONGEST_ID = len("1002147483648000")
_MARK = "\ufeff"  # that spreadsheets put before the first cell


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out: its line in the file, the column that makes no sense, and what stands there."""

    line: int
    column: str
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        subscribed: how many chats are subscribed by it, each counted once.
        bad: the rows that were left out; line 1 where the file does not name its columns.
        repeated: the lines of chats that stand further above too; the last line of a chat is the one that holds.
    """

    subscribed: int
    bad: tuple[BadRow, ...]
    repeated: tuple[int, ...] = ()


def import_csv(engine: Engine, file: Iterable[str]) -> Imported:
    """Subscribe the chats of a CSV file with the columns chat_id, kind, language, thread_id and indices.

    Only ``chat_id`` is required: a kind that is missing follows from the id's sign, a language is English.
    Importing twice changes nothing, and settings that the file does not name stay. Blank lines mean nothing.

    Args:
        engine: the database.
        file: an open text file, or its lines.

    Raises:
        StoreUnreachable: the database refused; batches of 5,000 rows stored before stay.
    """
    reading = _Reading(file)
    if "chat_id" not in reading.columns:
        return Imported(0, (BadRow(1, "header", ",".join(reading.columns)),))
    good = reading.chats()
    while batch := list(islice(good, _BATCH)):
        _store(engine, batch)
    return Imported(len(reading.ids), tuple(reading.bad), tuple(reading.repeated))


def export_csv(engine: Engine, file: IO[str]) -> int:
    """Write every living subscriber into an open text file.

    Returns:
        How many there are.
    """
    columns = (*COLUMNS, INDICES) if _somebody_chose(engine) else COLUMNS
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    written = 0
    for chat in subscribers(engine):
        writer.writerow(_as_row(chat)[: len(columns)])
        written += 1
    return written


def _somebody_chose(engine: Engine) -> bool:
    with transaction(engine) as connection:
        return connection.execute(select(exists().where(is_reached(), CHAT.c.closes != USUAL))).scalar_one()


def _as_row(chat: Subscriber) -> tuple[object, ...]:
    topic = "" if chat.thread_id is None else chat.thread_id
    return chat.chat_id, chat.kind, chat.language, topic, " ".join(chat.closes)


class _Reading:
    """A file while it is read, with what is to be said of it."""

    def __init__(self, file: Iterable[str]) -> None:
        self._reader = csv.reader(file)
        first = next(self._reader, [])
        self.columns = [name.removeprefix(_MARK).strip().lower() for name in first]
        self.bad: list[BadRow] = []
        self.repeated: list[int] = []
        self.ids: set[int] = set()

    def chats(self) -> Iterator[dict[str, Any]]:
        """The rows that make sense, as rows of the table of chats."""
        for row in self._rows():
            wrong = _wrong(row)
            if wrong:
                self.bad.append(BadRow(self._reader.line_num, wrong, row[wrong]))
            else:
                yield self._counted(_as_chat(row))

    def _rows(self) -> Iterator[dict[str, str]]:
        """The cells by column, those that a short row lacks empty; lines that are blank throughout are no rows."""
        for cells in self._lines():
            if len(cells) > 1 or "".join(cells).strip():
                yield dict.fromkeys(self.columns, "") | dict(zip(self.columns, map(str.strip, cells), strict=False))

    def _lines(self) -> Iterator[list[str]]:
        while True:
            try:
                yield next(self._reader)
            except StopIteration:
                return
            except csv.Error:
                self.bad.append(BadRow(self._reader.line_num, "line"))

    def _counted(self, chat: dict[str, Any]) -> dict[str, Any]:
        if chat["chat_id"] in self.ids:
            self.repeated.append(self._reader.line_num)
        self.ids.add(chat["chat_id"])
        return chat


def _wrong(row: Mapping[str, str]) -> str:
    """The first column that makes no sense, or nothing."""
    return next((column for column, passes in _CHECKS.items() if not passes(row.get(column, ""))), "")


def _is_number(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_ID


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "chat_id": lambda text: _is_number(text) and int(text) != 0,
    "kind": lambda text: text.lower() in {"", *KINDS},
    "language": lambda text: text.lower() in {"", *LANGUAGES},
    "thread_id": lambda text: not text or _is_number(text),
    INDICES: lambda text: set(text.split()) <= set(OFFERED),
}


def _as_chat(row: Mapping[str, str]) -> dict[str, Any]:
    chat_id, thread_id = int(row["chat_id"]), row.get("thread_id")
    chat = {
        "chat_id": chat_id,
        "kind": row.get("kind", "").lower() or ("private" if chat_id > 0 else "supergroup"),
        "language": row.get("language", "").lower() or DEFAULT_LANGUAGE,
        "thread_id": int(thread_id) if thread_id else None,
        "subscribed": True,
    }
    return chat | {"closes": ordered(row[INDICES].split()) or USUAL} if INDICES in row else chat


def _store(engine: Engine, rows: Sequence[Mapping[str, Any]]) -> None:
    with transaction(engine) as connection:
        statement = insert(connection, CHAT)
        new = {name: statement.excluded[name] for name in rows[0] if name != "chat_id"}
        connection.execute(statement.on_conflict_do_update(index_elements=["chat_id"], set_=new), rows)
