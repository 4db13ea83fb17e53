"""Yahoo: overseas closes and rates, and a second opinion on Shanghai's (it has holes: yfinance #588, #2274).

Library: yfinance 1.7. Days are the exchange's own; volume of Chinese indices is not to be relied upon and left out.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

import pandas as pd

from index.faults import Fault
from index.quality import Rejected
from index.sources.cells import day, number
from index.sources.codes import MAINLAND
from index.sources.contract import DELAYED, Answer, Call, Host, Record, Request, Row, Source, settled, table_rows
from index.sources.rows import bar, rate

HOST = Host("yahoo", interval_s=2.0, cool_down=timedelta(hours=1))
PUBLISHER = "Yahoo Finance"
COLUMNS = ("Open", "High", "Low", "Close")
SHAPE = ("ticker", "date", *COLUMNS)
OVERSEAS: Mapping[str, str] = {
    "^HSI": "HSI", "^N225": "N225", "^AXJO": "AXJO", "^KS11": "KS11", "^TWII": "TWII", "^GSPC": "SPX",
}  # fmt: skip
# Brent is the front future here, not spot; the ten-year yield comes in percent.
RATES: Mapping[str, str] = {"CNY=X": "usdcny", "BZ=F": "brent_usd", "^TNX": "us10y_pct", "DX-Y.NYB": "dxy"}


def _ticker(code: str) -> str:
    return code.replace(".SH", ".SS")


SHANGHAI: Mapping[str, str] = {_ticker(code): code for code in MAINLAND}


def _calls(tickers: Iterable[str], request: Request) -> Iterator[Call]:
    span = {"start": request.since.isoformat(), "end": (request.until + timedelta(days=1)).isoformat()}
    yield Call("index.sources.yahoo:history", {"tickers": list(tickers), **span})


def history(tickers: list[str], start: str, end: str) -> pd.DataFrame:
    """Daily rows of several tickers, one below the other; runs in the worker. `end` is not included."""
    from yfinance import download  # noqa: PLC0415 - the extra `live`

    wide = download(
        tickers, start=start, end=end, interval="1d", auto_adjust=False, group_by="ticker", threads=False,
        progress=False, multi_level_index=True,
    )  # fmt: skip
    return long_table(wide, tickers)


def long_table(wide: pd.DataFrame, tickers: list[str]) -> pd.DataFrame:
    """The columns (ticker, price) of yfinance as rows.

    Raises:
        ConnectionError: there is nothing at all, which is how yfinance says that it got no answer.
    """
    parts = [
        wide[ticker][list(COLUMNS)].assign(ticker=ticker, date=pd.DatetimeIndex(wide.index).date)
        for ticker in tickers
        if ticker in wide.columns.get_level_values(0)
    ]
    if wide.empty or not parts:
        raise ConnectionError(wide.shape)
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return table


def _known_rows(answer: Answer, request: Request) -> Iterator[Record]:
    """Rows with a close: a day on which only other tickers traded is no row."""
    return (record for record in table_rows(answer, request) if number(record["Close"]) is not None)


def _bar(index: str, record: Record, request: Request) -> Row:
    session = settled(day(record["date"]), request, index, DELAYED)
    return bar(index, session, [record[name] for name in COLUMNS])


def _rate(record: Record, _call: Call, request: Request) -> Row:
    dated = day(record["date"])
    if dated >= request.at.date():  # still running in New York
        raise Rejected(Fault("unsettled", "date", dated.isoformat()))
    return rate(RATES[record["ticker"]], dated, record["Close"])


WORLD_CLOSES = Source(
    "yahoo.world", HOST, "bars", PUBLISHER, lambda request: _calls(OVERSEAS, request),
    lambda record, _call, request: _bar(OVERSEAS[record["ticker"]], record, request), _known_rows, SHAPE,
    deadline_s=60.0,
)  # fmt: skip
CLOSES = Source(
    "yahoo.closes", HOST, "bars", PUBLISHER, lambda request: _calls(SHANGHAI, request),
    lambda record, _call, request: _bar(SHANGHAI[record["ticker"]], record, request), _known_rows, SHAPE,
    deadline_s=60.0,
)  # fmt: skip
RATES_SOURCE = Source(
    "yahoo.rates", HOST, "rates", PUBLISHER, lambda request: _calls(RATES, request), _rate, _known_rows, SHAPE,
    deadline_s=60.0,
)  # fmt: skip
