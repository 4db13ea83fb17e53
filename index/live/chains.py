"""For each figure the sources that have it, in the order in which they are asked, and when it is due.

A path is one way to get all of a figure; its sources complete each other. East Money's quote hosts ban and stand at the
end of every chain; without them each figure still has two paths.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from index import publication
from index.sessions import BEIJING, close_of
from index.sources import (
    baidu,
    csindex,
    eastmoney,
    hkex,
    jin10,
    legu,
    newswires,
    sina,
    sse,
    szse,
    tencent,
    tushare,
    yahoo,
)
from index.sources.contract import SETTLING, Source, may_be_connect_day, may_be_session

Path = tuple[Source, ...]
Pro = Mapping[str, tuple[Path, ...]]  # paths that an operator with a token has

# Whose close is told when several agree: the calculator's own, then hosts in the order of sources.md, 3.
TRUSTED = ("csindex", "tencent", "sina", "tushare", "yahoo", "eastmoney")


# When figures appear (domain.md, 2.3), a few minutes on, so that the first publisher is not asked too early.
ON_THE_CLOSE = time(15, 1)
AFTER_HOURS = time(15, 35)  # for what was late; nobody is asked who has answered
EVENING = time(18, 10)
MORNING = time(9, 5)
RELEASES = (time(11, 15), time(17, 30))  # after customs, after the central bank; each pull reads whole series
WORLD = (time(5, 30), MORNING, time(14, 30), time(16, 40))  # New York closes at 04:00 or 05:00, Tokyo at 14:30


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing to know.

    Attributes:
        name: ``closes``, ``margin`` …
        kind: the kind of the format that its rows belong to.
        paths: the ways to get it, the first first.
        due: a moment → the newest day whose figure should be public by then.
        look_back: how many days are asked for when nothing was asked before.
        again: for series without sessions, after how long they are asked for again.
        is_crosschecked: whether two independent hosts must agree on it.
        is_second_reading: whether it reads again what another figure has told, to see whether it still holds.
        appears: the Beijing times at which it is worth asking, besides `again`.
    """

    name: str
    kind: str
    paths: tuple[Path, ...]
    due: Callable[[datetime], date]
    look_back: timedelta = timedelta(days=14)
    again: timedelta | None = None
    is_crosschecked: bool = False
    is_second_reading: bool = False
    appears: tuple[time, ...] = (ON_THE_CLOSE,)

    def sources(self) -> tuple[Source, ...]:
        """All its sources, in order."""
        return tuple(source for path in self.paths for source in path)


def figures(tushare_token: str = "") -> tuple[Figure, ...]:
    """Every figure that is pulled; with a token Tushare's paths are among them."""
    pro = {name: ((source,),) for name, source in tushare.sources(tushare_token).items()}
    return (*_at_the_close(pro), *_of_flows(pro), *_of_policy(pro), *_of_the_world())


def _at_the_close(pro: Pro) -> tuple[Figure, ...]:
    return (
        Figure(
            "closes", "bars",
            (
                # one page for all indices, on the minute; only for the newest session
                (tencent.LATEST_CLOSES,), (sina.LATEST_CLOSES,),
                (csindex.CLOSES,), (tencent.CLOSES,), (sina.CLOSES,), *pro.get("tushare.closes", ()), (yahoo.CLOSES,),
                (eastmoney.CLOSES,),
            ),
            after_close, is_crosschecked=True, appears=(ON_THE_CLOSE, time(15, 5), AFTER_HOURS, EVENING),
        ),
        Figure(
            "turnover", "bars",
            ((_again(tencent.LATEST_CLOSES), sse.DEALS), (_again(sina.LATEST_CLOSES), _again(csindex.CLOSES))),
            after_hours, timedelta(0), is_crosschecked=True, is_second_reading=True, appears=(AFTER_HOURS, EVENING),
        ),
        Figure(
            "sectors", "sectors",
            ((tencent.LATEST_SECTORS,), (sina.LATEST_SECTORS,), (csindex.SECTORS,), (tencent.SECTOR_CLOSES,),
             (sina.SECTOR_CLOSES,)),
            after_close,
        ),
        Figure("breadth", "breadth", ((sina.BREADTH,), (legu.BREADTH,), (eastmoney.BREADTH,)), after_close),
        Figure(
            "funds", "etf",
            ((tencent.LATEST_FUNDS,), (sina.LATEST_FUNDS,), (sina.FUND_CLOSES,), *pro.get("tushare.funds", ()),
             (eastmoney.FUND_CLOSES,)),
            after_close,
        ),
    )  # fmt: skip


def _again(closes: Source) -> Source:
    """The same page under a name of its own: what it said of a session before does not count as an answer."""
    return replace(closes, name=f"{closes.host.family}.turnover")


def _of_flows(pro: Pro) -> tuple[Figure, ...]:
    return (
        Figure(
            "fund_shares", "etf_shares",
            ((sse.FUND_SHARES, szse.FUND_SHARES), *pro.get("tushare.fund_shares", ()), (eastmoney.FUND_SHARES,)),
            next_morning,
            appears=(MORNING,),
        ),
        Figure(
            "margin", "margin",
            ((sse.MARGIN, szse.MARGIN), (jin10.MARGIN_SHANGHAI, jin10.MARGIN_SHENZHEN), *pro.get("tushare.margin", ())),
            next_morning, appears=(MORNING,),
        ),
        Figure(
            "connect", "connect", ((hkex.CONNECT,), (sse.CONNECT, szse.CONNECT)), same_evening,
            appears=(EVENING, time(20, 30)),
        ),
    )  # fmt: skip


def _of_policy(pro: Pro) -> tuple[Figure, ...]:
    return (
        Figure(
            "releases", "releases", ((jin10.RELEASES_SOURCE,), (baidu.RELEASES,)), today,
            timedelta(days=45), timedelta(hours=4), appears=RELEASES,
        ),
        Figure(
            "prime_rates", "rates", ((eastmoney.PRIME_RATES,), *pro.get("tushare.lpr", ()), (jin10.PRIME_RATE,)), today,
            timedelta(days=70), timedelta(hours=1), appears=(MORNING,),
        ),
        Figure(
            "reserve_ratio", "rates", ((eastmoney.RESERVE_RATIO,), (sina.RESERVE_RATIO,)), today,
            timedelta(days=400), timedelta(hours=1), appears=(MORNING, EVENING),
        ),
    )  # fmt: skip


def _of_the_world() -> tuple[Figure, ...]:
    return (
        Figure(
            "world", "bars", ((yahoo.WORLD_CLOSES,), (sina.WORLD_CLOSES,), (eastmoney.WORLD_CLOSES,)), today,
            timedelta(days=14), timedelta(hours=1), appears=WORLD,
        ),
        Figure(
            "world_rates", "rates",
            ((yahoo.RATES_SOURCE,), (eastmoney.TREASURY, sina.BRENT, eastmoney.DOLLAR_INDEX)), today,
            timedelta(days=14), timedelta(hours=1), appears=WORLD,
        ),
        Figure(
            "headlines", "headlines",
            ((newswires.CLS_HEADLINES, eastmoney.HEADLINES), (newswires.THS_HEADLINES, newswires.FUTU_HEADLINES),
             (sina.HEADLINES,)),
            today, timedelta(days=2), timedelta(minutes=3), appears=(),
        ),
    )  # fmt: skip


# Nobody publishes northbound net buying any more: pulled only when its years are asked for by name.
NORTHBOUND = Figure(
    "northbound", "northbound", ((eastmoney.NORTHBOUND,),), lambda _now: publication.NORTHBOUND_LAST,
    publication.NORTHBOUND_LAST - date(2014, 11, 17),
)  # fmt: skip


def after_close(now: datetime) -> date:
    """The newest session whose closing figures are settled."""
    return _newest(now, lambda session: close_of(session) + SETTLING)


def after_hours(now: datetime) -> date:
    """The newest session in which trading at the closing price is over too."""
    return _newest(now, publication.turnover)


def same_evening(now: datetime) -> date:
    """The newest day of Stock Connect whose evening statistics are out."""
    return _newest(now, publication.connect, may_be_connect_day)


def next_morning(now: datetime) -> date:
    """The newest session whose figures of the morning after are out."""
    return _newest(now, publication.margin)


def today(now: datetime) -> date:
    """Beijing's date."""
    return now.astimezone(BEIJING).date()


def _newest(
    now: datetime, public: Callable[[date], datetime], is_open: Callable[[date], bool] = may_be_session
) -> date:
    day = today(now)
    while not (is_open(day) and public(day) <= now):
        day -= timedelta(days=1)
    return day
