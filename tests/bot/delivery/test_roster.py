import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from bot.delivery import chats, roster

FILE = """chat_id,kind,language,thread_id
1001,private,zh-hans,
-1001234567890,supergroup,en,42
-1009876543210,channel,zh-hant,
"""


def test_an_exported_file_is_the_imported_one(engine: Engine) -> None:
    roster.import_csv(engine, io.StringIO(FILE))
    exported = io.StringIO()
    assert roster.export_csv(engine, exported) == 3
    assert sorted(exported.getvalue().splitlines()) == sorted(FILE.splitlines())


def test_importing_twice_changes_nothing(engine: Engine) -> None:
    roster.import_csv(engine, io.StringIO(FILE))
    roster.import_csv(engine, io.StringIO(FILE))
    assert sum(chats.count(engine).values()) == 3


def test_an_import_keeps_settings_that_it_does_not_name(engine: Engine) -> None:
    chats.change(engine, 1001, "private", min_move_pct=2.0)
    roster.import_csv(engine, io.StringIO(FILE))
    kept = chats.get(engine, 1001)
    assert kept is not None
    assert (kept.min_move_pct, kept.language, kept.subscribed) == (2.0, "zh-hans", True)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("abc,private,en,", "chat_id"),
        ("0,private,en,", "chat_id"),
        ("١٢٣,private,en,", "chat_id"),
        ("1001,robot,en,", "kind"),
        ("1001,private,a language that is none,", "language"),
        ("1001,private,en,topic", "thread_id"),
        (",,,", "chat_id"),
    ],
)
def test_a_row_that_makes_no_sense_is_left_out_and_named(engine: Engine, row: str, column: str) -> None:
    imported = roster.import_csv(engine, io.StringIO(f"{FILE}{row}\n"))
    assert imported == roster.Imported(3, (roster.BadRow(5, column),))


def test_a_file_without_ids_is_refused_at_its_first_line(engine: Engine) -> None:
    assert roster.import_csv(engine, io.StringIO("id\n1\n")).bad == (roster.BadRow(1, "chat_id"),)


@pytest.mark.parametrize(("chat_id", "kind"), [(1001, "private"), (-1001, "supergroup")])
def test_an_id_alone_is_enough(engine: Engine, chat_id: int, kind: str) -> None:
    roster.import_csv(engine, io.StringIO(f"chat_id\n{chat_id}\n"))
    assert [(chat.chat_id, chat.kind, chat.language) for chat in chats.subscribers(engine)] == [(chat_id, kind, "en")]


@given(st.text(max_size=200))
def test_any_cell_is_either_a_chat_or_named_as_bad(cell: str) -> None:
    wrong = roster._wrong({"chat_id": cell, "kind": "", "language": "en", "thread_id": ""})
    assert wrong == "chat_id" or int(cell) != 0
