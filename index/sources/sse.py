"""The Shanghai exchange's own pages: fund shares, margin balances, Connect turnover, what all shares turned over.

AkShare 1.19.5 ``fund_etf_scale_sse`` (already in shares) and ``stock_margin_sse`` (yuan); the page behind
https://www.sse.com.cn/services/hkexsc/hgtscsj/hgtcjgk/ for Connect turnover, in 亿元 and 万笔, a null row on days when
the channel is shut.

The day's dealings are read from the page behind AkShare's ``stock_sse_deal_daily``, which leaves out the day that the
page states and tells its rows apart by position (#5542). Product 17 is all shares, in 亿元 and 亿股: main board, STAR
and B shares, with what was traded at the closing price until 15:30.
"""

from collections.abc import Iterator
from datetime import date

from index.catalog import SHANGHAI_COMPOSITE
from index.faults import Fault
from index.quality import Rejected
from index.sources.cells import day, number, required
from index.sources.contract import Answer, Call, Host, Record, Request, Row, Source, settled
from index.sources.rows import PRICES, check_stated, margin
from index.sources.web import json_of, page

HOST = Host("sse", interval_s=1.0)
PUBLISHER = "Shanghai Stock Exchange"
HUNDRED_MILLION = 1e8
TEN_THOUSAND = 1e4
CONNECT_PAGE = "https://query.sse.com.cn/ggt/getQuatationInfo.do"
DEALS_PAGE = "https://query.sse.com.cn/commonQuery.do"
DEALS_REFERER = "https://www.sse.com.cn/market/stockdata/overview/day/"
ALL_SHARES = "17"
FIRST_DEALS = date(2021, 12, 27)  # the page's columns meant something else before
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


def _deal_calls(request: Request) -> Iterator[Call]:
    products = {"sqlId": "COMMON_SSE_SJ_GPSJ_CJGK_MRGK_C", "PRODUCT_CODE": "01,02,03,11,17", "type": "inParams"}
    for session in request.sessions():
        if session >= FIRST_DEALS:
            query = {**products, "SEARCH_DATE": session.isoformat()}
            yield page(DEALS_PAGE, session.isoformat(), query=query, referer=DEALS_REFERER)


def all_shares(answer: Answer, _request: Request) -> list[Record]:
    """The line of all shares; none on a day without dealings, or not yet."""
    return [line for line in json_of(answer)["result"] if str(line["PRODUCT_CODE"]) == ALL_SHARES]


def _dealt(record: Record, call: Call, request: Request) -> Row:
    """The Composite's activity: it is made of all shares but a few, and no close comes with it."""
    stated = settled(day(record["TRADE_DATE"]), request)
    check_stated(stated, call)
    turnover = required(record["TRADE_AMT"], "turnover_cny", HUNDRED_MILLION)
    if turnover <= 0:
        raise Rejected(Fault("not_positive", "turnover_cny", str(record["TRADE_AMT"])))
    return {
        "index": SHANGHAI_COMPOSITE.code,
        "session": stated,
        **dict.fromkeys(PRICES),
        "volume_shares": number(record["TRADE_VOL"], HUNDRED_MILLION),
        "turnover_cny": turnover,
    }


DEALS = Source("sse.deals", HOST, "bars", PUBLISHER, _deal_calls, _dealt, all_shares, slice_days=20)
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
