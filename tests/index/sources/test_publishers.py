"""Each publisher's recorded answer becomes rows of the format in its units, dated as the publisher dates them."""

from datetime import date, datetime
from typing import Any

import pytest

from index.kinds import KINDS
from index.sessions import BEIJING
from tests.index.sources.recorded import SESSION, SOURCES, answer, codes, read

FRIDAY = date(2024, 9, 27)
# csindex, sse.com.cn and szse.cn publish these of 2024-09-30; the units are the format's
BAR = {
    "index": "000001.SH", "session": SESSION, "open": 3147.21, "high": 3358.48, "low": 3147.21, "close": 3336.50,
    "volume_shares": 86_431_230_000.0, "turnover_cny": 1_161_296_000_000.0,
}  # fmt: skip
PRECISE = {"open": 3147.206, "high": 3358.481, "low": 3147.206, "close": 3336.498}
QUOTED = {"open": 3147.2061, "high": 3358.4805, "low": 3147.2061, "close": 3336.4981}
NO_TURNOVER = {"turnover_cny": None}
NO_VOLUME = {"volume_shares": None}
FUND = {
    "code": "510050", "session": SESSION, "close": 3.135, "volume": 2_215_800_300.0, "turnover_cny": 6_790_125_000.0,
}  # fmt: skip
MARGIN = {
    "session": FRIDAY, "market": "SSE", "financing_balance_cny": 719_852_100_000.0,
    "lending_balance_cny": 6_120_400_000.0,
}  # fmt: skip
SHENZHEN_MARGIN = {
    "session": FRIDAY, "market": "SZSE", "financing_balance_cny": 653_128_000_000.0,
    "lending_balance_cny": 3_420_000_000.0,
}  # fmt: skip
PMI = {
    "released_at": SESSION, "indicator": "pmi_manufacturing", "period": None, "actual": 49.8, "forecast": 49.5,
    "previous": 49.1, "unit": "index",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "subject", "expected"),
    [
        ("csindex.closes", "000001.SH", BAR | {"volume_shares": 86_431_230_000.0}),
        ("tencent.closes", "000001.SH", BAR | NO_TURNOVER),
        ("tencent.latest_closes", None, BAR),
        ("sina.closes", "000001.SH", BAR | PRECISE | NO_TURNOVER),
        ("sina.latest_closes", None, BAR | QUOTED | NO_VOLUME),
        ("eastmoney.closes", "000001.SH", BAR),
        ("tushare.closes", "000001.SH", BAR | QUOTED),
        ("yahoo.closes", None, BAR | NO_VOLUME | NO_TURNOVER),
        ("sina.funds", "510050", FUND),
        ("eastmoney.funds", "510050", FUND),
        ("tushare.funds", "510050", FUND),
        (
            "csindex.sectors", "000032",
            {"code": "000032", "name": "SSE Energy", "session": SESSION, "close": 1888.30},
        ),
        (
            "sina.breadth", None,
            {"session": SESSION, "market": "SSE", "advancers": 1.0, "decliners": 1.0, "unchanged": 1.0},
        ),
        (
            "eastmoney.breadth", None,
            {"session": SESSION, "market": "SSE", "advancers": 1.0, "decliners": 1.0, "unchanged": 0.0},
        ),
        (
            "legulegu.breadth", None,
            {"session": SESSION, "market": "ALL", "advancers": 5336.0, "decliners": 8.0, "unchanged": 5.0},
        ),
        ("eastmoney.fund_shares", None, {"code": "510050", "session": SESSION, "shares": 55_137_440_000.0}),
        ("jin10.releases", "pmi_manufacturing", PMI),
        ("baidu.releases", "2024-09-30", PMI | {"period": "9月"}),
        (
            "hkex.connect", "2024-09-30",
            {
                "session": SESSION, "channel": "northbound_sh", "turnover_cny": 172_356_410_000.0,
                "trades": 6_175_600.0, "etf_turnover_cny": 4_187_200_000.0,
            },
        ),
        (
            "sse.connect", "2024-09-30",
            {
                "session": SESSION, "channel": "northbound_sh", "turnover_cny": 172_356_000_000.0,
                "trades": 6_175_600.0, "etf_turnover_cny": 4_187_000_000.0,
            },
        ),
        (
            "szse.connect", "2024-09-30",
            {
                "session": SESSION, "channel": "northbound_sz", "turnover_cny": 189_001_000_000.0,
                "trades": 7_000_000.0, "etf_turnover_cny": 2_011_000_000.0,
            },
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_recorded_answer_becomes_a_row_of_its_session(
    name: str, subject: str | None, expected: dict[str, Any]
) -> None:
    assert read(name, subject).rows[0] == expected


@pytest.mark.parametrize(
    ("name", "subject", "expected"),
    [
        ("sse.margin", "SSE", MARGIN),
        ("szse.margin", "2024-09-27", SHENZHEN_MARGIN),
        ("jin10.margin_sh", "SSE", MARGIN),
        (
            "jin10.margin_sz", "SZSE",
            SHENZHEN_MARGIN | {"financing_balance_cny": 653_128_400_000.0, "lending_balance_cny": 3_420_100_000.0},
        ),
        ("tushare.margin", None, MARGIN),
        ("sse.fund_shares", "2024-09-27", {"code": "510050", "session": FRIDAY, "shares": 55_137_440_000.0}),
        ("szse.fund_shares", None, {"code": "159919", "session": FRIDAY, "shares": 41_250_330_000.0}),
        ("tushare.fund_shares", "510050", {"code": "510050", "session": FRIDAY, "shares": 55_137_440_000.0}),
        ("yahoo.rates", None, {"series": "usdcny", "date": FRIDAY, "value": 7.0110}),
        ("eastmoney.treasury", "us10y_pct", {"series": "us10y_pct", "date": FRIDAY, "value": 3.75}),
        ("sina.brent", "brent_usd", {"series": "brent_usd", "date": FRIDAY, "value": 71.98}),
        ("eastmoney.dollar_index", "dxy", {"series": "dxy", "date": FRIDAY, "value": 100.42}),
        ("eastmoney.reserve_ratio", None, {"series": "rrr_large_pct", "date": FRIDAY, "value": 9.5}),
        ("sina.reserve_ratio", None, {"series": "rrr_large_pct", "date": FRIDAY, "value": 9.5}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_figures_that_come_later_carry_their_own_day(name: str, subject: str | None, expected: dict[str, Any]) -> None:
    assert read(name, subject, since=FRIDAY, until=FRIDAY).rows[0] == expected


@pytest.mark.parametrize("name", ["eastmoney.lpr", "tushare.lpr", "jin10.lpr"])
def test_the_prime_rate_of_one_year_is_the_same_from_every_publisher(name: str) -> None:
    fixing = date(2024, 9, 20)
    assert read(name, since=fixing, until=fixing).rows[0] == {"series": "lpr_1y_pct", "date": fixing, "value": 3.35}


@pytest.mark.parametrize("name", ["yahoo.world", "sina.world", "eastmoney.world"])
def test_new_yorks_close_is_the_same_from_every_publisher(name: str) -> None:
    (row,) = [row for row in read(name, since=FRIDAY, until=FRIDAY).rows if row["index"] == "SPX"]
    assert (row["session"], row["close"]) == (FRIDAY, 5738.17)


@pytest.mark.parametrize(
    ("name", "title", "hour", "has_link"),
    [
        ("cls.headlines", "央行：9月27日起下调存款准备金率0.5个百分点", "08:01:02", False),
        ("ths.headlines", "两市成交额突破2万亿元", "13:42:10", True),
        ("futu.headlines", "两市成交额突破2万亿元", "13:42:10", True),
        ("eastmoney.headlines", "A股成交额突破2万亿元", "13:41:55", True),
        ("sina.headlines", "沪深两市成交额突破2万亿元", "13:40:12", False),
    ],
)
def test_a_flash_is_kept_as_title_moment_source_and_link(name: str, title: str, hour: str, has_link: bool) -> None:
    row = read(name).rows[0]
    assert set(row) == {column.name for column in KINDS["headlines"].columns}
    assert row["title"] == title
    assert row["published_at"] == datetime.fromisoformat(f"2024-09-30T{hour}").replace(tzinfo=BEIJING)
    assert bool(row["url"]) is has_link


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_every_source_has_a_recorded_shape_that_it_reads_without_a_failure(name: str) -> None:
    reading = read(name, since=date(2010, 1, 1) if not SOURCES[name].slice_days else FRIDAY)
    assert SOURCES[name].missing_columns(answer(name)) == ()
    assert [failure.detail for failure in reading.failures] == []


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_every_row_has_the_columns_of_its_kind(name: str) -> None:
    kind = KINDS[SOURCES[name].kind]
    for row in read(name, since=date(2010, 1, 1) if not SOURCES[name].slice_days else FRIDAY).rows:
        assert set(row) == {column.name for column in kind.columns}


def test_a_security_nobody_asked_for_is_refused() -> None:
    assert codes(read("tencent.latest_funds")) == ["not_asked", "not_asked"]
