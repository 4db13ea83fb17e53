"""``whyup evaluate``: a file of reports beside the answers from the bundled figures."""

import json
from pathlib import Path

import pytest

from bot.commands.evaluating import compare, evaluate
from bot.commands.json_lines import LeftOut
from bot.pages import LANGUAGES
from index.errors import FolderUnreadable
from index.faults import Fault
from index.reader import Reader
from tests.bot.conftest import Whyup

POLICY = {
    "date": "2024-09-30",
    "index": "000001.SH",
    "source": "a paper",
    "drivers": [{"label": "policy.property", "polarity": 1, "detail": "curbs lifted"}],
}
COVID = POLICY | {"drivers": [{"label": "event.covid", "polarity": -1}], "source": "another paper"}
NO_REASON = POLICY | {"drivers": [{"label": "none", "polarity": 0}]}


def lines(*records: object) -> list[tuple[int, str]]:
    return list(enumerate(map(json.dumps, records), start=1))


def written(path: Path, *records: object) -> str:
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    return str(path)


def test_a_report_of_a_stored_session_is_compared_by_its_first_driver(reader: Reader) -> None:
    found = compare(lines(POLICY, COVID), reader)
    assert (found.whole.top1_group.share, found.whole.top1_group.cases) == (0.5, 2)


def test_a_report_without_a_reason_names_nothing(reader: Reader) -> None:
    (one,) = compare(lines(NO_REASON), reader).compared
    assert one.report.named == ()


@pytest.mark.parametrize(
    "record",
    [POLICY | {"date": "1995-01-03"}, POLICY | {"index": "DAX"}, POLICY | {"date": "2024-10-01"}],
    ids=["before the figures", "an index nobody knows", "a closed day"],
)
def test_a_report_that_no_figures_cover_is_counted_and_passed_over(reader: Reader, record: object) -> None:
    found = compare(lines(record, POLICY), reader)
    assert (found.uncovered, len(found.compared)) == (1, 1)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", Fault("not_json")),
        ("[]", Fault("not_json")),
        ('"text"', Fault("not_json")),
        (json.dumps(POLICY | {"drivers": [{"label": "policy.xxx"}]}), Fault("unknown_driver", "label", "policy.xxx")),
        (
            json.dumps(POLICY | {"drivers": [{"label": "policy.market", "polarity": 7}]}),
            Fault("not_a_sign", "polarity", "7"),
        ),
        ('{"drivers": []}', Fault("not_given", "date")),
        ('{"date": "soon", "drivers": []}', Fault("not_a_date", "date", "soon")),
        ('{"date": "2024-09-30"}', Fault("not_given", "drivers")),
        ('{"date": "2024-09-30", "drivers": ["policy"]}', Fault("not_drivers", "drivers")),
        ('{"date": "2024-09-30", "drivers": 1}', Fault("not_drivers", "drivers")),
    ],
)
def test_a_line_that_is_no_report_is_passed_over_with_its_place_and_reason(
    reader: Reader, line: str, fault: Fault
) -> None:
    found = compare([(1, json.dumps(POLICY)), (2, ""), (3, line)], reader)
    assert (found.left_out, len(found.compared)) == ((LeftOut(3, fault),), 1)


def test_a_line_left_out_is_named_and_no_success(whyup: Whyup, tmp_path: Path) -> None:
    file = written(tmp_path / "reports.jsonl", POLICY, {"date": "2024-09-30"})
    result = whyup("evaluate", file, "--json")
    assert (result.exit_code, json.loads(result.stdout)["unread"]) == (1, 1)
    assert result.stderr == f"{file}, line 2 was left out: nothing is said in drivers.\n"


def test_a_file_of_reports_alone_is_a_success(whyup: Whyup, tmp_path: Path) -> None:
    result = whyup("evaluate", written(tmp_path / "reports.jsonl", POLICY, POLICY | {"date": "1995-01-03"}))
    assert (result.exit_code, result.stderr) == (0, "")


def test_json_holds_the_rates_their_intervals_and_the_misses(
    reader: Reader, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate(written(tmp_path / "reports.jsonl", POLICY, COVID), reader, "en", as_json=True, by="year")
    shown = json.loads(capsys.readouterr().out)
    assert shown["top1_group"]["share"] == 0.5
    assert shown["parts"]["2024"]["first_named"]["cases"] == 2
    assert [miss["source"] for miss in shown["misses"]] == ["another paper"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_the_misses_side_by_side(
    reader: Reader, tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    path = written(tmp_path / "reports.jsonl", POLICY, COVID)
    evaluate(path, reader, language, by="direction", with_misses=True)
    assert "another paper" in capsys.readouterr().out


def test_a_file_that_is_not_there_is_named(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(FolderUnreadable):
        evaluate(str(tmp_path / "none.jsonl"), reader, "en")
