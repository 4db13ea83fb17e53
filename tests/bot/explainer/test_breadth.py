"""How many shares rose is told of the session itself, of Shanghai where that is known, and never as a cause."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from bot.explainer.explanation import explain
from bot.figures import Sourced
from bot.pages import render
from index import moves
from index.reader import Reader
from index.refresh import load_folder
from index.sessions import BEIJING
from index.store import Store

SESSION = date(2024, 9, 30)
AT = datetime(2024, 9, 30, 16, tzinfo=BEIJING)
SAMPLE = Path(__file__).parents[3] / "index" / "sample"
HEADER = "session,market,advancers,decliners,unchanged\n"

Told = Callable[[str], list[str]]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """What is said in English of the breadth rows given."""

    def say(rows: str) -> list[str]:
        store = Store(f"sqlite:///{tmp_path / 'whyup.db'}")
        (tmp_path / "breadth.csv").write_text(HEADER + rows, encoding="utf-8")
        (tmp_path / "bars.csv").write_text((SAMPLE / "bars.csv").read_text(encoding="utf-8"), encoding="utf-8")
        load_folder(store, tmp_path, AT)
        reader = Reader(store)
        found = explain(moves.of(reader.bars("000001.SH", AT), SESSION), reader, AT)
        assert not any(one.topic == "breadth" for driver in found.drivers for one in driver.evidence)
        breadth = [one for one in found.context if one.topic == "breadth"]
        return [render("evidence_line", "en", {"e": Sourced(one)}).plain for one in breadth]

    return say


def test_shanghai_is_told_before_the_whole_market(told: Told) -> None:
    assert told("2024-09-30,ALL,5336,8,5\n2024-09-30,SSE,2253,5,2\n") == [
        "Shanghai: 2,253 shares rose, 5 fell, 2 unchanged"
    ]


def test_the_whole_market_is_told_as_such(told: Told) -> None:
    assert told("2024-09-30,ALL,5336,8,\n") == ["All of the mainland: 5,336 shares rose, 8 fell"]


def test_a_count_that_is_not_known_is_not_told(told: Told) -> None:
    assert told("2024-09-30,SSE,,8,\n") == []


def test_yesterdays_count_is_not_told_today(told: Told) -> None:
    assert told("2024-09-27,SSE,2100,130,20\n") == []
