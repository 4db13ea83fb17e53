"""Headlines labelled line by line."""

import json
from pathlib import Path

from tests.bot.conftest import Whyup


def test_each_title_comes_back_with_its_label_in_order(whyup: Whyup, tmp_path: Path) -> None:
    titles = ["PBOC cuts reserve requirement ratio by 50 basis points", "China manufacturing PMI beats forecast"]
    file = tmp_path / "titles.jsonl"
    file.write_text("\n".join(json.dumps({"id": n, "title": one}) for n, one in enumerate(titles)), encoding="utf-8")
    found = [json.loads(line) for line in whyup("headlines", str(file)).stdout.splitlines()]
    assert [one["id"] for one in found] == [0, 1]
    assert [(one["driver"], one["polarity"]) for one in found] == [("policy.monetary", 1), ("data.pmi", 1)]
    assert all({"relevance", "is_forward"} <= set(one) for one in found)


def test_a_line_that_cannot_be_read_is_answered_in_its_place(whyup: Whyup, tmp_path: Path) -> None:
    file = tmp_path / "titles.jsonl"
    file.write_text('no json\n{"headline": "x"}\n\n[1]\n{"title": "Stocks rise"}\n', encoding="utf-8")
    found = [json.loads(line) for line in whyup("headlines", str(file)).stdout.splitlines()]
    assert [one.get("error") for one in found] == ["LineUnreadable", "LineUnreadable", "LineUnreadable", None]
