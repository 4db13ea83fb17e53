"""Sina: daily tables of Shanghai, its funds and the world, the whole market's quotes, flashes of news.

The quote page states its moment; its fields, counted from 0, are those that easyquotation and others read: 1 open,
3 price, 4 high, 5 low, 8 volume (of a fund in shares), 9 turnover in yuan, 30 day, 31 time.
Its pages ask for restraint ("大量采集会被封 IP, 10 分钟后再试"), hence the long pauses. Functions: AkShare 1.19.5
``stock_zh_index_daily``, ``fund_etf_hist_sina``, ``stock_zh_a_spot``, ``index_us_stock_sina``,
``stock_hk_index_daily_sina``, ``index_global_hist_sina``, ``futures_foreign_hist``, ``stock_info_global_sina``;
TuShare 1.4.29 ``get_rrr``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from index.faults import Fault
from index.quality import Rejected
from index.sources.cells import day, moment
from index.sources.codes import FUNDS, MAINLAND, SECTORS, prefixed
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
    table_rows,
)
from index.sources.flashes import headline
from index.sources.rows import PRICES, Daily, Quotes, breadth, rate, signs_of, with_volume
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
FIELDS = {"open": 1, "close": 3, "high": 4, "low": 5, "volume": 8, "turnover": 9, "day": 30, "time": 31}
DAILY = Daily("date", PRICES, volume=("volume", 1.0), turnover=("amount", 1.0))  # newer tables have an amount
DAILY_INDICES = Daily("date", PRICES, volume=("volume", 1.0))
WORLD_INDICES = Daily("date", PRICES, lag=DELAYED)
# an index's volume is in lots for Shanghai's, in shares for Shenzhen's, as far as anybody knows
QUOTED = Quotes(volume=None, fund_volume=1.0)
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
    return [_fields(symbol, cells) for symbol, cells in found]


def _fields(symbol: str, cells: list[str]) -> Record:
    fields = {field: cells[at] for field, at in FIELDS.items()}
    return {**fields, "symbol": symbol, "moment": f"{fields['day']} {fields['time']}"}


def _daily(codes: Iterable[str], function: str = "akshare:stock_zh_index_daily") -> Iterator[Call]:
    return (Call(function, {"symbol": prefixed(code)}, code) for code in codes)


def _sector_calls(_request: Request) -> Iterator[Call]:
    yield from _daily(code for code in SECTORS if code.startswith("0"))
    yield from _daily((code for code in SECTORS if not code.startswith("0")), "akshare:fund_etf_hist_sina")


def shanghai_breadth(answer: Answer, request: Request) -> list[Record]:
    """Shanghai's advancing, declining and unchanged shares, counted from the whole market's quotes."""
    shares = [record for record in table_rows(answer, request) if str(record["代码"]).startswith("sh")]
    traded = list(with_volume(shares))
    late = sum(str(record["时间戳"]) >= AFTER_THE_AUCTION for record in traded)
    return [{"signs": signs_of(traded), "late": late, "traded": len(traded)}]


def _breadth(record: Record, _call: Call, request: Request) -> Row:
    if record["late"] < (1 - MOST_STALE) * record["traded"] or not record["traded"]:
        raise Rejected(Fault("stale", "session", f"{record['late']}/{record['traded']}"))
    return breadth(record["signs"], request)


def _brent(record: Record, _call: Call, _request: Request) -> Row:
    return rate("brent_usd", day(record["date"]), record["close"])


def _reserve_ratio(record: Record, _call: Call, _request: Request) -> Row:
    """The table dates a change by the day on which it takes effect, which is never before its announcement."""
    return rate("rrr_large_pct", day(record["date"]), record["now"])


def _flash(record: Record, _call: Call, _request: Request) -> Row | None:
    return headline("", str(record["内容"]), moment(record["时间"]), PUBLISHER)


LATEST_CLOSES = Source(
    "sina.latest_closes", HOST, "bars", PUBLISHER, lambda _request: _quote_page(MAINLAND), QUOTED.bar, quotes,
    is_latest_only=True,
)  # fmt: skip
LATEST_SECTORS = Source(
    "sina.latest_sectors", HOST, "sectors", PUBLISHER, lambda _request: _quote_page(SECTORS), QUOTED.sector, quotes,
    is_latest_only=True,
)  # fmt: skip
LATEST_FUNDS = Source(
    "sina.latest_funds", HOST, "etf", PUBLISHER, lambda _request: _quote_page(FUNDS), QUOTED.fund, quotes,
    is_latest_only=True,
)  # fmt: skip
CLOSES = Source(
    "sina.closes", HOST, "bars", PUBLISHER, lambda _request: _daily(MAINLAND), DAILY_INDICES.bar, shape=SHAPE
)  # fmt: skip
SECTOR_CLOSES = Source("sina.sectors", HOST, "sectors", PUBLISHER, _sector_calls, DAILY.sector, shape=SHAPE)
FUND_CLOSES = Source(
    "sina.funds", HOST, "etf", PUBLISHER, lambda _request: _daily(FUNDS, "akshare:fund_etf_hist_sina"), DAILY.fund,
    shape=SHAPE,
)  # fmt: skip
WORLD_CLOSES = Source(
    "sina.world", HOST, "bars", PUBLISHER, lambda _request: WORLD.values(), WORLD_INDICES.bar, shape=SHAPE
)
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
