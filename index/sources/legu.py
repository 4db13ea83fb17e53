"""Legulegu: how many shares of the whole mainland market rose and fell, with a date of its own.

AkShare 1.19.5 ``stock_market_activity_legu``: rows of item and value. It is not Shanghai alone, so its market is ALL.
"""

import re

from index.sources.cells import day, required
from index.sources.contract import (
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
)

HOST = Host("legulegu", interval_s=2.0)
PUBLISHER = "Legulegu"
DATED = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})")
NEEDED = ("上涨", "下跌", "平盘", "统计日期")


def _table(answer: Answer, request: Request) -> list[Record]:
    items = {str(record["item"]).strip(): record["value"] for record in table_rows(answer, request)}
    missing = [name for name in NEEDED if name not in items]
    if missing:
        raise Unanswered(Why.SHAPE, f"no item {', '.join(missing)}")
    return [items]


def _row(record: Record, _call: Call, request: Request) -> Row:
    stated = DATED.search(str(record["统计日期"]))
    iso = "-".join(part.zfill(2) for part in stated.groups()) if stated else str(record["统计日期"])
    return {
        "session": settled(day(iso), request),
        "market": "ALL",
        "advancers": required(record["上涨"], "advancers"),
        "decliners": required(record["下跌"], "decliners"),
        "unchanged": required(record["平盘"], "unchanged"),
    }


BREADTH = Source(
    "legulegu.breadth", HOST, "breadth", PUBLISHER,
    lambda _request: (Call("akshare:stock_market_activity_legu", {}, "ALL"),), _row, _table, ("item", "value"),
    is_latest_only=True,
)  # fmt: skip
