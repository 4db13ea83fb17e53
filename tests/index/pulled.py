"""Live sources that answer as a test says, for pulls without a network."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

import pandas as pd

from index.live.chains import Figure, after_close, today
from index.sessions import BEIJING
from index.sources.codes import MAINLAND
from index.sources.contract import Answer, Ask, Call, Host, Record, Request, Row, Source, Unanswered, Why, settled

MONDAY = date(2024, 9, 30)
FRIDAY = date(2024, 9, 27)
AFTER_CLOSE = datetime(2024, 9, 30, 15, 2, tzinfo=BEIJING)
CLOSES = {FRIDAY: 3087.53, MONDAY: 3336.50}

Closes = Mapping[date, float]
Asked = list[tuple[str, dict[str, str]]]


def _bar(record: Record, call: Call, request: Request) -> Row:
    close = record["close"]
    return {
        "index": call.subject, "session": settled(record["session"], request), "open": close - 8, "high": close + 9,
        "low": close - 9, "close": close, "volume_shares": None, "turnover_cny": record["turnover"],
    }  # fmt: skip


def _calls(request: Request) -> tuple[Call, ...]:
    span = {"since": request.since.isoformat(), "until": request.until.isoformat()}
    return tuple(Call("test", span, index) for index in MAINLAND)


def host(family: str, name: str = "", *, is_latest_only: bool = False) -> Source:
    """A source of closes."""
    return Source(
        name or f"{family}.closes", Host(family, cool_down=timedelta(minutes=10)), "bars", family.title(), _calls, _bar,
        is_latest_only=is_latest_only,
    )  # fmt: skip


def closes(*sources: Source) -> Figure:
    """The figure that two of these must agree on."""
    return Figure("closes", "bars", tuple((source,) for source in sources), after_close, is_crosschecked=True)


def table(said: Closes, turnover: float | None = None) -> pd.DataFrame:
    """What a host says."""
    return pd.DataFrame(
        [{"session": session, "close": close, "turnover": turnover} for session, close in said.items()], dtype=object
    )


def saying(by_family: Mapping[str, Closes | Why], asked: Asked | None = None) -> Ask:
    """Hosts that say these closes of every index, or fail."""

    def ask(source: Source, call: Call) -> Answer:
        if asked is not None:
            asked.append((source.name, dict(call.arguments)))
        said = by_family[source.host.family]
        if isinstance(said, Why):
            raise Unanswered(said)
        return table(said)

    return ask


def headlines(row: Callable[[Record, Call, Request], Row | None], again: timedelta) -> Figure:
    """A figure without sessions."""
    source = Source("wire.headlines", Host("wire"), "headlines", "Wire", lambda _request: (Call("test"),), row)
    return Figure("headlines", "headlines", ((source,),), today, timedelta(days=2), again)
