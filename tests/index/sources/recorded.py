"""Recorded shapes: what each publisher's table or page looks like, with rows written from its documented columns."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from index.live.chains import NORTHBOUND, figures
from index.sessions import BEIJING
from index.sources.contract import Answer, Ask, Call, Reading, Request, Source, Unanswered, Why

FOLDER = Path(__file__).parent / "recorded"
SESSION = date(2024, 9, 30)
EVENING = datetime(2024, 9, 30, 19, 0, tzinfo=BEIJING)
SOURCES = {source.name: source for figure in (*figures("token"), NORTHBOUND) for source in figure.sources()}
TEXTS = ("指数代码", "代码", "基金代码", "trade_date")
PAGES = {
    **{f"tencent.latest_{what}": "tencent.quotes" for what in ("closes", "sectors", "funds")},
    **{f"sina.latest_{what}": "sina.quotes" for what in ("closes", "sectors", "funds")},
    "tencent.turnover": "tencent.quotes",
    "sina.turnover": "sina.quotes",
    "csindex.turnover": "csindex.closes",
}


def answer(name: str) -> Answer:
    """The recorded answer of a source."""
    stem = PAGES.get(name, name)
    page = FOLDER / f"{stem}.txt"
    if page.exists():
        return page.read_text(encoding="utf-8")
    table = pd.read_csv(
        FOLDER / f"{stem}.csv", dtype=dict.fromkeys(("指数代码", "代码", "基金代码", "trade_date"), str)
    )
    return _with_times(table)


def _with_times(table: pd.DataFrame) -> pd.DataFrame:
    """CLS's times are times, as AkShare makes them."""
    if "发布日期" in table:
        return table.assign(发布时间=pd.to_datetime(table["发布时间"], format="%H:%M:%S").dt.time)
    return table


def answering(given: Answer, subject: str | None = None) -> Ask:
    """Answers one subject's call (by default the first), and the others with nothing."""
    asked: list[str] = []

    def ask(_source: Source, call: Call) -> Answer:
        asked.append(call.subject)
        is_asked = call.subject == subject if subject else len(asked) == 1
        return given if is_asked else _nothing(given)

    return ask


def _nothing(given: Answer) -> Answer:
    return given.iloc[:0] if isinstance(given, pd.DataFrame) else given


def read(  # noqa: PLR0913 - all but the name have a default
    name: str,
    subject: str | None = None,
    *,
    since: date = SESSION,
    until: date = SESSION,
    at: datetime = EVENING,
    change: Callable[[Answer], Answer] = lambda given: given,
) -> Reading:
    """What a source makes of its recorded answer."""
    return SOURCES[name].fetch(Request(since, until, at), answering(change(answer(name)), subject))


def codes(reading: Reading) -> list[str]:
    """Why rows were refused."""
    return [refusal.fault.code for refusal in reading.refused]


def failing(why: Why = Why.UNREACHABLE) -> Ask:
    """Nobody answers."""

    def ask(_source: Source, _call: Call) -> Answer:
        raise Unanswered(why, "no network in tests")

    return ask
