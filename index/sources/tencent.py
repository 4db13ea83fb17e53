"""Tencent: quotes of everything in one page, and daily tables. No bans are reported.

The quote page states its moment. Its fields, counted from 0, are those that easyquotation and others read:
3 price, 5 open, 30 moment, 33 high, 34 low, 35 ``price/volume in lots/turnover in yuan``.
Daily tables: AkShare 1.19.5, ``stock_zh_index_daily_tx``; the column that it calls ``amount`` is volume in lots.
"""

from collections.abc import Iterable, Iterator

from index.sources.codes import FUNDS, MAINLAND, SECTORS, prefixed
from index.sources.contract import Answer, Call, Host, Record, Request, Source, Unanswered, Why
from index.sources.rows import PRICES, Daily, Quotes
from index.sources.web import page

HOST = Host("tencent", interval_s=0.5)
PUBLISHER = "Tencent Finance"
LOT = 100.0
QUOTES = "https://qt.gtimg.cn/q="
SHAPE = ("date", "open", "close", "high", "low", "amount")
FIELDS = {"close": 3, "open": 5, "moment": 30, "high": 33, "low": 34, "traded": 35}
DAILY = Daily("date", PRICES, volume=("amount", LOT))
QUOTED = Quotes(volume=LOT, fund_volume=LOT)


def _quote_page(codes: Iterable[str]) -> tuple[Call, ...]:
    return (page(QUOTES + ",".join(map(prefixed, codes)), encoding="gbk"),)


def quotes(answer: Answer, _request: Request) -> list[Record]:
    """The quotes of a page, one record a security.

    Raises:
        Unanswered: none of its lines is a quote.
    """
    found = [_fields(line) for line in str(answer).split(";") if line.count("~") > FIELDS["traded"]]
    if not found:
        raise Unanswered(Why.SHAPE, str(answer)[:80])
    return found


def _fields(line: str) -> Record:
    name, _, value = line.strip().partition("=")
    cells = value.strip('"').split("~")
    fields = {field: cells[at] for field, at in FIELDS.items()}
    stated = f"{fields['moment'][:8]}T{fields['moment'][8:]}"
    return {**fields, "symbol": name.removeprefix("v_"), "moment": stated, **_traded(fields.pop("traded"))}


def _traded(cell: str) -> dict[str, str]:
    """Volume and turnover of ``price/lots/yuan``, blank where the cell has another shape."""
    parts = cell.split("/")
    _price, lots, yuan = parts if len(parts) == len(("price", "lots", "yuan")) else ("", "", "")
    return {"volume": lots, "turnover": yuan}


def _daily(codes: Iterable[str], request: Request) -> Iterator[Call]:
    for code in codes:
        yield Call("akshare:stock_zh_index_daily_tx", {"symbol": prefixed(code), **request.span()}, code)


# Funds have no daily source here: their daily prices are adjusted for distributions.
LATEST_CLOSES = Source(
    "tencent.latest_closes", HOST, "bars", PUBLISHER, lambda _request: _quote_page(MAINLAND), QUOTED.bar, quotes,
    is_latest_only=True,
)  # fmt: skip
LATEST_SECTORS = Source(
    "tencent.latest_sectors", HOST, "sectors", PUBLISHER, lambda _request: _quote_page(SECTORS), QUOTED.sector, quotes,
    is_latest_only=True,
)  # fmt: skip
LATEST_FUNDS = Source(
    "tencent.latest_funds", HOST, "etf", PUBLISHER, lambda _request: _quote_page(FUNDS), QUOTED.fund, quotes,
    is_latest_only=True,
)  # fmt: skip
CLOSES = Source(
    "tencent.closes", HOST, "bars", PUBLISHER, lambda request: _daily(MAINLAND, request), DAILY.bar, shape=SHAPE,
    deadline_s=60.0,
)  # fmt: skip
SECTOR_CLOSES = Source(
    "tencent.sectors", HOST, "sectors", PUBLISHER,
    lambda request: _daily([code for code in SECTORS if code.startswith("0")], request), DAILY.sector, shape=SHAPE,
)  # fmt: skip
