"""Baidu's economic calendar: releases with the clock time, forecast and previous value. Breaks often; a second path.

AkShare 1.19.5 ``news_economic_baidu``, one call a day. It turns figures into numbers itself, so that "1.2%" is lost: a
row without an actual value is left out, not taken for 0.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from index import publication
from index.faults import Fault
from index.quality import Rejected
from index.sessions import BEIJING
from index.sources.cells import day, number
from index.sources.contract import Call, Host, Record, Request, Row, Source

HOST = Host("baidu", interval_s=3.0, cool_down=timedelta(hours=6))
PUBLISHER = "Baidu calendar"
SHAPE = ("日期", "时间", "地区", "事件", "公布", "预期", "前值")
CHINA = frozenset({"中国", "CN", "China"})

# What a title must match → indicator and unit of the format; the first that fits.
INDICATORS: Mapping[str, tuple[str, str]] = {
    r"财新.*制造业PMI": ("pmi_caixin_manufacturing", "index"),
    r"财新.*服务业PMI": ("pmi_caixin_services", "index"),
    r"非制造业PMI": ("pmi_non_manufacturing", "index"),
    r"制造业PMI": ("pmi_manufacturing", "index"),
    r"CPI.*(年率|同比)": ("cpi_yoy", "pct"),
    r"CPI.*(月率|环比)": ("cpi_mom", "pct"),
    r"PPI.*(年率|同比)": ("ppi_yoy", "pct"),
    r"美元.*出口.*(年率|同比)": ("exports_yoy", "pct"),
    r"美元.*进口.*(年率|同比)": ("imports_yoy", "pct"),
    r"规模以上工业增加值.*(年率|同比)": ("industrial_production_yoy", "pct"),
    r"M2.*(年率|同比)": ("m2_yoy", "pct"),
    r"GDP.*(年率|同比)": ("gdp_yoy", "pct"),
    r"社会消费品零售总额.*(年率|同比)": ("retail_sales_yoy", "pct"),
    r"规模以上工业企业利润.*(年率|同比)": ("industrial_profits_yoy", "pct"),
}


def _calls(request: Request) -> Iterator[Call]:
    return (Call("akshare:news_economic_baidu", {"date": f"{day:%Y%m%d}"}, day.isoformat()) for day in request.days())


def _row(record: Record, _call: Call, _request: Request) -> Row | None:
    known = _indicator(record)
    if known is None:
        return None
    indicator, unit = known
    actual = number(record["公布"])
    if actual is None:
        raise Rejected(Fault("missing", "actual", str(record["事件"])))
    return {
        "released_at": _released_at(indicator, record),
        "indicator": indicator,
        "period": str(record.get("统计周期") or "") or None,
        "actual": actual,
        "forecast": number(record["预期"]),
        "previous": number(record["前值"]),
        "unit": unit,
    }


def _indicator(record: Record) -> tuple[str, str] | None:
    if not CHINA & {str(record["地区"]), str(record.get("国家"))}:
        return None
    return next((known for title, known in INDICATORS.items() if re.search(title, str(record["事件"]))), None)


def _released_at(indicator: str, record: Record) -> object:
    """A day, as other publishers date the same release; the stated moment when it is later than the usual hour."""
    released_on, usual = day(record["日期"]), publication.release(indicator, day(record["日期"]))
    try:
        stated = datetime.combine(released_on, datetime.strptime(str(record["时间"])[:5], "%H:%M").time(), BEIJING)  # noqa: DTZ007 - a clock time
    except ValueError:
        return released_on
    return stated if stated > usual else released_on


RELEASES = Source("baidu.releases", HOST, "releases", PUBLISHER, _calls, _row, shape=SHAPE, slice_days=10)
