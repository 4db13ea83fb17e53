"""China Securities Index, who calculates the Shanghai indices: the best citation, some time after the close.

Columns and functions: AkShare 1.19.5, ``stock_zh_index_hist_csindex``. The site's own table heads its volume 万手
(million shares) and its turnover 亿元; a wrong guess would show in the average price of a share and drop the activity.
"""

from collections.abc import Iterator

from index.sources.cells import day, number, required
from index.sources.codes import CSI_CLOSES, SECTOR_INDICES, digits
from index.sources.contract import Call, Host, Record, Request, Row, Source, settled

HOST = Host("csindex", interval_s=1.0)
PUBLISHER = "China Securities Index"
VOLUME = 1e6
TURNOVER = 1e8
SHAPE = ("日期", "指数代码", "开盘", "最高", "最低", "收盘", "成交量", "成交金额", "样本数量")


def _calls(codes: tuple[str, ...], request: Request) -> Iterator[Call]:
    for code in codes:
        span = {"start_date": f"{request.since:%Y%m%d}", "end_date": f"{request.until:%Y%m%d}"}
        yield Call("akshare:stock_zh_index_hist_csindex", {"symbol": digits(code), **span}, code)


def _bar(record: Record, call: Call, request: Request) -> Row:
    return {
        "index": call.subject,
        "session": settled(day(record["日期"]), request),
        "open": number(record["开盘"]),
        "high": number(record["最高"]),
        "low": number(record["最低"]),
        "close": required(record["收盘"], "close"),
        "volume_shares": number(record["成交量"], VOLUME),
        "turnover_cny": number(record["成交金额"], TURNOVER),
    }


def _sector(record: Record, call: Call, request: Request) -> Row:
    return {
        "code": call.subject,
        "name": SECTOR_INDICES[call.subject],
        "session": settled(day(record["日期"]), request),
        "close": required(record["收盘"], "close"),
    }


CLOSES = Source(
    "csindex.closes", HOST, "bars", PUBLISHER, lambda request: _calls(CSI_CLOSES, request), _bar, shape=SHAPE
)
SECTORS = Source(
    "csindex.sectors",
    HOST,
    "sectors",
    PUBLISHER,
    lambda request: _calls(tuple(SECTOR_INDICES), request),
    _sector,
    shape=SHAPE,
)
