"""Tencent: quotes of everything in one page, and daily tables. No bans are reported.

The quote page states its moment. Its fields, counted from 0, are those that easyquotation and others read: 2 code,
3 price, 5 open, 30 moment, 33 high, 34 low, 35 ``price/volume in lots/turnover in yuan``.
Daily tables: AkShare 1.19.5, ``stock_zh_index_daily_tx``; the column that it calls ``amount`` is volume in lots.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from index.faults import Fault
from index.quality import Rejected
from index.sessions import CLOSE
from index.sources.cells import day, number, required
from index.sources.codes import FUNDS, MAINLAND, SECTORS, prefixed, unprefixed
from index.sources.contract import Answer, Call, Host, Record, Request, Row, Source, Unanswered, Why, settled
from index.sources.web import page

HOST = Host("tencent", interval_s=0.5)
PUBLISHER = "Tencent Finance"
LOT = 100.0
QUOTES = "https://qt.gtimg.cn/q="
SHAPE = ("date", "open", "close", "high", "low", "amount")
FIELDS = {"code": 2, "price": 3, "open": 5, "moment": 30, "high": 33, "low": 34, "traded": 35}
STAMP = "%Y%m%d%H%M%S"


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
    return {"symbol": name.removeprefix("v_"), **{field: cells[at] for field, at in FIELDS.items()}}


def _session(record: Record, request: Request) -> date:
    """The day that the quote itself states, once the closing auction is in it."""
    try:
        stated = datetime.strptime(record["moment"], STAMP)  # noqa: DTZ007 - Beijing's, only taken apart here
    except ValueError:
        raise Rejected(Fault("not_a_moment", cell=record["moment"])) from None
    if stated.time() < CLOSE:
        raise Rejected(Fault("unsettled", "session", stated.date().isoformat()))
    return settled(stated.date(), request)


def _traded(record: Record) -> tuple[float | None, float | None]:
    """Volume in shares and turnover in yuan."""
    _price, lots, yuan = record["traded"].split("/") if record["traded"].count("/") == 2 else ("", "", "")  # noqa: PLR2004 - three parts
    return number(lots, LOT), number(yuan)


def _quoted_bar(record: Record, _call: Call, request: Request) -> Row:
    volume, turnover = _traded(record)
    return {
        "index": unprefixed(record["symbol"], MAINLAND),
        "session": _session(record, request),
        "open": number(record["open"]),
        "high": number(record["high"]),
        "low": number(record["low"]),
        "close": required(record["price"], "close"),
        "volume_shares": volume,
        "turnover_cny": turnover,
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
    volume, turnover = _traded(record)
    return {
        "code": unprefixed(record["symbol"], FUNDS),
        "session": _session(record, request),
        "close": required(record["price"], "close"),
        "volume": volume,
        "turnover_cny": turnover,
    }


def _daily(codes: Iterable[str], request: Request) -> Iterator[Call]:
    span = {"start_date": f"{request.since:%Y%m%d}", "end_date": f"{request.until:%Y%m%d}"}
    for code in codes:
        yield Call("akshare:stock_zh_index_daily_tx", {"symbol": prefixed(code), **span}, code)


def _bar(record: Record, call: Call, request: Request) -> Row:
    return {
        "index": call.subject,
        "session": settled(day(record["date"]), request),
        "open": number(record["open"]),
        "high": number(record["high"]),
        "low": number(record["low"]),
        "close": required(record["close"], "close"),
        "volume_shares": number(record["amount"], LOT),
        "turnover_cny": None,
    }


def _sector(record: Record, call: Call, request: Request) -> Row:
    return {
        "code": call.subject,
        "name": SECTORS[call.subject],
        "session": settled(day(record["date"]), request),
        "close": required(record["close"], "close"),
    }


# Funds have no daily source here: their daily prices are adjusted for distributions.
LATEST_CLOSES = Source(
    "tencent.latest_closes", HOST, "bars", PUBLISHER, lambda _request: _quote_page(MAINLAND), _quoted_bar, quotes,
    is_latest_only=True,
)  # fmt: skip
LATEST_SECTORS = Source(
    "tencent.latest_sectors", HOST, "sectors", PUBLISHER, lambda _request: _quote_page(SECTORS), _quoted_sector, quotes,
    is_latest_only=True,
)  # fmt: skip
LATEST_FUNDS = Source(
    "tencent.latest_funds", HOST, "etf", PUBLISHER, lambda _request: _quote_page(FUNDS), _quoted_fund, quotes,
    is_latest_only=True,
)  # fmt: skip
CLOSES = Source(
    "tencent.closes", HOST, "bars", PUBLISHER, lambda request: _daily(MAINLAND, request), _bar, shape=SHAPE,
    deadline_s=60.0,
)  # fmt: skip
SECTOR_CLOSES = Source(
    "tencent.sectors", HOST, "sectors", PUBLISHER,
    lambda request: _daily([code for code in SECTORS if code.startswith("0")], request), _sector, shape=SHAPE,
)  # fmt: skip
