"""Flashes of news from 财联社, 同花顺 and 富途: title, moment, source and link only.

AkShare 1.19.5 ``stock_info_global_cls`` (its moments are Beijing's; no link), ``stock_info_global_ths`` and
``stock_info_global_futu`` (moments in the zone of the machine that asks: the worker's is Beijing).
"""

from datetime import datetime

from index.sessions import BEIJING
from index.sources.cells import day, moment
from index.sources.contract import Call, Host, Record, Request, Row, Source
from index.sources.flashes import headline

LINKED_SHAPE = ("标题", "内容", "发布时间", "链接")
CLS = Host("cls", interval_s=5.0)
THS = Host("ths", interval_s=5.0)
FUTU = Host("futu", interval_s=5.0)


def _cls(record: Record, _call: Call, _request: Request) -> Row | None:
    at = datetime.combine(day(record["发布日期"]), record["发布时间"], BEIJING)
    return headline(str(record["标题"]), str(record["内容"]), at, "CLS")


def _linked(source: str, record: Record) -> Row | None:
    return headline(
        str(record["标题"]), str(record["内容"]), moment(record["发布时间"]), source, str(record["链接"]) or None
    )


CLS_HEADLINES = Source(
    "cls.headlines", CLS, "headlines", "CLS", lambda _request: (Call("akshare:stock_info_global_cls"),), _cls,
    shape=("标题", "内容", "发布日期", "发布时间"),
)  # fmt: skip
THS_HEADLINES = Source(
    "ths.headlines", THS, "headlines", "10jqka", lambda _request: (Call("akshare:stock_info_global_ths"),),
    lambda record, _call, _request: _linked("10jqka", record), shape=LINKED_SHAPE,
)  # fmt: skip
FUTU_HEADLINES = Source(
    "futu.headlines", FUTU, "headlines", "Futu", lambda _request: (Call("akshare:stock_info_global_futu"),),
    lambda record, _call, _request: _linked("Futu", record), shape=LINKED_SHAPE,
)  # fmt: skip
