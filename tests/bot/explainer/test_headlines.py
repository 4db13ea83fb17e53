import json
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.explainer.headline_rules import Rule, rulebook
from bot.explainer.headlines import merge, read, spoken
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
        pytest.param("Nasdaq third-quarter revenue rises on listings", None, id="the exchange as a company"),
        pytest.param("碧桂园在美国申请破产保护", "data.property", id="a Chinese company in a court abroad"),
        pytest.param("佩洛西确诊新冠 曾与多名议员同场", None, id="gossip about a politician"),
        pytest.param("当代大学生宿舍内卷现状", None, id="a fashionable word of policy in daily life"),
        pytest.param("发现提前还贷后个税抵扣没了", None, id="somebody's own tax return"),
        pytest.param("我国禁止进口洋垃圾满一年", None, id="an import ban that is no trade fight"),
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
        pytest.param("Shenzhen lifts home purchase curbs", 1, id="a good phrase that ends with a bad one"),
        pytest.param("Dollar extends rally as euro turns weak", -1, id="a weakness of something else"),
        pytest.param("央行不会降准", -1, id="a negation right before"),
        pytest.param("我国外贸结构不断优化", 1, id="a character of negation in a harmless word"),
        pytest.param("信心不足 美股下跌", -1, id="a negation in the clause before"),
        pytest.param("Cramer: The Fed should cut rates now", 0, id="a commentator's wish"),
        pytest.param("发改委就促消费政策答记者问", 0, id="good news that is only spoken of"),
        pytest.param("商务部就美国加征关税答记者问", -1, id="bad news that must be answered"),
        pytest.param("我国外贸展现强大韧性", 1, id="the mood where no move is told"),
        pytest.param("China retail sales steady despite slump in home prices", 0, id="what it happened in spite of"),
        pytest.param("Trump cuts tariffs on Chinese goods to 30%", 1, id="a cut of the tariff"),
        pytest.param("US tariffs on Chinese goods lead retailers to cut jobs", -1, id="a cut of something else"),
        pytest.param("China trade surplus narrows to $60 billion", -1, id="a surplus that narrows"),
        pytest.param("Fed signals it will slow rate hikes", 1, id="fewer rises"),
        pytest.param("美国最高法院裁定对华关税违法", 1, id="a tariff that is struck down"),
        pytest.param("Beijing won't cut reserve requirement ratio for now", -1, id="a cut that is refused"),
        pytest.param("US lifts tariffs on Chinese steel to 50%", -1, id="lifted to a figure is raised"),
        pytest.param("US lifts tariffs on Chinese toys", 1, id="lifted to no figure is taken away"),
        pytest.param("鲍威尔：降息不着急", -1, id="no hurry with something good"),
        pytest.param("扩大房产税试点暂不推进", 1, id="a tax that is put off"),
        pytest.param("三季度首套房贷利率继续上行", -1, id="mortgages that get dearer"),
        pytest.param("White House sees no deal with Beijing", -1, id="a deal that there is not"),
        pytest.param("Trump leaves Beijing without a trade agreement", -1, id="talks that yield nothing"),
        pytest.param("China rate cut unlikely this quarter", -1, id="something good that is unlikely"),
        pytest.param("央行官员：年内降准可能性不大", -1, id="something good with little chance"),
        pytest.param("US to lift levies on Chinese batteries to 100 percent", -1, id="levies lifted to a figure"),
        pytest.param("央行减量续作1000亿元MLF", -1, id="less than fell due"),
        pytest.param("Weak U.S. figures point to growing risks for economy", -1, id="a danger that grows"),
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
def test_what_is_not_yet_fact_is_forward(title: str, is_forward: bool) -> None:
    assert read(title).is_forward is is_forward


def test_a_headline_in_traditional_characters_reads_as_in_simplified_ones() -> None:
    assert read("中國人民銀行下調存款準備金率") == read("中国人民银行下调存款准备金率")


def test_a_headline_that_only_tells_that_the_market_moved_is_no_reason() -> None:
    assert read("沪指收跌1.5%").strength == 0


def test_what_is_expected_is_weaker_than_what_happened() -> None:
    assert read("机构预计央行将降准").strength < read("央行宣布降准").strength


@pytest.mark.parametrize(
    ("act", "lesser"),
    [
        pytest.param("央行宣布降准0.5个百分点", "央行调研组走访小微企业 强调用好货币政策工具", id="a cut and a visit"),
        pytest.param(
            "国务院关税税则委员会：对原产于美国的进口商品加征34%关税",
            "五金商会回应美国加征关税",
            id="a tariff and an answer to it",
        ),
        pytest.param("中央汇金：已再次增持ETF", "专家建议设立平准基金", id="buying and a proposal to buy"),
        pytest.param(
            "市场监管总局对腾讯涉嫌垄断行为立案调查", "市场监管总局专项整治保健品市场", id="the largest and one trade"
        ),
        pytest.param(
            "发改委：今年第三批690亿元以旧换新资金下达",
            "全国家电以旧换新带动销售超900亿元",
            id="the money and its effect",
        ),
        pytest.param("北京取消五环外住房限购", "某市扩大保障性租赁住房供给", id="a rule lifted and flats to rent"),
        pytest.param("8月出口同比增长8.2%", "【新征程观察】稳外贸底气更足", id="a figure and an article"),
    ],
)
def test_an_act_for_the_whole_market_outweighs_what_is_done_or_said_in_a_part_of_it(act: str, lesser: str) -> None:
    assert read(act).strength >= 4 * read(lesser).strength > 0


@pytest.mark.parametrize(
    ("title", "driver", "polarity"),
    [
        pytest.param("Shanghai stocks jump after central bank cuts reserve ratio", "policy.monetary", 1, id="after"),
        pytest.param("China stocks surge after Beijing pledges support", "policy.fiscal_industry", 1, id="a pledge"),
        pytest.param("Shanghai Composite slips as weak retail sales weigh", "data.growth", -1, id="as"),
        pytest.param("沪指收涨1.2% 受降准消息提振", "policy.monetary", 1, id="lifted by"),
        pytest.param("沪指大跌2.3% 受美加征关税冲击", "global.trade_geopolitics", -1, id="hit by"),
    ],
)
def test_a_report_of_the_market_speaks_of_the_reason_it_names(title: str, driver: str, polarity: int) -> None:
    reading = read(title)
    assert (reading.driver, reading.polarity) == (driver, polarity)
    assert reading.strength


@pytest.mark.parametrize("title", ["A股明年会迎来牛市吗", "央行还会降准吗", "Will China cut interest rates again?"])
def test_a_question_is_weak_and_takes_no_side(title: str) -> None:
    reading = read(title)
    assert (reading.relevance, reading.polarity) == (1, 0)


@pytest.mark.parametrize(
    ("title", "polarity"),
    [
        pytest.param("中国9月出口（以美元计）同比增2.1% 预期增3.4%", -1, id="less growth than expected"),
        pytest.param("中国9月出口（以美元计）同比增4.1%，预期增3.4%，前值增2%", 1, id="more growth than expected"),
        pytest.param("中国9月出口（以美元计）同比下降1.1% 预期降2.4%", 1, id="a smaller fall than expected"),
        pytest.param("中国9月出口（以美元计）同比下降1.1% 预期增2.4%", -1, id="a fall where growth was expected"),
        pytest.param("中国9月出口（以美元计）同比增2.1% 预期增2.1%", 1, id="as expected: the growth is heard"),
    ],
)
def test_a_figure_is_read_beside_its_forecast(title: str, polarity: int) -> None:
    assert read(title).polarity == polarity


@pytest.mark.parametrize(
    ("title", "polarity"),
    [
        pytest.param("中国7月财新服务业PMI 52.6，前值50.6", 1, id="higher than the month before"),
        pytest.param("中国7月财新制造业PMI 49.5，前值50.4", -1, id="lower than the month before"),
        pytest.param("中国7月财新制造业PMI 49.5，前值50.4，预期49.1", 1, id="the forecast goes before the last one"),
        pytest.param("中国7月城镇调查失业率5.2%，前值5%", -1, id="unemployment is bad when it rises"),
        pytest.param("中国7月出口同比增7.2%，前值5.8%", 1, id="the growth that is told"),
        pytest.param("中国7月出口同比增4.2%，前值5.8%", 1, id="growth is growth when it slows"),
    ],
)
def test_a_level_without_a_forecast_is_read_beside_the_last_one(title: str, polarity: int) -> None:
    assert read(title).polarity == polarity


@pytest.mark.parametrize(
    "title",
    [
        "沪深两市成交额突破6000亿元 较昨日此时放量千亿",
        "深市成交额突破4000亿元",
        "收评：创业板指涨1.4% 光伏板块领涨",
        "A股午评：沪指跌0.4% 两市半日成交额8000亿元",
        "开盘：三大指数集体低开 券商股领跌",
        "沪指跌幅扩大至1%",
    ],
)
def test_the_course_of_the_session_is_no_reason_of_it(title: str) -> None:
    assert read(title).strength == 0


def test_a_reason_in_a_report_of_the_session_is_heard() -> None:
    reading = read("收评：沪指跌1.3% 受美加征关税冲击")
    assert (reading.driver, reading.polarity, reading.strength > 0) == ("global.trade_geopolitics", -1, True)


def test_turnover_that_stays_high_for_days_is_evidence() -> None:
    assert read("A股成交额连续第四日突破1万亿元").strength


def test_a_price_that_rose_despite_slow_growth_has_risen() -> None:
    assert read("Global stocks rise 2% despite slowest growth in decades").polarity == 1


def test_a_figure_written_to_its_name_is_a_figure_of_that_name() -> None:
    assert read("上半年我国GDP593034亿元").driver == "data.growth"


def test_what_stands_at_the_end_of_a_long_sentence_is_not_its_subject() -> None:
    tail = "voters in the emirate go to the polls after the parliament was dissolved in a dispute over new subsidies, "
    assert read(f"{tail}amid falling oil prices").driver is None


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        pytest.param("U . S ., China agree to talk", "U.S., China agree to talk", id="initials and a comma"),
        pytest.param("U . S . -China trade", "U.S.-China trade", id="a hyphen"),
        pytest.param("J . P . Morgan cuts view to 2 . 5 %", "J.P. Morgan cuts view to 2.5%", id="a figure"),
        pytest.param("adds 263, 000 jobs in May, 2019", "adds 263,000 jobs in May, 2019", id="thousands"),
        pytest.param("Wall St . ends up", "Wall St. ends up", id="an abbreviation"),
        pytest.param("JD . com to list", "JD.com to list", id="an address"),
        pytest.param("U . S tariffs", "U.S tariffs", id="a lost dot stays lost"),
        pytest.param("央行：今日净投放1.2万亿元", "央行：今日净投放1.2万亿元", id="a title that needs no repair"),
    ],
)
def test_a_title_split_into_tokens_is_put_together_for_display(title: str, typed: str) -> None:
    assert spoken(title) == typed


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        pytest.param("财联社6月4日电，证监会就新规征求意见", "证监会就新规征求意见", id="an agency and a day"),
        pytest.param("新华社北京3月8日电 两部门发文", "两部门发文", id="an agency, a city and a day"),
        pytest.param("中新社上海3月8日电（记者 某某）出口回升", "出口回升", id="a reporter"),
        pytest.param("上证报讯，两融余额回升", "两融余额回升", id="no day"),
        pytest.param("【出口同比增5%】财联社3月7日电，海关总署公布", "出口同比增5%", id="a title and a dateline"),
        pytest.param("【出口同比增5%】海关总署今日公布，出口增长。", "出口同比增5%", id="a title and a sentence"),
        pytest.param("【出口同比增5%】", "出口同比增5%", id="brackets around the whole"),
        pytest.param("快讯：出口同比增5%", "出口同比增5%", id="a word of urgency"),
        pytest.param("*CHINA EXPORTS RISE 5%", "CHINA EXPORTS RISE 5%", id="a star"),
        pytest.param("【走基层】稳外贸的底气", "【走基层】稳外贸的底气", id="a rubric stays"),
        pytest.param("新华社：中国经济怎么看", "新华社：中国经济怎么看", id="an agency that speaks itself stays"),
        pytest.param("某地6月4日电力负荷创新高", "某地6月4日电力负荷创新高", id="power is no telegram"),
    ],
)
def test_what_a_telegraph_puts_before_a_message_is_taken_away(title: str, bare: str) -> None:
    assert spoken(title) == bare


def test_a_telegraph_reads_as_its_message() -> None:
    assert read("新华社北京3月8日电 前两个月出口同比增长5%") == read("前两个月出口同比增长5%")


@given(st.text(st.sampled_from("US. ,-ab%1 2'c?"), max_size=30))
def test_putting_a_title_together_changes_nothing_but_spaces(title: str) -> None:
    assert spoken(title).replace(" ", "") == title.replace(" ", "")


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


@pytest.mark.parametrize(
    "titles",
    [
        pytest.param(("武汉拟全面取消限购", "南京拟全面取消限购"), id="two cities"),
        pytest.param(("央行宣布降准", "央行宣布降息"), id="two tools"),
        pytest.param(("China cuts lending rates", "China cuts deposit rates"), id="two rates"),
        pytest.param(("武汉拟全面取消限购", "住建部：因城施策 促进房地产止跌回稳"), id="a measure and a slogan"),
    ],
)
def test_titles_that_name_different_things_are_different_stories(titles: tuple[str, ...]) -> None:
    assert len(merge(titles)) == len(titles)


def test_a_telegraph_and_its_title_are_one_story() -> None:
    assert len(merge(["武汉拟全面取消限购", "【武汉拟全面取消限购】财联社5月6日电，武汉市发文征求意见。"])) == 1


def test_a_disaster_is_weak() -> None:
    titles = ("贵州一煤矿发生事故 瓦斯爆炸致9人死亡", "Tornado kills 12 in China's Jiangsu", "Tornado kills 20 in Ohio")
    assert max(read(title).strength for title in titles) <= 0.25


def test_a_story_reads_as_its_strongest_title() -> None:
    (story,) = merge(["央行宣布降准50个基点是否合适", "央行宣布降准50个基点"])
    assert not story.reading.is_forward
