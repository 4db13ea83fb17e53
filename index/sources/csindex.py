"""China Securities Index, who calculates the Shanghai indices: the best citation, some time after the close.

Columns and functions: AkShare 1.19.5, ``stock_zh_index_hist_csindex``. The site's own table heads its volume 万手
(million shares) and its turnover 亿元; a wrong guess would show in the average price of a share and drop the activity.
"""

from collections.abc import Iterator

from index.sources.codes import CSI_CLOSES, SECTOR_INDICES, digits
from index.sources.contract import Call, Host, Request, Source
from index.sources.rows import Daily

HOST = Host("csindex", interval_s=1.0)
PUBLISHER = "China Securities Index"
MILLION = 1e6
HUNDRED_MILLION = 1e8
SHAPE = ("日期", "指数代码", "开盘", "最高", "最低", "收盘", "成交量", "成交金额", "样本数量")
DAILY = Daily("日期", ("开盘", "最高", "最低", "收盘"), ("成交量", MILLION), ("成交金额", HUNDRED_MILLION))


def _calls(codes: tuple[str, ...], request: Request) -> Iterator[Call]:
    for code in codes:
        yield Call("akshare:stock_zh_index_hist_csindex", {"symbol": digits(code), **request.span()}, code)


CLOSES = Source(
    "csindex.closes", HOST, "bars", PUBLISHER, lambda request: _calls(CSI_CLOSES, request), DAILY.bar, shape=SHAPE
)
SECTORS = Source(
    "csindex.sectors",
    HOST,
    "sectors",
    PUBLISHER,
    lambda request: _calls(tuple(SECTOR_INDICES), request),
    DAILY.sector,
    shape=SHAPE,
)
