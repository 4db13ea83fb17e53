"""East Money: three hosts that behave differently. Its quote hosts ban (AkShare #6585, #6650, #7262) and come last.

efinance asks the same quote hosts, so it would be no second opinion. Not used at all:
``stock_hsgt_fund_flow_summary_em``, which puts today's date on the last session's numbers when Stock Connect is shut
(#4364), and ``index_zh_a_hist``, which downloads the list of all indices first. Functions and columns: AkShare 1.19.5.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from index.faults import Fault
from index.publication import NORTHBOUND_LAST
from index.quality import Rejected
from index.sources.cells import day, moment, number, required
from index.sources.codes import FUNDS, MAINLAND, prefixed
from index.sources.contract import (
    DELAYED,
    Answer,
    Call,
    Host,
    Record,
    Request,
    Row,
    Source,
    table_rows,
)
from index.sources.flashes import headline
from index.sources.rows import PRICES, Daily, breadth, rate, signs_of, with_volume

QUOTES = Host("eastmoney", interval_s=15.0, cool_down=timedelta(hours=6))
DATA = Host("eastmoney_data", interval_s=2.0)
NEWS = Host("eastmoney_news", interval_s=2.0)
PUBLISHER = "East Money"
LOT = 100.0
HUNDRED_MILLION = 1e8
WORLD: Mapping[str, str] = {
    "SPX": "标普500", "HSI": "恒生指数", "N225": "日经225", "KS11": "韩国KOSPI", "TWII": "台湾加权",
    "AXJO": "澳大利亚标普200",
}  # fmt: skip
DAILY = Daily("date", PRICES, ("volume", LOT), ("amount", 1.0))
DAILY_FUNDS = Daily("日期", ("开盘", "最高", "最低", "收盘"), ("成交量", LOT), ("成交额", 1.0))
WORLD_INDICES = Daily("日期", ("今开", "最高", "最低", "最新价"), lag=DELAYED)


def _closes(request: Request) -> Iterator[Call]:
    span, function = request.span(), "akshare:stock_zh_index_daily_em"
    return (Call(function, {"symbol": prefixed(code), **span}, code) for code in MAINLAND)


def _dollar_index(record: Record, _call: Call, request: Request) -> Row:
    dated = day(record["日期"])
    if dated >= request.at.date():  # still running in New York
        raise Rejected(Fault("unsettled", "date", dated.isoformat()))
    return rate("dxy", dated, record["最新价"])


def _fund_calls(request: Request) -> Iterator[Call]:
    span, function = request.span(), "akshare:fund_etf_hist_em"
    return (Call(function, {"symbol": code, "adjust": "", **span}, code) for code in FUNDS)


def _shares(record: Record, _call: Call, _request: Request) -> Row | None:
    if str(record["代码"]) not in FUNDS:
        return None
    return {
        "code": str(record["代码"]),
        "session": day(record["数据日期"]),
        "shares": required(record["最新份额"], "shares"),
    }


def shanghai_breadth(answer: Answer, request: Request) -> list[Record]:
    """Shanghai's main board and STAR shares by the sign of their change; a share without volume did not trade."""
    return [{"signs": signs_of(with_volume(table_rows(answer, request)))}]


def _breadth(record: Record, _call: Call, request: Request) -> Row:
    return breadth(record["signs"], request)


def prime_rates(answer: Answer, request: Request) -> Iterator[Record]:
    """Both terms of each fixing."""
    for record in table_rows(answer, request):
        yield {"series": "lpr_1y_pct", "date": record["TRADE_DATE"], "value": record["LPR1Y"]}
        yield {"series": "lpr_5y_pct", "date": record["TRADE_DATE"], "value": record["LPR5Y"]}


def _prime_rate(record: Record, _call: Call, _request: Request) -> Row | None:
    value = number(record["value"])  # the older rows have none, and the five-year term began in 2019
    return None if value is None else {"series": record["series"], "date": day(record["date"]), "value": value}


def _reserve_ratio(record: Record, _call: Call, _request: Request) -> Row:
    return rate("rrr_large_pct", day(record["公布时间"]), record["大型金融机构-调整后"])


def _treasury(record: Record, _call: Call, _request: Request) -> Row | None:
    value = number(record["美国国债收益率10年"])
    return None if value is None else {"series": "us10y_pct", "date": day(record["日期"]), "value": value}


def _northbound(record: Record, _call: Call, _request: Request) -> Row | None:
    """Net buying, which nobody publishes any more: after its last session the field is dead, whatever stands in it."""
    session, net = day(record["日期"]), number(record["当日成交净买额"], HUNDRED_MILLION)
    if session > NORTHBOUND_LAST:
        raise Rejected(Fault("dead_field", "net_buy_cny", session.isoformat()))
    return None if net is None else {"session": session, "net_buy_cny": net}


def _flash(record: Record, _call: Call, _request: Request) -> Row | None:
    return headline(
        str(record["标题"]), str(record["摘要"]), moment(record["发布时间"]), PUBLISHER, str(record["链接"])
    )


CLOSES = Source(
    "eastmoney.closes", QUOTES, "bars", PUBLISHER, _closes, DAILY.bar,
    shape=("date", "open", "close", "high", "low", "volume", "amount"),
)  # fmt: skip
WORLD_CLOSES = Source(
    "eastmoney.world", QUOTES, "bars", PUBLISHER,
    lambda _request: (Call("akshare:index_global_hist_em", {"symbol": name}, code) for code, name in WORLD.items()),
    WORLD_INDICES.bar, shape=("日期", "代码", "名称", "今开", "最新价", "最高", "最低"),
)  # fmt: skip
DOLLAR_INDEX = Source(
    "eastmoney.dollar_index", QUOTES, "rates", PUBLISHER,
    lambda _request: (Call("akshare:index_global_hist_em", {"symbol": "美元指数"}, "dxy"),), _dollar_index,
    shape=("日期", "代码", "名称", "今开", "最新价", "最高", "最低"),
)  # fmt: skip
FUND_CLOSES = Source(
    "eastmoney.funds", QUOTES, "etf", PUBLISHER, _fund_calls, DAILY_FUNDS.fund,
    shape=("日期", "收盘", "成交量", "成交额"),
)  # fmt: skip
FUND_SHARES = Source(
    "eastmoney.fund_shares", QUOTES, "etf_shares", PUBLISHER, lambda _request: (Call("akshare:fund_etf_spot_em"),),
    _shares, shape=("代码", "最新份额", "数据日期", "更新时间"), deadline_s=90.0, is_latest_only=True,
)  # fmt: skip
BREADTH = Source(
    "eastmoney.breadth", QUOTES, "breadth", PUBLISHER, lambda _request: (Call("akshare:stock_sh_a_spot_em"),),
    _breadth, shanghai_breadth, ("代码", "名称", "最新价", "涨跌幅", "成交量"), deadline_s=90.0, is_latest_only=True,
)  # fmt: skip
PRIME_RATES = Source(
    "eastmoney.lpr", DATA, "rates", PUBLISHER, lambda _request: (Call("akshare:macro_china_lpr"),), _prime_rate,
    prime_rates, ("TRADE_DATE", "LPR1Y", "LPR5Y"),
)  # fmt: skip
RESERVE_RATIO = Source(
    "eastmoney.reserve_ratio", DATA, "rates", PUBLISHER,
    lambda _request: (Call("akshare:macro_china_reserve_requirement_ratio"),), _reserve_ratio,
    shape=("公布时间", "生效时间", "大型金融机构-调整前", "大型金融机构-调整后"),
)  # fmt: skip
TREASURY = Source(
    "eastmoney.treasury", DATA, "rates", PUBLISHER,
    lambda request: (Call("akshare:bond_zh_us_rate", {"start_date": f"{request.since:%Y%m%d}"}, "us10y_pct"),),
    _treasury, shape=("日期", "美国国债收益率10年"), deadline_s=60.0,
)  # fmt: skip
NORTHBOUND = Source(
    "eastmoney.northbound", DATA, "northbound", PUBLISHER,
    lambda _request: (Call("akshare:stock_hsgt_hist_em", {"symbol": "北向资金"}),), _northbound,
    shape=("日期", "当日成交净买额"), deadline_s=60.0,
)  # fmt: skip
HEADLINES = Source(
    "eastmoney.headlines", NEWS, "headlines", PUBLISHER, lambda _request: (Call("akshare:stock_info_global_em"),),
    _flash, shape=("标题", "摘要", "发布时间", "链接"),
)  # fmt: skip
