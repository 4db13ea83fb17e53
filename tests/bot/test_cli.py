"""The command line as a person uses it: an answer, or one clear sentence and an exit status."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.bot.conftest import Whyup

ROOT = Path(__file__).parents[2]
AT = "2024-09-30T16:00"

HEAVY = ("matplotlib", "telegram", "akshare", "yfinance", "aiohttp", "apscheduler", "prometheus_client")


def answer(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def evidence(found: dict[str, Any]) -> str:
    """All evidence for the move, in words."""
    drivers = found["explanation"]["drivers"]
    return "\n".join(one["text"] for driver in drivers for one in driver["evidence"])


# --- The answers that issue 2 promises --------------------------------------------------------------------------------


def test_the_question_of_the_readme_is_answered_from_the_sample(whyup: Whyup) -> None:
    found = answer(whyup("ask", "why is the index up?", "--json"))
    move = found["move"]
    assert (found["intent"], found["premise"], move["session"]) == ("why_move", "holds", "2024-09-30")
    assert (move["level"], f"{move['change_pts']:+.2f}", f"{move['change_pct']:+.2f}") == (3336.5, "+248.97", "+8.06")


def test_the_rally_of_september_2024_is_put_down_to_policy_first(whyup: Whyup) -> None:
    found = answer(whyup("ask", "why is the index up?", "--json"))
    assert found["explanation"]["drivers"][0]["group"] == "policy"
    told = evidence(found)
    assert "24 Sep; in effect 27 Sep" in told  # the package, with the reserve ratio's own day
    assert "26 Sep" in told  # the Politburo
    published = [one["published_at"] for one in found["explanation"]["drivers"][0]["evidence"]]
    assert all("2024-09-24" <= moment < "2024-09-30T15:00" for moment in published)


def test_the_survey_of_that_morning_stands_beside_its_forecast(whyup: Whyup) -> None:
    text = answer(whyup("ask", "why is the index up?", "--json"))["text"]
    assert "Official manufacturing PMI 49.8, forecast 49.4" in text


def test_a_wrong_premise_is_corrected_and_the_fall_explained(whyup: Whyup) -> None:
    found = answer(whyup("ask", "why is the market up?", "--at", "2024-01-22T16:00", "--json"))
    assert (found["premise"], found["move"]["session"]) == ("wrong", "2024-01-22")
    assert "fell 2.68%" in found["text"]


def test_on_a_holiday_the_last_session_is_explained_and_the_closure_said(whyup: Whyup) -> None:
    found = answer(whyup("ask", "why is the market up?", "--at", "2024-10-01T12:00", "--json"))
    assert found["slots"]["sessions"] == ["2024-09-30"]
    assert "closed on Tue 1 Oct 2024" in found["text"]


def test_a_chinese_question_is_answered_in_chinese(whyup: Whyup) -> None:
    found = answer(whyup("ask", "大盘今天为什么涨", "--at", AT, "--json"))
    assert found["language"] == "zh-hans"
    assert "上证指数 3336.50" in found["text"].replace("<b>", "").replace("</b>", "")


def test_without_json_the_words_are_printed_without_markup(whyup: Whyup) -> None:
    result = whyup("ask", "why is the index up?", "--at", AT)
    assert "+8.06% (+248.97 points)" in result.stdout
    assert "<" not in result.stdout
    assert result.stderr == ""


def test_explain_names_session_and_index(whyup: Whyup) -> None:
    found = answer(whyup("explain", "2024-02-06", "--index", "csi 300", "--json"))
    assert (found["move"]["index"], found["move"]["session"]) == ("000300.SH", "2024-02-06")


def test_a_chart_is_written_beside_the_answer(whyup: Whyup, tmp_path: Path) -> None:
    picture = tmp_path / "close.png"
    assert whyup("ask", "why is the index up?", "--at", AT, "--chart", str(picture)).exit_code == 0
    assert picture.read_bytes().startswith(b"\x89PNG\r\n")


def test_an_answer_without_a_move_has_no_chart_and_says_so(whyup: Whyup, tmp_path: Path) -> None:
    picture = tmp_path / "close.png"
    result = whyup("ask", "how is the index calculated?", "--chart", str(picture))
    assert (result.exit_code, picture.exists()) == (1, False)
    assert result.stderr == f"No picture was written to {picture}: the answer speaks of no single move.\n"


def test_whoever_asks_nothing_is_told_what_can_be_asked(whyup: Whyup) -> None:
    result = whyup("ask", "")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (
        0,
        "Why is the index up? Ask me, in your own words, in English or Chinese.",
    )


def test_line_n_of_a_batch_answers_line_n_blank_ones_too(whyup: Whyup, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"text": "help"}\n\n{"text": "help"}\n', encoding="utf-8")
    found = [json.loads(line) for line in whyup("ask", "--batch", str(file)).stdout.splitlines()]
    assert [one.get("error") for one in found] == [None, "LineUnreadable", None]
    assert found[1]["reason"] == "nothing stands there"


def test_a_batch_answers_line_by_line_in_order_and_survives_broken_lines(whyup: Whyup, tmp_path: Path) -> None:
    lines = [
        json.dumps({"text": "why is the market up?", "at": AT}),
        "no json",
        json.dumps({"text": "why did it fall on 1989-06-01?"}),
        json.dumps({"text": "上证多少点", "at": "2024-01-22T16:00"}),
        json.dumps({"text": "why", "at": "some day"}),
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    result = whyup("ask", "--batch", str(file))
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one.get("error") for one in found] == [None, "LineUnreadable", "BeforeHistory", None, "LineUnreadable"]
    assert (found[0]["move"]["session"], found[3]["move"]["session"]) == ("2024-09-30", "2024-01-22")


NO_ENCODING = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.parametrize("through", ["argument", "standard input"])
def test_a_shell_that_names_no_encoding_is_read_and_answered_in_utf8(
    sample_url: str, tmp_path: Path, through: str
) -> None:
    own = os.environ | NO_ENCODING | {"HOME": str(tmp_path), "WHYUP_DATABASE_URL": sample_url}
    by_argument = through == "argument"
    words = ("大盘今天为什么涨".encode(), b"--at", AT.encode(), b"--json") if by_argument else (b"--batch", b"-")
    line = json.dumps({"text": "大盘今天为什么涨", "at": AT}, ensure_ascii=False).encode()
    command = [sys.executable, "-m", "bot.cli", "ask", *words]
    run = subprocess.run(command, cwd=ROOT, env=own, input=line, capture_output=True, check=True)
    found = json.loads(run.stdout)
    assert (found["intent"], found["language"]) == ("why_move", "zh-hans")
    assert "上证指数" in found["text"]


def test_the_same_question_at_the_same_moment_gives_the_same_bytes(sample_url: str, tmp_path: Path) -> None:
    """In two processes with two seeds of Python's hashes."""
    command = [sys.executable, "-m", "bot.cli", "ask", "why is the index up?", "--at", AT, "--json"]
    own = os.environ | {"HOME": str(tmp_path), "WHYUP_DATABASE_URL": sample_url}
    runs = [
        subprocess.Popen(command, cwd=ROOT, env=own | {"PYTHONHASHSEED": seed}, stdout=subprocess.PIPE)
        for seed in ("1", "2")
    ]
    first, second = (run.communicate(timeout=60)[0] for run in runs)
    assert first == second
    assert json.loads(first)["move"]["level"] == 3336.5


def test_no_heavy_library_is_loaded_for_an_answer(sample_url: str, tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['whyup', 'ask', 'why is the index up?']\n"
        "from bot.cli import app\n"
        "app(standalone_mode=False)\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    own = os.environ | {"HOME": str(tmp_path), "WHYUP_DATABASE_URL": sample_url}
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=own, capture_output=True, check=True)
    assert run.stdout.decode().splitlines()[-1] == "[]"


# --- One clear sentence and an exit status ----------------------------------------------------------------------------

WRONG = [
    (("explain", "--index", "NASDAQ"), "do not know an index called “NASDAQ”"),
    (("explain", "1989-06-01"), "no trading on 1 Jun 1989"),
    (("explain", "2099-01-05"), "5 Jan 2099 has not come yet"),
    (("ask", "why did the market fall on 1989-06-01?"), "no trading on 1 Jun 1989"),
    (("ask", "level of the index on 2099-01-05?"), "5 Jan 2099 has not come yet"),
    (("explain", "2015-06-26"), "No figures are stored for Shanghai Composite on 26 Jun 2015"),
    (("import", "/no/such/folder"), "/no/such/folder cannot be used"),
    (("ask", "--batch", "/no/such/file"), "/no/such/file cannot be used"),
    (("ask", "why?", "--chart", "/no/such/folder/close.png"), "/no/such/folder/close.png cannot be used"),
    (("headlines", "/no/such/file"), "/no/such/file cannot be used"),
    (("run",), "Telegram does not accept the bot token"),
]


@pytest.mark.parametrize(("words", "sentence"), WRONG, ids=[" ".join(row[0]) for row in WRONG])
def test_what_is_wrong_is_said_in_one_sentence(whyup: Whyup, words: tuple[str, ...], sentence: str) -> None:
    result = whyup(*words)
    assert result.exit_code > 0
    assert sentence in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("WHYUP_DATABASE_URL", "sqlite:////nowhere/at/all.db", "The database sqlite:////nowhere/at"),
        ("WHYUP_DATABASE_URL", "nonsense", "The database nonsense cannot be used"),
        ("WHYUP_LANGUAGE", "klingon", "The setting WHYUP_LANGUAGE makes no sense"),
        ("WHYUP_MESSAGES_PER_SECOND", "fast", "The setting WHYUP_MESSAGES_PER_SECOND makes no sense"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(whyup: Whyup, variable: str, value: str, sentence: str) -> None:
    result = whyup("ask", "why?", **{variable: value})
    assert result.exit_code > 0
    assert sentence in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_password_of_the_database_is_not_repeated(whyup: Whyup) -> None:
    result = whyup("ask", "why?", WHYUP_DATABASE_URL="nosuch://me:secret@host/base")
    assert result.exit_code > 0
    assert "secret" not in result.stderr


def test_errors_speak_the_operators_language(whyup: Whyup) -> None:
    result = whyup("explain", "1989-06-01", WHYUP_LANGUAGE="zh-hans")
    assert "1989年6月1日" in result.stderr


@pytest.mark.parametrize("at", ["yesterday", "2024-13-01", "2024-09-30T25:00"])
def test_a_moment_that_is_none_is_refused(whyup: Whyup, at: str) -> None:
    result = whyup("ask", "why?", "--at", at)
    assert result.exit_code == 2
    assert "neither a date" in result.stderr


def test_as_json_an_error_is_an_object_and_still_no_success(whyup: Whyup) -> None:
    result = whyup("explain", "1989-06-01", "--json")
    assert result.exit_code > 0
    assert json.loads(result.stdout)["error"] == "BeforeHistory"


# --- First use and importing ------------------------------------------------------------------------------------------

HEADER = "index,session,open,high,low,close,volume_shares,turnover_cny"
GOOD = "000001.SH,2024-09-30,3194.72,3358.59,3153.7,3336.5,110233700000,1167772000000"
BROKEN = "000001.SH,2024-09-27,3049.1,3087.53,3017.45,many,49228700000,480612000000"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "figures"
    made.mkdir()
    return made


def test_the_first_question_fills_an_empty_database(whyup: Whyup, empty: dict[str, str]) -> None:
    found = answer(whyup("ask", "why is the index up?", "--json", **empty))
    assert found["move"]["level"] == 3336.5


def test_a_broken_row_is_named_by_file_line_and_reason_and_the_rest_is_stored(
    whyup: Whyup, empty: dict[str, str], folder: Path
) -> None:
    (folder / "bars.csv").write_text(f"{HEADER}\n{BROKEN}\n{GOOD}\n", encoding="utf-8")
    result = whyup("import", str(folder), **empty)
    assert result.exit_code > 0
    assert "2 rows read, 1 new, 1 rejected" in result.stdout
    assert "bars.csv, line 2: not a number in close (many); not stored" in result.stdout


def test_a_folder_with_a_chinese_name_is_imported_where_the_shell_names_no_encoding(
    empty: dict[str, str], tmp_path: Path
) -> None:
    made = tmp_path / "行情"
    made.mkdir()
    (made / "bars.csv").write_text(f"{HEADER}\n{GOOD}\n", encoding="utf-8")
    command = [sys.executable, "-m", "bot.cli", "import", str(made).encode()]
    own = os.environ | NO_ENCODING | empty | {"HOME": str(tmp_path)}
    run = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, check=True)
    assert f"Imported {made}: 1 rows read, 1 new" in run.stdout.decode()


def test_a_good_folder_is_imported_and_again_changes_nothing(whyup: Whyup, empty: dict[str, str], folder: Path) -> None:
    (folder / "bars.csv.gz").write_bytes(gzip.compress(f"{HEADER}\n{GOOD}\n".encode()))
    first, second = whyup("import", str(folder), **empty), whyup("import", str(folder), **empty)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "1 rows read, 1 new" in first.stdout
    assert "1 rows read, 0 new" in second.stdout


def test_a_file_cut_off_in_the_middle_is_no_success(whyup: Whyup, empty: dict[str, str], folder: Path) -> None:
    whole = gzip.compress(f"{HEADER}\n{GOOD}\n".encode())
    (folder / "bars.csv.gz").write_bytes(whole[:-20])
    result = whyup("import", str(folder), **empty)
    assert result.exit_code > 0
    assert "bars.csv.gz could not be read to its end" in result.stdout


def test_without_a_command_help_is_shown(whyup: Whyup) -> None:
    result = whyup()
    assert "ask" in result.stdout + result.stderr
    assert "explain" in result.stdout + result.stderr


def test_no_line_of_a_batch_silences_the_others(whyup: Whyup, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    bad = ('{"text": "why", "at": "0001-01-01T00:00"}', "[" * 100_000, "{}", "no json")
    good = '{"text": "why is the index up?", "at": "2024-09-30"}'
    file.write_text("\n".join((*bad, good)), encoding="utf-8")
    answers = [json.loads(line) for line in whyup("ask", "--batch", str(file)).stdout.splitlines()]
    assert [answer.get("error") for answer in answers] == ["LineUnreadable"] * len(bad) + [None]
    assert answers[-1]["slots"]["sessions"] == ["2024-09-30"]


def test_a_close_that_is_too_late_is_not_begun(whyup: Whyup, empty: dict[str, str]) -> None:
    own = empty | {"WHYUP_TELEGRAM_TOKEN": "1:token"}
    result = whyup("broadcast", "2024-09-30", **own)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (
        1,
        "It is too late for it: nobody gets a close after the next noon.",
    )
