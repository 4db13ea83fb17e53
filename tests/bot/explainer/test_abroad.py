"""What is read for mainland shares says nothing of an index abroad."""

from datetime import date, datetime

import pytest

from bot.explainer.explanation import explain
from index import moves
from index.reader import Reader
from index.sessions import BEIJING

AT = datetime(2024, 9, 30, 18, tzinfo=BEIJING)


@pytest.mark.parametrize("index", ["N225", "TWII", "KS11", "AXJO"])
def test_a_market_that_closes_before_shanghai_is_explained_without_chinese_policy(
    sample_reader: Reader, index: str
) -> None:
    move = moves.of(sample_reader.bars(index, AT), date(2024, 9, 30))
    found = explain(move, sample_reader, AT)
    assert {driver.group for driver in (*found.drivers, *found.against)} <= {"global", "event"}


def test_hong_kong_answers_to_chinese_policy(sample_reader: Reader) -> None:
    move = moves.of(sample_reader.bars("HSI", AT), date(2024, 9, 30))
    assert explain(move, sample_reader, AT).drivers[0].group == "policy"
