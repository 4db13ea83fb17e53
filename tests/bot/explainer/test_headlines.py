import json
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.explainer.headline_rules import Rule, rulebook
from bot.explainer.headlines import merge, read
from index.taxonomy import DRIVERS, group_of

OWN = Path(__file__).parent / "headlines.jsonl"
SHARED = Path(os.environ.get("WHYUP_SHARED", Path(__file__).parents[4] / "shared"))
CORPUS = SHARED / "data" / "headlines_dev.jsonl"


def labelled(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def share(marks: Sequence[bool]) -> float:
    return sum(marks) / len(marks)


def published(row: dict) -> date | None:
    return date.fromisoformat(row["published_at"][:10]) if "published_at" in row else None


@pytest.fixture(params=[pytest.param(OWN, id="our own"), pytest.param(CORPUS, id="the development corpus")])
def corpus(request: pytest.FixtureRequest) -> list[tuple]:
    if not request.param.exists():
        pytest.skip("the development corpus is not on this machine")
    return [(row, read(row["title"], published(row))) for row in labelled(request.param)]


def test_most_headlines_that_move_the_market_get_the_group_of_their_driver(corpus: list[tuple]) -> None:
    strong = [(row, reading) for row, reading in corpus if row["relevance"] == 2]
    assert share([group_of(reading.driver or "") == group_of(row["driver"]) for row, reading in strong]) >= 0.7


def test_most_headlines_called_relevant_are(corpus: list[tuple]) -> None:
    assert share([row["relevance"] >= 1 for row, reading in corpus if reading.relevance >= 1]) >= 0.85


def test_the_direction_of_relevant_headlines_is_mostly_right(corpus: list[tuple]) -> None:
    relevant = [(row, reading) for row, reading in corpus if row["relevance"] >= 1 and reading.relevance >= 1]
    assert share([reading.polarity == row["polarity"] for row, reading in relevant]) >= 0.9


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.name) for rule in rulebook().rules])
def test_a_rule_understands_its_own_example(rule: Rule) -> None:
    reading = read(rule.example)
    assert (reading.driver, reading.relevance) == (rule.driver, rule.relevance)


def test_every_driver_has_a_rule() -> None:
    assert {rule.driver for rule in rulebook().rules} == DRIVERS


@pytest.mark.parametrize(
    ("title", "driver"),
    [
        pytest.param("Fed cuts interest rates by half a point", "global.us_fed", id="the Fed is not the PBOC"),
        pytest.param("RBI cuts repo rate by 25 basis points", None, id="the Indian central bank"),
        pytest.param("印度央行宣布降准50个基点", None, id="the Indian reserve ratio"),
        pytest.param("ECB leaves rates unchanged", None, id="the European central bank"),
        pytest.param("日本央行行长：将继续加息", None, id="the Japanese central bank"),
        pytest.param(
            "Japan's exports to China fall for fifth month", None, id="the country named first is the subject"
        ),
        pytest.param("韩国证监会暂停卖空", None, id="another country's market rules"),
        pytest.param(
            "OPEC agrees to cut output by one million barrels", "global.commodities", id="a cut of oil output"
        ),
        pytest.param("羽毛球女双减压训练", None, id="tutoring rules met by chance"),
        pytest.param("杭州限购感冒药", None, id="purchase limits on medicine"),
        pytest.param("MSCI demotes Greece to emerging market", None, id="another country's index membership"),
        pytest.param("工业企业利润增长 减税政策见效", "data.profits", id="the figure, not the policy behind it"),
        pytest.param("Dow climbs after Fed signals rate cut", "global.us_fed", id="the cause, not the move"),
    ],
)
def test_the_subject_decides_the_driver(title: str, driver: str | None) -> None:
    assert read(title).driver == driver


@pytest.mark.parametrize(
    ("title", "polarity"),
    [
        pytest.param("央行下调存款准备金率", 1, id="reserves cut"),
        pytest.param("央行上调存款准备金率", -1, id="reserves raised"),
        pytest.param("央行否认将下调存款准备金率", -1, id="good news denied"),
        pytest.param("美国对华商品加征10%关税", -1, id="a tariff"),
        pytest.param("美国取消对华商品加征的10%关税", 1, id="a tariff lifted"),
        pytest.param("工业企业利润同比下降5% 降幅收窄", 1, id="a fall that narrows"),
        pytest.param("China exports rise 2%, missing forecasts: miss expectations", -1, id="a rise below expectations"),
        pytest.param("美联储加息25个基点", -1, id="a Fed rise"),
        pytest.param("Oil prices jump 6% after attack", -1, id="a large rise of crude"),
        pytest.param("Oil prices rise 1%", 0, id="a small rise of crude"),
        pytest.param("人民币兑美元中间价下调120点", -1, id="a fixing that moves"),
        pytest.param("人民币兑美元中间价下调12点", 0, id="a fixing that hardly moves"),
        pytest.param("10月CPI同比上涨0.3%", 0, id="consumer prices"),
        pytest.param("10月社会融资规模增量1.4万亿元", 0, id="a level only"),
    ],
)
def test_the_wording_decides_the_direction(title: str, polarity: int) -> None:
    assert read(title).polarity == polarity


@pytest.mark.parametrize(
    ("title", "is_forward"),
    [
        pytest.param("央行将于12月15日降准0.5个百分点", False, id="decided for a later day"),
        pytest.param("机构预计央行年内将再次降准", True, id="expected"),
        pytest.param("China considers new stimulus package - sources", True, id="considered"),
        pytest.param("专家建议设立平准基金", True, id="proposed"),
        pytest.param("证监会：IPO注册制改革传闻不实", True, id="denied"),
        pytest.param("A股明年会迎来牛市吗", True, id="asked"),
        pytest.param("Oil slumps as OPEC may raise output", True, id="a move whose cause lies ahead and is called so"),
    ],
)
def test_what_is_not_yet_fact_is_forward(title: str, is_forward: bool) -> None:  # noqa: FBT001 - a label of the table
    assert read(title).is_forward is is_forward


def test_a_headline_in_traditional_characters_reads_as_in_simplified_ones() -> None:
    assert read("中國人民銀行下調存款準備金率") == read("中国人民银行下调存款准备金率")


def test_a_headline_that_only_tells_that_the_market_moved_is_no_reason() -> None:
    assert read("沪指收跌1.5%").strength == 0


def test_what_is_expected_is_weaker_than_what_happened() -> None:
    assert read("机构预计央行将降准").strength < read("央行宣布降准").strength


def test_a_subject_of_its_time_is_silent_outside_it() -> None:
    title = "某地新增本土新冠确诊病例36例"
    assert (read(title, date(2022, 4, 1)).driver, read(title, date(2025, 4, 1)).driver) == ("event.covid", None)


def test_one_province_weighs_less_than_the_country() -> None:
    assert (read("江苏前三季度外贸增长5%").relevance, read("前三季度外贸增长5%").relevance) == (1, 2)


@given(st.text(max_size=80))
def test_any_text_has_a_reading(title: str) -> None:
    reading = read(title)
    assert (reading.driver is None) == (reading.relevance == 0)


def test_versions_of_one_title_are_one_story() -> None:
    stories = merge(["央行宣布降准0.5个百分点", "【央行：宣布降准0.5个百分点】", "China home prices fall 0.3%"])
    assert [len(story.titles) for story in stories] == [2, 1]


def test_titles_in_two_languages_with_the_same_figures_are_one_story() -> None:
    stories = merge(["工业企业利润同比下降4.3%", "China industrial profits fall 4.3%", "China industrial profits fall"])
    assert [len(story.titles) for story in stories] == [2, 1]


def test_different_figures_are_different_stories() -> None:
    assert len(merge(["9月CPI同比上涨0.4%", "9月CPI同比上涨0.5%"])) == 2


def test_a_story_reads_as_its_strongest_title() -> None:
    (story,) = merge(["央行宣布降准50个基点是否合适", "央行宣布降准50个基点"])
    assert not story.reading.is_forward
