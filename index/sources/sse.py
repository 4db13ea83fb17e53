"""The Shanghai exchange's own pages: fund shares, margin balances, Shanghai Connect turnover.

AkShare 1.19.5 ``fund_etf_scale_sse`` (already in shares) and ``stock_margin_sse`` (yuan); the page behind
https://www.sse.com.cn/services/hkexsc/hgtscsj/hgtcjgk/ for Connect turnover, in 亿元 and 万笔, a null row on days when
the channel is shut.
"""

from collections.abc import Iterator

from index.sources.cells import day, number, required
from index.sources.contract import Answer, Call, Host, Record, Request, Row, Source
from index.sources.rows import check_stated, margin
from index.sources.web import json_of, page

HOST = Host("sse", interval_s=1.0)
PUBLISHER = "Shanghai Stock Exchange"
HUNDRED_MILLION = 1e8
TEN_THOUSAND = 1e4
CONNECT_PAGE = "https://query.sse.com.cn/ggt/getQuatationInfo.do"
CONNECT_REFERER = "https://www.sse.com.cn/services/hkexsc/hgtscsj/hgtcjgk/"


def _share_calls(request: Request) -> Iterator[Call]:
    for session in request.sessions():
        yield Call("akshare:fund_etf_scale_sse", {"date": f"{session:%Y%m%d}"}, session.isoformat())


def _shares(record: Record, call: Call, _request: Request) -> Row:
    stated = day(record["统计日期"])
    check_stated(stated, call)
    return {
        "code": str(record["基金代码"]),
        "session": stated,
        "shares": required(record["基金份额"], "shares"),
    }


def _margin_calls(request: Request) -> Iterator[Call]:
    yield Call("akshare:stock_margin_sse", request.span(), "SSE")


def _margin(record: Record, _call: Call, _request: Request) -> Row:
    return margin("SSE", day(record["信用交易日期"]), record["融资余额"], record["融券余量金额"])


def _connect_calls(request: Request) -> Iterator[Call]:
    for session in request.connect_days():
        query = {"jsonCallBack": "callback", "tradeDate": f"{session:%Y%m%d}"}
        yield page(CONNECT_PAGE, session.isoformat(), query=query, referer=CONNECT_REFERER)


def connect_rows(answer: Answer, _request: Request) -> list[Record]:
    """The page's rows; it answers with a null where the channel was shut."""
    return [row for row in json_of(answer)["result"] if row is not None]


def _connect(record: Record, call: Call, _request: Request) -> Row:
    stated = day(record["TRADE_DATE"])
    check_stated(stated, call)
    return {
        "session": stated,
        "channel": "northbound_sh",
        "turnover_cny": required(record["TOTAL_AMOUNT"], "turnover_cny", HUNDRED_MILLION),
        "trades": number(record["TOTAL_VOLUME"], TEN_THOUSAND),
        "etf_turnover_cny": number(record["ETF_TOTAL_AMOUNT"], HUNDRED_MILLION),
    }


FUND_SHARES = Source(
    "sse.fund_shares", HOST, "etf_shares", PUBLISHER, _share_calls, _shares, slice_days=20,
    shape=("基金代码", "基金简称", "统计日期", "基金份额"),
)  # fmt: skip
MARGIN = Source(
    "sse.margin", HOST, "margin", PUBLISHER, _margin_calls, _margin,
    shape=("信用交易日期", "融资余额", "融资买入额", "融券余量", "融券余量金额", "融券卖出量", "融资融券余额"),
)  # fmt: skip
CONNECT = Source(
    "sse.connect", HOST, "connect", PUBLISHER, _connect_calls, _connect, connect_rows, slice_days=20
)  # fmt: skip
