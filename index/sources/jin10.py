"""Jin10's data centre: releases with forecast and previous value, margin balances, the policy rate.

AkShare 1.19.5 ``macro_china_*``: a date, no clock time; the forecast is a poll that news agencies publish; the last row
may be a release to come, without an actual value. Every call reads the whole series page by page: once a day is enough.
Margin tables are in yuan (their first rows are those that the exchanges published on 2010-03-31).
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import partial

from index.faults import Fault
from index.quality import Rejected
from index.sources.cells import day, number
from index.sources.contract import Call, Host, Record, Request, Row, Source
from index.sources.rows import margin

HOST = Host("jin10", interval_s=2.0, cool_down=timedelta(minutes=30))
PUBLISHER = "Jin10"
SHAPE = ("商品", "日期", "今值", "预测值", "前值")
MARGIN_SHAPE = ("日期", "融资买入额", "融资余额", "融券卖出量", "融券余量", "融券余额", "融资融券余额")
FIRST_LPR = date(2019, 8, 20)  # before it the same series is the benchmark lending rate

# function → indicator and unit of the format
RELEASES: Mapping[str, tuple[str, str]] = {
    "macro_china_pmi_yearly": ("pmi_manufacturing", "index"),
    "macro_china_non_man_pmi": ("pmi_non_manufacturing", "index"),
    "macro_china_cx_pmi_yearly": ("pmi_caixin_manufacturing", "index"),
    "macro_china_cx_services_pmi_yearly": ("pmi_caixin_services", "index"),
    "macro_china_cpi_yearly": ("cpi_yoy", "pct"),
    "macro_china_cpi_monthly": ("cpi_mom", "pct"),
    "macro_china_ppi_yearly": ("ppi_yoy", "pct"),
    "macro_china_exports_yoy": ("exports_yoy", "pct"),
    "macro_china_imports_yoy": ("imports_yoy", "pct"),
    "macro_china_trade_balance": ("trade_balance_usd", "usd_100m"),
    "macro_china_industrial_production_yoy": ("industrial_production_yoy", "pct"),
    "macro_china_gdp_yearly": ("gdp_yoy", "pct"),
    "macro_china_m2_yearly": ("m2_yoy", "pct"),
    "macro_china_fx_reserves_yearly": ("fx_reserves_usd", "usd_100m"),
}


def _release_calls(_request: Request) -> Iterator[Call]:
    return (Call(f"akshare:{function}", {}, indicator) for function, (indicator, _unit) in RELEASES.items())


def _release(record: Record, call: Call, request: Request) -> Row:
    actual, released_on = number(record["今值"]), day(record["日期"])
    if actual is None:
        raise Rejected(Fault("to_come" if released_on >= request.at.date() else "missing", "actual", str(released_on)))
    return {
        "released_at": released_on,
        "indicator": call.subject,
        "period": None,
        "actual": actual,
        "forecast": number(record["预测值"]),
        "previous": number(record["前值"]),
        "unit": UNITS[call.subject],
    }


UNITS: Mapping[str, str] = dict(RELEASES.values())


def _margin(market: str, record: Record, _call: Call, _request: Request) -> Row:
    return margin(market, day(record["日期"]), record["融资余额"], record["融券余额"])


def _prime_rate(record: Record, _call: Call, _request: Request) -> Row | None:
    fixed_on, value = day(record["日期"]), number(record["今值"])
    is_prime_rate = fixed_on >= FIRST_LPR and value is not None
    return {"series": "lpr_1y_pct", "date": fixed_on, "value": value} if is_prime_rate else None


RELEASES_SOURCE = Source(
    "jin10.releases", HOST, "releases", PUBLISHER, _release_calls, _release, shape=SHAPE, deadline_s=90.0
)
MARGIN_SHANGHAI = Source(
    "jin10.margin_sh", HOST, "margin", PUBLISHER,
    lambda _request: (Call("akshare:macro_china_market_margin_sh", {}, "SSE"),), partial(_margin, "SSE"),
    shape=MARGIN_SHAPE,
)  # fmt: skip
MARGIN_SHENZHEN = Source(
    "jin10.margin_sz", HOST, "margin", PUBLISHER,
    lambda _request: (Call("akshare:macro_china_market_margin_sz", {}, "SZSE"),), partial(_margin, "SZSE"),
    shape=MARGIN_SHAPE,
)  # fmt: skip
PRIME_RATE = Source(
    "jin10.lpr", HOST, "rates", PUBLISHER,
    lambda _request: (Call("akshare:macro_bank_china_interest_rate", {}, "lpr_1y_pct"),), _prime_rate, shape=SHAPE,
    deadline_s=90.0,
)  # fmt: skip
