"""The Shenzhen exchange's report pages: margin balances, Shenzhen Connect turnover and the units of its funds.

The first two state their day in ``metadata.subname``, which AkShare's ``stock_margin_szse`` drops; amounts are in 亿元
and trades in 万笔. A day without a report is an empty table. Units of funds come by AkShare with a date on each line
(``fund_etf_scale_szse`` has none); a span of more than six months is answered with no lines at all.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from index.sources.cells import day, number, required
from index.sources.contract import Answer, Call, Host, Record, Request, Row, Source, Unanswered, Why, settled
from index.sources.rows import check_stated, margin
from index.sources.web import json_of, page

HOST = Host("szse", interval_s=1.0)
PUBLISHER = "Shenzhen Stock Exchange"
HUNDRED_MILLION = 1e8
TEN_THOUSAND = 1e4
REPORTS = "https://www.szse.cn/api/report/ShowReport/data"
MARGIN_REPORT = "1837_xxpl"
CONNECT_REPORT = "SGT_SGTJYRB"


def _report(catalogue: str, days: Iterable[date]) -> Iterator[Call]:
    for session in days:
        # without a date the page sends its whole history
        query = {"SHOWTYPE": "JSON", "CATALOGID": catalogue, "TABKEY": "tab1", "txtDate": session.isoformat()}
        yield page(REPORTS, session.isoformat(), query=query, referer="https://www.szse.cn/")


def _tab(answer: Answer) -> tuple[str, list[Record]]:
    tab = json_of(answer)[0]
    if tab.get("error"):
        raise Unanswered(Why.SHAPE, str(tab["error"]))
    return str(tab["metadata"].get("subname", "")), tab["data"]


def margin_rows(answer: Answer, _request: Request) -> list[Record]:
    """The day's summary, with its day."""
    stated, rows = _tab(answer)
    return [{"stated": stated, **row} for row in rows]


def connect_rows(answer: Answer, _request: Request) -> list[Record]:
    """The report's labelled lines as one record."""
    stated, lines = _tab(answer)
    found: dict[str, str] = {}
    for line in lines:
        label = str(line["label"])
        # "当日ETF交易总额" holds "交易总额" too
        name = "etf" if "ETF" in label else "trades" if "总笔数" in label else "turnover" if "总额" in label else label
        found[name] = str(line["total"])
    return [{"stated": stated, **found}] if lines else []


def _margin(record: Record, call: Call, _request: Request) -> Row:
    stated = day(record["stated"])
    check_stated(stated, call)
    return margin("SZSE", stated, record["jrrzye"], record["jrrjye"], HUNDRED_MILLION)


def _connect(record: Record, call: Call, _request: Request) -> Row:
    stated = day(record["stated"])
    check_stated(stated, call)
    return {
        "session": stated,
        "channel": "northbound_sz",
        "turnover_cny": required(record.get("turnover"), "turnover_cny", HUNDRED_MILLION),
        "trades": number(record.get("trades"), TEN_THOUSAND),
        "etf_turnover_cny": number(record.get("etf"), HUNDRED_MILLION),
    }


def _share_calls(request: Request) -> Iterator[Call]:
    yield Call("akshare:fund_scale_daily_szse", request.span() | {"symbol": "ETF"})


def _shares(record: Record, _call: Call, request: Request) -> Row:
    return {
        "code": str(record["基金代码"]),
        "session": settled(day(record["日期"]), request),
        "shares": required(record["基金份额"], "shares"),
    }


FUND_SHARES = Source(
    "szse.fund_shares", HOST, "etf_shares", PUBLISHER, _share_calls, _shares,
    shape=("日期", "基金代码", "基金简称", "基金份额"), slice_days=90,
)  # fmt: skip
MARGIN = Source(
    "szse.margin", HOST, "margin", PUBLISHER, lambda request: _report(MARGIN_REPORT, request.sessions()), _margin,
    margin_rows, slice_days=20,
)  # fmt: skip
CONNECT = Source(
    "szse.connect", HOST, "connect", PUBLISHER, lambda request: _report(CONNECT_REPORT, request.connect_days()),
    _connect, connect_rows, slice_days=20,
)  # fmt: skip
