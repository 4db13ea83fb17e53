"""Sina: daily tables of Shanghai, its funds and the world, the whole market's quotes, flashes of news.

The quote page states its moment; its fields, counted from 0, are those that easyquotation and others read: 1 open,
3 price, 4 high, 5 low, 8 volume (of a fund in shares), 9 turnover in yuan, 30 day, 31 time.
Its pages ask for restraint ("大量采集会被封 IP, 10 分钟后再试"), hence the long pauses. Functions: AkShare 1.19.5
``stock_zh_index_daily``, ``fund_etf_hist_sina``, ``stock_zh_a_spot``, ``index_us_stock_sina``,
``stock_hk_index_daily_sina``, ``index_global_hist_sina``, ``futures_foreign_hist``, ``stock_info_global_sina``;
TuShare 1.4.29 ``get_rrr``.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from index.faults import Fault
from index.quality import Rejected
from index.sessions import CLOSE
from index.sources.cells import day, moment, number, required, sign
from index.sources.codes import FUNDS, MAINLAND, SECTORS, prefixed, unprefixed
from index.sources.contract import (
    DELAYED,
    Answer,
    Call,
    Host,
    Record,
    Request,
    Row,
    Source,
    Unanswered,
    Why,
    settled,
    table_rows,
    undated,
)
from index.sources.flashes import headline
from index.sources.web import page

HOST = Host("sina", interval_s=3.0, cool_down=timedelta(minutes=15))
PUBLISHER = "Sina Finance"
SHAPE = ("date", "open", "high", "low", "close", "volume")
SPOT_SHAPE = ("代码", "名称", "最新价", "涨跌幅", "昨收", "成交量", "成交额", "时间戳")
AFTER_THE_AUCTION = "14:57:00"  # the last trades before the closing auction
MOST_STALE = 0.2  # of all shares may be without a trade since then: suspended, or not traded at the end
WORLD: Mapping[str, Call] = {
    "SPX": Call("akshare:index_us_stock_sina", {"symbol": ".INX"}, "SPX"),
    "HSI": Call("akshare:stock_hk_index_daily_sina", {"symbol": "HSI"}, "HSI"),
    "N225": Call("akshare:index_global_hist_sina", {"symbol": "日经225指数"}, "N225"),
    "KS11": Call("akshare:index_global_hist_sina", {"symbol": "首尔综合指数"}, "KS11"),
    "TWII": Call("akshare:index_global_hist_sina", {"symbol": "中国台湾加权指数"}, "TWII"),
    "AXJO": Call("akshare:index_global_hist_sina", {"symbol": "澳大利亚标准普尔200指数"}, "AXJO"),
}
QUOTES = "https://hq.sinajs.cn/list="
QUOTES_REFERER = "https://finance.sina.com.cn/"
FIELDS = {"open": 1, "price": 3, "high": 4, "low": 5, "volume": 8, "turnover": 9, "day": 30, "time": 31}
QUOTE = re.compile(r'hq_str_(\w+)="([^"]*)"')


def _quote_page(codes: Iterable[str]) -> tuple[Call, ...]:
    return (page(QUOTES + ",".join(map(prefixed, codes)), referer=QUOTES_REFERER, encoding="gbk"),)


def quotes(answer: Answer, _request: Request) -> list[Record]:
    """The quotes of a page, one record a security.

    Raises:
        Unanswered: none of its lines is a quote.
    """
    lines = [(symbol, line.split(",")) for symbol, line in QUOTE.findall(str(answer))]
    found = [(symbol, cells) for symbol, cells in lines if len(cells) > FIELDS["time"]]
    if not found:
        raise Unanswered(Why.SHAPE, str(answer)[:80])
    return [{"symbol": symbol, **{field: cells[at] for field, at in FIELDS.items()}} for symbol, cells in found]


def _session(record: Record, request: Request) -> date:
    """The day that the quote itself states, once the closing auction is in it."""
    if record["time"] < CLOSE.isoformat():
        raise Rejected(Fault("unsettled", "session", record["day"]))
    return settled(day(record["day"]), request)


def _quoted_bar(record: Record, _call: Call, request: Request) -> Row:
    return {
        "index": unprefixed(record["symbol"], MAINLAND),
        "session": _session(record, request),
        "open": number(record["open"]),
        "high": number(record["high"]),
        "low": number(record["low"]),
        "close": required(record["price"], "close"),
        "volume_shares": None,  # in lots for Shanghai's indices, in shares for Shenzhen's, as far as anybody knows
        "turnover_cny": number(record["turnover"]),
    }


def _quoted_sector(record: Record, _call: Call, request: Request) -> Row:
    code = unprefixed(record["symbol"], SECTORS)
    return {
        "code": code,
        "name": SECTORS[code],
        "session": _session(record, request),
        "close": required(record["price"], "close"),
    }


def _quoted_fund(record: Record, _call: Call, request: Request) -> Row:
    return {
        "code": unprefixed(record["symbol"], FUNDS),
        "session": _session(record, request),
        "close": required(record["price"], "close"),
        "volume": number(record["volume"]),
        "turnover_cny": number(record["turnover"]),
    }


def _daily(codes: Iterable[str], function: str = "akshare:stock_zh_index_daily") -> Iterator[Call]:
    return (Call(function, {"symbol": prefixed(code)}, code) for code in codes)


def _sector_calls(_request: Request) -> Iterator[Call]:
    yield from _daily(code for code in SECTORS if code.startswith("0"))
    yield from _daily((code for code in SECTORS if not code.startswith("0")), "akshare:fund_etf_hist_sina")


def _bar(record: Record, call: Call, request: Request) -> Row:
    return {
        "index": call.subject,
        "session": settled(day(record["date"]), request),
        "open": number(record["open"]),
        "high": number(record["high"]),
        "low": number(record["low"]),
        "close": required(record["close"], "close"),
        "volume_shares": number(record["volume"]),
        "turnover_cny": None,
    }


def _world_bar(record: Record, call: Call, request: Request) -> Row:
    return {
        "index": call.subject,
        "session": settled(day(record["date"]), request, call.subject, DELAYED),
        "open": number(record["open"]),
        "high": number(record["high"]),
        "low": number(record["low"]),
        "close": required(record["close"], "close"),
        "volume_shares": None,
        "turnover_cny": None,
    }


def _sector(record: Record, call: Call, request: Request) -> Row:
    return {
        "code": call.subject,
        "name": SECTORS[call.subject],
        "session": settled(day(record["date"]), request),
        "close": required(record["close"], "close"),
    }


def _fund(record: Record, call: Call, request: Request) -> Row:
    return {
        "code": call.subject,
        "session": settled(day(record["date"]), request),
        "close": required(record["close"], "close"),
        "volume": number(record["volume"]),
        "turnover_cny": number(record.get("amount")),  # newer tables have it
    }


def shanghai_breadth(answer: Answer, request: Request) -> list[Record]:
    """Shanghai's advancing, declining and unchanged shares, counted from the whole market's quotes."""
    shares = [record for record in table_rows(answer, request) if str(record["代码"]).startswith("sh")]
    traded = [record for record in shares if number(record["成交量"])]
    late = sum(str(record["时间戳"]) >= AFTER_THE_AUCTION for record in traded)
    changes = (change for record in traded if (change := number(record["涨跌幅"])) is not None)
    return [{"signs": Counter(map(sign, changes)), "late": late, "traded": len(traded)}]


def _breadth(record: Record, _call: Call, request: Request) -> Row:
    if record["late"] < (1 - MOST_STALE) * record["traded"] or not record["traded"]:
        raise Rejected(Fault("stale", "session", f"{record['late']}/{record['traded']}"))
    signs = record["signs"]
    return {
        "session": undated(request),
        "market": "SSE",
        "advancers": float(signs[1]),
        "decliners": float(signs[-1]),
        "unchanged": float(signs[0]),
    }


def _brent(record: Record, _call: Call, _request: Request) -> Row:
    return {"series": "brent_usd", "date": day(record["date"]), "value": required(record["close"], "value")}


def _reserve_ratio(record: Record, _call: Call, _request: Request) -> Row:
    """The table dates a change by the day on which it takes effect, which is never before its announcement."""
    return {"series": "rrr_large_pct", "date": day(record["date"]), "value": required(record["now"], "value")}


def _flash(record: Record, _call: Call, _request: Request) -> Row | None:
    return headline("", str(record["内容"]), moment(record["时间"]), PUBLISHER)


LATEST_CLOSES = Source(
    "sina.latest_closes", HOST, "bars", PUBLISHER, lambda _request: _quote_page(MAINLAND), _quoted_bar, quotes,
    is_latest_only=True,
)  # fmt: skip
LATEST_SECTORS = Source(
    "sina.latest_sectors", HOST, "sectors", PUBLISHER, lambda _request: _quote_page(SECTORS), _quoted_sector, quotes,
    is_latest_only=True,
)  # fmt: skip
LATEST_FUNDS = Source(
    "sina.latest_funds", HOST, "etf", PUBLISHER, lambda _request: _quote_page(FUNDS), _quoted_fund, quotes,
    is_latest_only=True,
)  # fmt: skip
CLOSES = Source(
    "sina.closes", HOST, "bars", PUBLISHER, lambda _request: _daily(MAINLAND), _bar, shape=SHAPE
)  # fmt: skip
SECTOR_CLOSES = Source("sina.sectors", HOST, "sectors", PUBLISHER, _sector_calls, _sector, shape=SHAPE)
FUND_CLOSES = Source(
    "sina.funds", HOST, "etf", PUBLISHER, lambda _request: _daily(FUNDS, "akshare:fund_etf_hist_sina"), _fund,
    shape=SHAPE,
)  # fmt: skip
WORLD_CLOSES = Source("sina.world", HOST, "bars", PUBLISHER, lambda _request: WORLD.values(), _world_bar, shape=SHAPE)
BREADTH = Source(
    "sina.breadth", HOST, "breadth", PUBLISHER, lambda _request: (Call("akshare:stock_zh_a_spot"),), _breadth,
    shanghai_breadth, SPOT_SHAPE, deadline_s=180.0, is_latest_only=True,
)  # fmt: skip
BRENT = Source(
    "sina.brent", HOST, "rates", PUBLISHER,
    lambda _request: (Call("akshare:futures_foreign_hist", {"symbol": "OIL"}, "brent_usd"),), _brent,
    shape=("date", "open", "high", "low", "close"),
)  # fmt: skip
RESERVE_RATIO = Source(
    "sina.reserve_ratio", HOST, "rates", PUBLISHER, lambda _request: (Call("tushare:get_rrr"),), _reserve_ratio,
    shape=("date", "before", "now", "changed"),
)  # fmt: skip
HEADLINES = Source(
    "sina.headlines", HOST, "headlines", PUBLISHER, lambda _request: (Call("akshare:stock_info_global_sina"),), _flash,
    shape=("时间", "内容"),
)  # fmt: skip
