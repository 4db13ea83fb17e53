"""Tushare Pro, for operators with a token: closes, funds, fund shares, margin, the prime rate.

Units from its documentation: volume in lots, amounts in thousands of yuan, fund shares in 万份, margin in yuan.
``moneyflow_hsgt`` is left alone: since 2024-08-19 it is no net buying any more.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta

import pandas as pd

from index.sources.cells import day, required
from index.sources.codes import FUNDS, MAINLAND, digits, is_shanghai_fund
from index.sources.contract import Call, Host, Record, Request, Row, Source
from index.sources.rows import PRICES, Daily, margin, rate

HOST = Host("tushare", interval_s=1.5, cool_down=timedelta(minutes=30))
PUBLISHER = "Tushare"
LOT = 100.0
THOUSAND = 1e3
TEN_THOUSAND = 1e4
BAR_SHAPE = ("ts_code", "trade_date", "open", "high", "low", "close", "vol", "amount")
DAILY = Daily("trade_date", PRICES, ("vol", LOT), ("amount", THOUSAND))


def query(token: str, api: str, **parameters: str) -> pd.DataFrame:
    """One table of Tushare Pro; runs in the worker."""
    import tushare  # noqa: PLC0415 - the extra `live`

    table: pd.DataFrame = tushare.pro_api(token).query(api, **parameters)
    return table


def sources(token: str) -> dict[str, Source]:
    """The sources by their names, none without a token."""
    built = (_closes(token), _funds(token), _shares(token), _margin(token), _prime_rate(token))
    return {source.name: source for source in built} if token else {}


def _call(token: str, api: str, request: Request, subject: str = "", **parameters: str) -> Call:
    arguments = {"token": token, "api": api, **request.span(), **parameters}
    return Call("index.sources.tushare:query", arguments, subject)


def _each(token: str, api: str, codes: Iterable[str], request: Request) -> Iterator[Call]:
    return (_call(token, api, request, code, ts_code=_spelled(code)) for code in codes)


def _spelled(code: str) -> str:
    return code if "." in code else f"{code}.{'SH' if is_shanghai_fund(code) else 'SZ'}"


def _share_row(record: Record, _call: Call, _request: Request) -> Row:
    return {
        "code": digits(str(record["ts_code"])),
        "session": day(record["trade_date"]),
        "shares": required(record["fd_share"], "shares", TEN_THOUSAND),
    }


def _margin_row(record: Record, _call: Call, _request: Request) -> Row | None:
    if record["exchange_id"] not in {"SSE", "SZSE"}:
        return None
    return margin(record["exchange_id"], day(record["trade_date"]), record["rzye"], record["rqye"])


def _prime_rate_row(record: Record, _call: Call, _request: Request) -> Row:
    return rate("lpr_1y_pct", day(record["date"]), record["1y"])


def _closes(token: str) -> Source:
    return Source(
        "tushare.closes", HOST, "bars", PUBLISHER, lambda request: _each(token, "index_daily", MAINLAND, request),
        DAILY.bar, shape=BAR_SHAPE,
    )  # fmt: skip


def _funds(token: str) -> Source:
    return Source(
        "tushare.funds", HOST, "etf", PUBLISHER, lambda request: _each(token, "fund_daily", FUNDS, request), DAILY.fund,
        shape=BAR_SHAPE,
    )  # fmt: skip


def _shares(token: str) -> Source:
    return Source(
        "tushare.fund_shares", HOST, "etf_shares", PUBLISHER,
        lambda request: _each(token, "fund_share", FUNDS, request), _share_row,
        shape=("ts_code", "trade_date", "fd_share"),
    )  # fmt: skip


def _margin(token: str) -> Source:
    return Source(
        "tushare.margin", HOST, "margin", PUBLISHER, lambda request: (_call(token, "margin", request),), _margin_row,
        shape=("trade_date", "exchange_id", "rzye", "rqye"),
    )  # fmt: skip


def _prime_rate(token: str) -> Source:
    return Source(
        "tushare.lpr", HOST, "rates", PUBLISHER, lambda request: (_call(token, "shibor_lpr", request),),
        _prime_rate_row, shape=("date", "1y"),
    )  # fmt: skip
