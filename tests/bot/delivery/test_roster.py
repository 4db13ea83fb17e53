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
    ("row", "column", "cell"),
    [
        ("abc,private,en,", "chat_id", "abc"),
        ("0,private,en,", "chat_id", "0"),
        ("١٢٣,private,en,", "chat_id", "١٢٣"),
        ("1001,robot,en,", "kind", "robot"),
        ("1001,private,klingon,", "language", "klingon"),
        ("1001,private,zh,", "language", "zh"),
        ("1001,private,en,topic", "thread_id", "topic"),
        (",,,", "chat_id", ""),
        ("   ,,,", "chat_id", ""),
    ],
)
def test_a_row_that_makes_no_sense_is_left_out_and_named(engine: Engine, row: str, column: str, cell: str) -> None:
    imported = roster.import_csv(engine, io.StringIO(f"{FILE}{row}\n"))
    assert imported == roster.Imported(3, (roster.BadRow(5, column, cell),))


def test_a_line_that_is_no_csv_is_named_and_the_rest_is_read(engine: Engine) -> None:
    imported = roster.import_csv(engine, ["chat_id\n", "1\n", "2\r3\n", "4\n"])
    assert imported == roster.Imported(2, (roster.BadRow(3, "line"),))


@pytest.mark.parametrize("header", ["id,kind", "1001,private", ""])
def test_a_file_without_ids_is_refused_at_its_first_line(engine: Engine, header: str) -> None:
    imported = roster.import_csv(engine, io.StringIO(f"{header}\n1\n"))
    assert imported == roster.Imported(0, (roster.BadRow(1, "header", header),))


def test_a_file_that_a_spreadsheet_wrote_is_read(engine: Engine) -> None:
    imported = roster.import_csv(engine, io.StringIO("\ufeffChat_ID, Language \r\n1001,ZH-Hant\r\n"))
    assert imported == roster.Imported(1, ())
    assert [chat.language for chat in chats.subscribers(engine)] == ["zh-hant"]


def test_a_chat_that_is_repeated_counts_once_and_its_last_line_holds(engine: Engine) -> None:
    imported = roster.import_csv(engine, io.StringIO("chat_id,language\n1001,en\n1002,en\n1001,zh-hans\n"))
    assert imported == roster.Imported(2, (), (4,))
    assert [(chat.chat_id, chat.language) for chat in chats.subscribers(engine)] == [(1001, "zh-hans"), (1002, "en")]


def test_blank_lines_mean_nothing_but_count_as_lines(engine: Engine) -> None:
    imported = roster.import_csv(engine, io.StringIO("chat_id,kind\n\n1001,\n   \nabc,\n\n"))
    assert imported == roster.Imported(1, (roster.BadRow(5, "chat_id", "abc"),))


CHOSEN = """chat_id,kind,language,thread_id,indices
1001,private,zh-hans,,000001.SH 399006.SZ
1002,private,en,,000001.SH
"""


def test_the_indices_that_were_chosen_come_along(engine: Engine) -> None:
    assert roster.import_csv(engine, io.StringIO(CHOSEN)).subscribed == 2
    exported = io.StringIO()
    roster.export_csv(engine, exported)
    assert exported.getvalue() == CHOSEN


def _closes(engine: Engine, chat_id: int) -> tuple[str, ...] | None:
    chat = chats.get(engine, chat_id)
    return chat.closes if chat else None


def test_a_file_that_names_no_indices_leaves_them_and_an_empty_cell_is_the_usual(engine: Engine) -> None:
    roster.import_csv(engine, io.StringIO(CHOSEN))
    roster.import_csv(engine, io.StringIO("chat_id\n1001\n"))
    assert _closes(engine, 1001) == ("000001.SH", "399006.SZ")
    roster.import_csv(engine, io.StringIO("chat_id,indices\n1001\n"))
    assert _closes(engine, 1001) == ("000001.SH",)


@pytest.mark.parametrize("cell", ["HSI", "000001.SH HSI", "Shanghai"])
def test_an_index_that_no_close_speaks_of_is_named(engine: Engine, cell: str) -> None:
    imported = roster.import_csv(engine, io.StringIO(f"chat_id,indices\n1001,{cell}\n"))
    assert imported == roster.Imported(0, (roster.BadRow(2, "indices", cell),))


@pytest.mark.parametrize(("chat_id", "kind"), [(1001, "private"), (-1001, "supergroup")])
def test_an_id_alone_is_enough(engine: Engine, chat_id: int, kind: str) -> None:
    roster.import_csv(engine, io.StringIO(f"chat_id\n{chat_id}\n"))
    assert [(chat.chat_id, chat.kind, chat.language) for chat in chats.subscribers(engine)] == [(chat_id, kind, "en")]


@given(st.text(max_size=200))
def test_any_cell_is_either_a_chat_or_named_as_bad(cell: str) -> None:
    wrong = roster._wrong({"chat_id": cell})
    assert wrong == "chat_id" or int(cell) != 0
