"""How sure stored closes are: what is remembered of live readings, for those who only ask.

Nothing is created here: a store that never saw a live source has no such tables, and all its closes were imported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Column, Float, MetaData, String, Table, Text, and_, inspect, select
from sqlalchemy.engine import Engine

from index.live.crosscheck import Verdict
from index.store import reporting

METADATA = MetaData()
DAY = String(10)
MOMENT = String(20)
NUMBERS = ("close", "open", "high", "low", "volume_shares", "turnover_cny")
READINGS = Table(
    "close_readings", METADATA,
    Column("index", Text, primary_key=True),
    Column("session", DAY, primary_key=True),
    Column("family", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("retrieved_at", MOMENT, nullable=False),
    *(Column(name, Float(53), nullable=name != "close") for name in NUMBERS),
)  # fmt: skip
VERDICTS = Table(
    "close_verdicts", METADATA,
    Column("index", Text, primary_key=True),
    Column("session", DAY, primary_key=True),
    Column("verdict", Text, nullable=False),
    Column("close", Float(53)),
)  # fmt: skip
UNSURE = (Verdict.PROVISIONAL.value, Verdict.DISPUTED.value)


@dataclass(frozen=True, slots=True)
class Unsure:
    """A close that no second host stands behind.

    Attributes:
        verdict: provisional, or disputed when hosts contradict each other.
        hosts: the publishers that were heard; a close of any other one was imported.
    """

    verdict: Verdict
    hosts: frozenset[str]


def unsure(engine: Engine, url: str, index: str) -> Mapping[date, Unsure]:
    """The closes of an index that one live source gave alone or that two dispute, by session.

    Raises:
        StoreUnreachable: the database does not answer.
    """
    same = and_(VERDICTS.c.index == READINGS.c.index, VERDICTS.c.session == READINGS.c.session)
    query = select(VERDICTS.c.session, VERDICTS.c.verdict, READINGS.c.host).join(READINGS, same)
    with reporting(url), engine.connect() as connection:
        if not inspect(connection).has_table(VERDICTS.name):
            return {}
        rows = connection.execute(query.where(VERDICTS.c.index == index, VERDICTS.c.verdict.in_(UNSURE))).all()
    return _by_session([(date.fromisoformat(session), Verdict(verdict), host) for session, verdict, host in rows])


def _by_session(rows: list[tuple[date, Verdict, str]]) -> Mapping[date, Unsure]:
    hosts: dict[date, set[str]] = {}
    for session, _, host in rows:
        hosts.setdefault(session, set()).add(host)
    return {session: Unsure(verdict, frozenset(hosts[session])) for session, verdict, _ in rows}
