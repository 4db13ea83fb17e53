"""Rows judged one by one: what is accepted, what is rejected, and why."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.faults import Fault
from index.kinds import KINDS
from index.quality import Checked, Rejected, check

from .folders import BAR, NOW

RELEASE = "2024-09-30T09:30,pmi_manufacturing,2024-09,49.8,49.5,49.1,index"
EVENT = "2024-09-24T09:00,2024-09-27,policy.monetary,1,Package,一揽子,https://www.pbc.gov.cn/"
HEADLINE = "2024-09-30T19:00,晚间新闻,CCTV,,zh"


def judge(kind: str, row: str, now: datetime = NOW) -> Checked:
    return check(KINDS[kind], row.split(","), now)


def fault_of(kind: str, row: str) -> tuple[str, str]:
    with pytest.raises(Rejected) as rejection:
        judge(kind, row)
    return rejection.value.fault.code, rejection.value.fault.column


def test_a_good_row_keeps_its_figures() -> None:
    checked = judge("bars", BAR)
    assert checked.values["close"] == 3336.50
    assert checked.values["turnover_cny"] == 1_158_000_000_000
    assert checked.published_at == datetime(2024, 9, 30, 7, tzinfo=UTC)
    assert checked.doubts == ()


def test_an_empty_cell_is_unknown_and_no_zero() -> None:
    assert judge("bars", "HSI,2024-09-30,,,,21133.68,,").values["volume_shares"] is None


@pytest.mark.parametrize(
    ("kind", "row", "fault"),
    [
        ("bars", BAR.replace("3336.50", "n/a"), ("not_a_number", "close")),
        ("bars", BAR.replace("3336.50", "nan"), ("not_a_number", "close")),
        ("bars", BAR.replace("3336.50", "inf"), ("not_a_number", "close")),
        ("bars", BAR.replace("3336.50", "3_336.50"), ("not_a_number", "close")),
        ("bars", BAR.replace("3336.50", "3336.50点"), ("not_a_number", "close")),
        ("bars", BAR.replace("3336.50", "３３３６.50"), ("not_a_number", "close")),
        ("bars", BAR.replace("3336.50", "-"), ("not_a_number", "close")),
        ("bars", BAR.replace("3336.50", "0"), ("not_positive", "close")),
        ("bars", BAR.replace("3336.50", "-3336.50"), ("not_positive", "close")),
        ("bars", BAR.replace("3336.50", "333650"), ("outside_range", "close")),
        ("bars", BAR.replace("86400000000", "-86400000000"), ("negative", "volume_shares")),
        ("bars", BAR.replace("000001.SH", "000001.SZ"), ("unknown_index", "index")),
        ("bars", BAR.replace("2024-09-30", "2024-09-29"), ("market_closed", "session")),
        ("bars", BAR.replace("2024-09-30", "2024-09-16"), ("market_closed", "session")),
        ("bars", BAR.replace("2024-09-30", "1990-12-18"), ("market_closed", "session")),
        ("bars", BAR.replace("2024-09-30", "2024-10-09"), ("not_public_yet", "session")),
        ("bars", BAR.replace("2024-09-30", "20240930"), ("not_a_date", "session")),
        ("bars", BAR.replace("2024-09-30", "2024-W40-1"), ("not_a_date", "session")),
        ("bars", BAR.replace("2024-09-30", "2024-02-30"), ("not_a_date", "session")),
        ("bars", BAR.replace("2024-09-30", ""), ("missing", "session")),
        ("bars", BAR.replace("3336.50", ""), ("missing", "close")),
        ("bars", "399001.SZ,1995-02-06,,,,,,", ("no_figures", "session")),  # as a public table holds it
        ("sectors", "512880,securities,2024-09-30,", ("missing", "close")),
        ("northbound", "2024-08-16,", ("missing", "net_buy_cny")),
        ("northbound", "2024-05-15,1000000000", ("market_closed", "session")),  # Buddha's Birthday in Hong Kong
        ("breadth", "2024-09-30,SSE,-5,10,3", ("negative", "advancers")),
        ("connect", "2024-05-15,north,100000000000,5000000,1000000000", ("market_closed", "session")),
        ("releases", RELEASE.replace("T09:30", "T25:30"), ("not_a_moment", "released_at")),
        ("events", EVENT.replace("policy.monetary", "policy"), ("unknown_driver", "driver")),
        ("events", EVENT.replace(",1,", ",2,"), ("not_a_sign", "polarity")),
        ("headlines", HEADLINE.replace("晚间新闻", "长" * 3000), ("too_long", "title")),
        ("headlines", HEADLINE.replace(",,", ",javascript:alert(1),"), ("not_a_link", "url")),
        ("headlines", HEADLINE.replace(",,", ",//example.org/news,"), ("not_a_link", "url")),
        ("events", EVENT.replace("https:", "file:"), ("not_a_link", "url")),
    ],
)  # fmt: skip
def test_a_broken_rule_is_named_with_its_column(kind: str, row: str, fault: tuple[str, str]) -> None:
    assert fault_of(kind, row) == fault


MANY = "2024-09-30,SSE,9999,9999,1"
RANGES = [
    ("rates", "usdcny,2024-09-27,71.8", "value", "71.8 ∉ 5 … 9.5"),
    ("rates", "usdcny,2024-09-27,0.139", "value", "0.139 ∉ 5 … 9.5"),
    ("rates", "us10y_pct,2024-09-27,446", "value", "446 ∉ -1 … 20"),
    ("rates", "brent_usd,2024-09-27,-3", "value", "-3 ∉ 5 … 250"),
    ("rates", "dxy,2024-09-27,1.0", "value", "1 ∉ 60 … 170"),
    ("rates", "lpr_1y_pct,2024-09-20,300", "value", "300 ∉ 0.5 … 25"),
    ("rates", "rrr_large_pct,2024-09-24,950", "value", "950 ∉ 0.5 … 25"),
    ("breadth", MANY, "advancers + decliners + unchanged", "19999 ∉ 1 … 6000"),
    ("breadth", MANY.replace("SSE", "ALL"), "advancers + decliners + unchanged", "19999 ∉ 1 … 12000"),
    ("breadth", "2024-09-30,SSE,0,0,0", "advancers + decliners + unchanged", "0 ∉ 1 … 6000"),
    ("bars", BAR.replace("1158000000000", "11580"), "turnover_cny", "11580 ∉ 5000000000 … 1e+14"),
    ("bars", BAR.replace("1158000000000", "115800000"), "turnover_cny", "115800000 ∉ 5000000000 … 1e+14"),
    ("margin", "2024-09-27,ALL,18000,9500000000", "financing_balance_cny", "18000 ∉ 2e+10 … 1e+14"),
    ("margin", "2024-09-27,ALL,1440000000000,95", "lending_balance_cny", "95 ∉ 50000000 … 1e+13"),
    ("etf", "510300,2024-09-30,4.2,1000000000,42", "turnover_cny", "42 ∉ 84000000 … 2.1e+11"),
    ("etf", "510300,2024-09-30,4200,,", "close", "4200 ∉ 0.05 … 2000"),
]


@pytest.mark.parametrize(("kind", "row", "column", "cell"), RANGES, ids=[row for _, row, *_ in RANGES])
def test_a_figure_that_cannot_be_is_rejected_with_its_range(kind: str, row: str, column: str, cell: str) -> None:
    with pytest.raises(Rejected) as rejection:
        judge(kind, row)
    assert rejection.value.fault == Fault("out_of_bounds", column, cell)


def test_half_a_share_does_not_advance() -> None:
    assert fault_of("breadth", "2024-09-30,SSE,3000.5,10,3") == ("not_whole", "advancers")


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("rates", "usdcny,2005-07-20,8.2765"),
        ("rates", "us10y_pct,1981-09-30,15.84"),
        ("rates", "brent_usd,1998-12-10,9.1"),
        ("rates", "dxy,1985-02-25,164.72"),
        ("breadth", "2024-09-30,SSE,2266,21,3"),
        ("bars", "000001.SH,1990-12-20,104.30,104.39,99.98,104.39,19700,84000"),
        ("margin", "2010-03-31,SZSE,670796,70895"),
        ("margin", "2024-09-27,BSE,18000,95"),
        ("etf", "510300,2024-09-30,,0,0"),
    ],
)
def test_what_was_once_published_can_be(kind: str, row: str) -> None:
    assert judge(kind, row).values


@pytest.mark.parametrize("url", ["", "https://example.org/a", "http://example.org/a", "HTTPS://EXAMPLE.ORG/A"])
def test_a_headline_has_a_link_of_the_web_or_none(url: str) -> None:
    assert judge("headlines", HEADLINE.replace(",,", f",{url},")).values["url"] == (url or None)


def test_a_day_of_a_holiday_in_shanghai_may_be_one_of_trading_in_hong_kong() -> None:
    assert judge("bars", "HSI,2024-09-16,,,,17422.12,,").values["close"] == 17422.12


def test_a_weekend_is_closed_everywhere() -> None:
    assert fault_of("bars", "SPX,2024-09-28,,,,5738.17,,") == ("market_closed", "session")


def test_past_the_calendars_end_a_weekday_may_be_a_session() -> None:
    checked = judge("bars", BAR.replace("2024-09-30", "2031-03-03"), datetime(2031, 3, 4, tzinfo=UTC))
    assert checked.values["session"] == "2031-03-03"


def test_new_year_is_closed_past_the_calendars_end_too() -> None:
    with pytest.raises(Rejected) as rejection:
        judge("bars", BAR.replace("2024-09-30", "2031-01-01"), datetime(2031, 3, 4, tzinfo=UTC))
    assert rejection.value.fault.code == "market_closed"


def test_a_day_without_an_hour_stays_a_day() -> None:
    checked = judge("releases", RELEASE.replace("T09:30", ""))
    assert checked.values["released_at"] == "2024-09-30"
    assert checked.published_at == datetime(2024, 9, 30, 1, 30, tzinfo=UTC)


def test_a_moment_without_a_zone_is_beijing_time() -> None:
    checked = judge("headlines", HEADLINE)
    assert checked.values["published_at"] == "2024-09-30T19:00:00+08:00"
    assert checked.published_at == datetime(2024, 9, 30, 11, tzinfo=UTC)


def test_a_moment_keeps_the_zone_it_states() -> None:
    checked = judge("headlines", HEADLINE.replace("T19:00", "T19:00+00:00"))
    assert checked.published_at == datetime(2024, 9, 30, 19, tzinfo=UTC)


def test_an_unprintable_character_is_taken_out_of_a_title() -> None:
    assert judge("headlines", HEADLINE.replace("晚间", "晚\u200b间\x00")).values["title"] == "晚间新闻"


@given(st.lists(st.text(max_size=40), min_size=8, max_size=8))
def test_any_text_is_read_or_rejected_but_never_breaks_the_reader(cells: list[str]) -> None:
    try:
        checked = check(KINDS["bars"], cells, NOW)
    except Rejected as rejection:
        assert rejection.fault.code  # noqa: PT017 - most texts end here, and that is one of two good ends
    else:
        assert checked.published_at <= NOW
