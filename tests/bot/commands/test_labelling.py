"""Headlines labelled line by line."""

import json
from pathlib import Path

from tests.bot.conftest import Whyup


def test_each_title_comes_back_with_its_label_in_order(whyup: Whyup, tmp_path: Path) -> None:
    titles = ["PBOC cuts reserve requirement ratio by 50 basis points", "China manufacturing PMI beats forecast"]
    file = tmp_path / "titles.jsonl"
    file.write_text("\n".join(json.dumps({"id": n, "title": one}) for n, one in enumerate(titles)), encoding="utf-8")
    result = whyup("headlines", str(file))
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.exit_code, result.stderr) == (0, "")
    assert [one["id"] for one in found] == [0, 1]
    assert [(one["driver"], one["polarity"]) for one in found] == [("policy.monetary", 1), ("data.pmi", 1)]
    assert all({"relevance", "is_forward"} <= set(one) for one in found)


def test_a_line_that_cannot_be_used_is_answered_in_its_place_and_named(whyup: Whyup, tmp_path: Path) -> None:
    file = tmp_path / "titles.jsonl"
    lines = ["no json", '{"headline": "x"}', "", "[1]", '{"title": "x", "published_at": "soon"}', '{"title": "Up"}']
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = whyup("headlines", str(file))
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one.get("error") for one in found] == ["LineUnreadable"] * 5 + [None]
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"{file}, line 1 was left out: not a JSON object.",
        f"{file}, line 2 was left out: nothing is said in title.",
        f"{file}, line 3 was left out: nothing stands there.",
        f"{file}, line 4 was left out: not a JSON object.",
        f"{file}, line 5 was left out: not a date in published_at (soon).",
    ]


def test_a_file_of_another_format_does_not_fill_the_screen(whyup: Whyup, tmp_path: Path) -> None:
    file = tmp_path / "titles.txt"
    file.write_text("no json\n" * 30, encoding="utf-8")
    said = whyup("headlines", str(file)).stderr.splitlines()
    assert (len(said), said[-1]) == (21, "… and 10 more.")
