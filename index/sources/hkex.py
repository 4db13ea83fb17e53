"""Hong Kong's exchange: what Stock Connect turned over each day, both channels, in the evening.

Since 2024-08-19 northbound figures have no direction: turnover, trades and fund turnover only (domain.md, 3). The file
``data_tab_daily_YYYYMMDDe.js`` holds ``tabData = [...]``; money is in millions of yuan; ``tradingDay`` is 0 when the
channel was shut, and then the file must not be read at all: others repeat the last session's numbers on such days.
"""

from collections.abc import Iterator, Mapping

from index.sources.cells import day, number, required
from index.sources.contract import Answer, Call, Host, Record, Request, Row, Source, Unanswered, Why
from index.sources.rows import check_stated
from index.sources.web import json_of, page

HOST = Host("hkex", interval_s=1.0)
PUBLISHER = "Hong Kong Exchanges and Clearing"
MILLION = 1e6
PAGES = "https://www.hkex.com.hk/eng/csm/DailyStat/data_tab_daily_{day:%Y%m%d}e.js"
CHANNELS: Mapping[str, str] = {"SSE Northbound": "northbound_sh", "SZSE Northbound": "northbound_sz"}
SUMMARY = "tradingTable"
TURNOVER, TRADES, FUND_TURNOVER = "Total Turnover", "Total Trade Count", "ETF Turnover"


def _calls(request: Request) -> Iterator[Call]:
    for session in request.connect_days():
        yield page(PAGES.format(day=session), session.isoformat())


def channels(answer: Answer, _request: Request) -> list[Record]:
    """The northbound channels of a day's file with the figures of their summary tables; none where there is no file."""
    if answer == "":
        return []
    entries = [entry for entry in json_of(answer) if entry["market"] in CHANNELS]
    if len(entries) != len(CHANNELS):
        raise Unanswered(Why.SHAPE, f"{len(entries)} northbound channels")
    return [_channel(entry) for entry in entries]


def _channel(entry: Record) -> Record:
    tables = [part["table"] for part in entry["content"] if part["table"].get("classname") == SUMMARY]
    names, lines = (tables[0]["schema"][0], tables[0]["tr"]) if tables else ([], [])
    figures = {name: line["td"][0][0] for name, line in zip(names, lines, strict=False)}
    return {"market": entry["market"], "date": entry["date"], "tradingDay": entry["tradingDay"], **figures}


def _row(record: Record, call: Call, _request: Request) -> Row | None:
    if str(record["tradingDay"]) != "1":
        return None
    stated = day(record["date"])
    check_stated(stated, call)
    return {
        "session": stated,
        "channel": CHANNELS[record["market"]],
        "turnover_cny": required(record.get(TURNOVER), "turnover_cny", MILLION),
        "trades": number(record.get(TRADES)),
        "etf_turnover_cny": number(record.get(FUND_TURNOVER), MILLION),
    }


CONNECT = Source("hkex.connect", HOST, "connect", PUBLISHER, _calls, _row, channels, slice_days=20)
