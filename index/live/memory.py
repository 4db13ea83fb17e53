"""What is remembered about sources between runs: what they answered, why they failed, when they may be asked again.

It stands beside the figures in the store's database, so that every process spares a host that banned another one, and
no figure of a session is fetched twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Column as SqlColumn
from sqlalchemy import Executable, Integer, Table, Text, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine

from index.live.crosscheck import Reading, Verdict
from index.live.standing import DAY, METADATA, MOMENT, NUMBERS, READINGS, VERDICTS
from index.sources.contract import Request, Source, Unanswered
from index.store import create_tables, grow_version, moment, reporting, stamp

LONGEST_COOL_DOWN = timedelta(days=1)
SHAPE_COOL_DOWN = timedelta(hours=6)  # a changed page is not mended within minutes, but asking does no harm

STATES = Table(
    "source_states", METADATA,
    SqlColumn("name", Text, primary_key=True),
    SqlColumn("covered_since", DAY),
    SqlColumn("covered_until", DAY),
    SqlColumn("succeeded_at", MOMENT),
    SqlColumn("failed_at", MOMENT),
    SqlColumn("cool_until", MOMENT),
    SqlColumn("failures", Integer, nullable=False),
    SqlColumn("why", Text, nullable=False),
    SqlColumn("detail", Text, nullable=False),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class State:
    """What is known about a source, or about a host as a whole.

    Attributes:
        name: the source's name, or the host's family.
        covered_since, covered_until: the days that it answered for.
        succeeded_at, failed_at: the last time each.
        cool_until: not to be asked before.
        failures: how many in a row.
        why, detail: what the last failure was.
    """

    name: str
    covered_since: date | None = None
    covered_until: date | None = None
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    cool_until: datetime | None = None
    failures: int = 0
    why: str = ""
    detail: str = ""

    def is_cooling(self, at: datetime) -> bool:
        """Whether it is to be left alone at a moment."""
        return self.cool_until is not None and at < self.cool_until

    def covers(self, since: date, until: date) -> bool:
        """Whether it answered for all of these days."""
        return bool(
            self.covered_since and self.covered_until and self.covered_since <= since and until <= self.covered_until
        )


class Memory:
    """The tables beside the figures."""

    def __init__(self, engine: Engine, url: str) -> None:
        """Open the memory and create its tables.

        Raises:
            StoreUnreachable: the database does not answer.
        """
        self.engine, self.url = engine, url
        with reporting(url):
            create_tables(engine, METADATA)

    def states(self) -> dict[str, State]:
        """All that is known, by the names of sources and families."""
        with reporting(self.url), self.engine.connect() as connection:
            return {row["name"]: _state(row) for row in connection.execute(select(STATES)).mappings()}

    def state(self, name: str) -> State:
        """What is known about one of them."""
        return self.states().get(name, State(name))

    def succeeded(self, source: Source, request: Request, newest: date | None) -> None:
        """A source answered for the days of a request up to the newest row that it gave."""
        for name in (source.name, source.host.family):
            known = self.state(name)
            since, until = _covered(known, request.since, newest) if name == source.name else (None, None)
            self._write(
                State(name, since, until, request.at, known.failed_at, why=known.why, detail=known.detail),
            )

    def failed(self, source: Source, failure: Unanswered, at: datetime, *, penalty: bool = True) -> None:
        """A source did not answer; with `penalty` it, or its host when that is to blame, is left alone for a while."""
        blamed = source.host.family if failure.is_hosts else source.name
        for name in {source.name, blamed}:
            known = self.state(name)
            failures = known.failures + 1
            first = source.host.cool_down if failure.is_hosts else SHAPE_COOL_DOWN
            cool_until = at + min(first * 2 ** min(failures - 1, 10), LONGEST_COOL_DOWN)
            self._write(
                State(
                    name, known.covered_since, known.covered_until, known.succeeded_at, at,
                    cool_until if penalty and name == blamed else None, failures, failure.why, failure.detail,
                )
            )  # fmt: skip

    def add_readings(self, index: str, readings: Iterable[Reading]) -> None:
        """Remember what hosts said a close was; a host's newer word replaces its older one."""
        rows = [_reading_row(index, reading) for reading in readings]
        self._replace(READINGS, rows)

    def readings(self, index: str, since: date, until: date) -> dict[date, list[Reading]]:
        """What hosts said, by session."""
        table = READINGS
        query = select(table).where(table.c.index == index, table.c.session.between(str(since), str(until)))
        found: dict[date, list[Reading]] = {}
        with reporting(self.url), self.engine.connect() as connection:
            for row in connection.execute(query).mappings():
                found.setdefault(date.fromisoformat(row["session"]), []).append(_reading(row))
        return found

    def add_verdicts(self, index: str, verdicts: dict[date, tuple[Verdict, float | None]]) -> None:
        """Remember what may be done with closes; who keeps what was read of the store learns of a change."""
        known = self._verdicts(index, min(verdicts, default=date.min), max(verdicts, default=date.min))
        rows = [
            {"index": index, "session": str(session), "verdict": verdict.value, "close": close}
            for session, (verdict, close) in verdicts.items()
            if known.get(str(session)) != (verdict.value, close)
        ]
        with reporting(self.url), self.engine.begin() as connection:
            if rows:
                connection.execute(_upsert(self.engine, VERDICTS), rows)
                grow_version(connection)

    def _verdicts(self, index: str, since: date, until: date) -> dict[str, tuple[str, float | None]]:
        table = VERDICTS
        query = select(table.c.session, table.c.verdict, table.c.close)
        query = query.where(table.c.index == index, table.c.session.between(str(since), str(until)))
        with reporting(self.url), self.engine.connect() as connection:
            return {session: (verdict, close) for session, verdict, close in connection.execute(query)}

    def verdict(self, index: str, session: date) -> Verdict | None:
        """What may be done with a close; None when no live source ever spoke of it."""
        table = VERDICTS
        query = select(table.c.verdict).where(table.c.index == index, table.c.session == str(session))
        with reporting(self.url), self.engine.connect() as connection:
            found = connection.execute(query).scalar_one_or_none()
        return Verdict(found) if found else None

    def _write(self, state: State) -> None:
        row = {column.name: _text(getattr(state, column.name)) for column in fields(state)}
        self._replace(STATES, [{**row, "failures": state.failures}])

    def _replace(self, table: Table, rows: list[dict[str, Any]]) -> None:
        with reporting(self.url), self.engine.begin() as connection:
            if rows:
                connection.execute(_upsert(self.engine, table), rows)


def _upsert(engine: Engine, table: Table) -> Executable:
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    new = dialect.insert(table)
    changed = {column.name: new.excluded[column.name] for column in table.c if not column.primary_key}
    upsert: Executable = new.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=changed)
    return upsert


def _covered(known: State, since: date, newest: date | None) -> tuple[date | None, date | None]:
    """The days covered before together with the new ones, when they touch; otherwise the new ones."""
    if newest is None:
        return known.covered_since, known.covered_until
    if known.covered_since is None or known.covered_until is None:
        return since, newest
    if since > known.covered_until + timedelta(days=1) or newest < known.covered_since - timedelta(days=1):
        return since, newest
    return min(since, known.covered_since), max(newest, known.covered_until)


def _text(value: object) -> str | None:
    if isinstance(value, datetime):
        return stamp(value)
    return None if value is None else str(value)


def _state(row: Any) -> State:  # noqa: ANN401 - a row of the table
    return State(
        name=row["name"],
        covered_since=_day(row["covered_since"]),
        covered_until=_day(row["covered_until"]),
        succeeded_at=_at(row["succeeded_at"]),
        failed_at=_at(row["failed_at"]),
        cool_until=_at(row["cool_until"]),
        failures=row["failures"],
        why=row["why"],
        detail=row["detail"],
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _at(text: str | None) -> datetime | None:
    return moment(text) if text else None


def _reading_row(index: str, reading: Reading) -> dict[str, Any]:
    numbers = {name: getattr(reading, name) for name in NUMBERS}
    at = stamp(reading.retrieved_at.astimezone(UTC))
    named = {"index": index, "session": str(reading.session), "family": reading.family, "host": reading.host}
    return {**named, "retrieved_at": at, **numbers}


def _reading(row: Any) -> Reading:  # noqa: ANN401 - a row of the table
    return Reading(
        host=row["host"],
        family=row["family"],
        session=date.fromisoformat(row["session"]),
        retrieved_at=moment(row["retrieved_at"]),
        **{name: row[name] for name in NUMBERS},
    )
