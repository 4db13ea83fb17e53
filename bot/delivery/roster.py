"""Subscribers as a CSV file, to bring them from another bot and to take them away."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

from sqlalchemy import Engine

from bot.delivery.chats import KINDS, subscribers
from bot.delivery.tables import CHAT, insert, transaction

COLUMNS = ("chat_id", "kind", "language", "thread_id")
_BATCH = 5000
_LANGUAGE_AT_MOST = 16


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out: its line in the file, and the column that makes no sense."""

    line: int
    column: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: how many chats are subscribed by it, and which rows were left out."""

    subscribed: int
    bad: tuple[BadRow, ...]


def import_csv(engine: Engine, file: Iterable[str]) -> Imported:
    """Subscribe the chats of a CSV file with the columns chat_id, kind, language and thread_id.

    Only ``chat_id`` is required: a kind that is missing follows from the id's sign, a language is English.
    Importing twice changes nothing, and settings that the file does not name stay.

    Args:
        engine: the database.
        file: an open text file, or its lines.

    Raises:
        StoreUnreachable: the database refused; batches of 5,000 rows stored before stay.
    """
    reader = csv.DictReader(file)
    if "chat_id" not in (reader.fieldnames or ()):
        return Imported(0, (BadRow(1, "chat_id"),))
    bad: list[BadRow] = []
    good = _checked(reader, bad)
    subscribed = 0
    while batch := list(islice(good, _BATCH)):
        _store(engine, batch)
        subscribed += len(batch)
    return Imported(subscribed, tuple(bad))


def export_csv(engine: Engine, file: IO[str]) -> int:
    """Write every living subscriber into an open text file.

    Returns:
        How many there are.
    """
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    written = 0
    for chat in subscribers(engine):
        writer.writerow((chat.chat_id, chat.kind, chat.language, "" if chat.thread_id is None else chat.thread_id))
        written += 1
    return written


def _checked(reader: "csv.DictReader[str]", bad: list[BadRow]) -> Iterator[dict[str, Any]]:
    for row in reader:
        values = {name: (row.get(name) or "").strip() for name in COLUMNS}
        wrong = _wrong(values)
        if wrong:
            bad.append(BadRow(reader.line_num, wrong))
        else:
            yield _as_chat(values)


def _wrong(values: dict[str, str]) -> str:
    """The first column that makes no sense, or nothing."""
    checks = {
        "chat_id": _is_number(values["chat_id"]) and int(values["chat_id"]) != 0,
        "kind": values["kind"] in {"", *KINDS},
        "language": len(values["language"]) <= _LANGUAGE_AT_MOST,
        "thread_id": not values["thread_id"] or _is_number(values["thread_id"]),
    }
    return next((column for column, passed in checks.items() if not passed), "")


def _is_number(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) <= len("1002147483648000")


def _as_chat(values: dict[str, str]) -> dict[str, Any]:
    chat_id = int(values["chat_id"])
    return {
        "chat_id": chat_id,
        "kind": values["kind"] or ("private" if chat_id > 0 else "supergroup"),
        "language": values["language"] or "en",
        "thread_id": int(values["thread_id"]) if values["thread_id"] else None,
        "subscribed": True,
    }


def _store(engine: Engine, rows: list[dict[str, Any]]) -> None:
    with transaction(engine) as connection:
        statement = insert(connection, CHAT)
        new = {name: statement.excluded[name] for name in ("kind", "language", "thread_id", "subscribed")}
        connection.execute(statement.on_conflict_do_update(index_elements=["chat_id"], set_=new), rows)
