"""What live sources gave → checked, cross-checked and stored.

A figure of another publisher never replaces a stored one, it only fills what is not known; a close may, when two
independent hosts stand behind it.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Any

from index.bounds import out_of_bounds
from index.faults import Fault
from index.kinds import KINDS, Kind
from index.live.chains import TRUSTED
from index.live.crosscheck import Checked as Judged
from index.live.crosscheck import Reading as Said
from index.live.crosscheck import Verdict, Wanted, differ, judge
from index.live.memory import Memory
from index.live.reports import Close, FigureReport
from index.plausibility import FIFTYFOLD, Neighbours
from index.quality import Checked, Rejected, check
from index.refresh import Finding
from index.sessions import FIRST_SESSION, close_of
from index.sources.contract import Reading, Request, Row, Source, may_be_session
from index.store import Known, Store, stamp, stamp_exactly

SAME_PTS = 0.01  # publishers round the same close to two decimals each in their own way
MOST_REPEATED = 200  # findings looked back through: closes are judged again with each host's word
SLIP = "unit"  # the doubt that volume and turnover are in units that go together
REPEATED = "repeated"  # the doubt that a table shows the session before under another date
# Kinds of which no session repeats the one before in every figure. A fund's number of shares may, and a sector's close.
NEVER_REPEATED = frozenset({"etf", "margin", "breadth", "connect"})
ACTIVITY = ("volume_shares", "volume", "turnover_cny")
NUMBERS = ("open", "high", "low", "volume_shares", "turnover_cny")


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps what sources gave at one moment."""

    store: Store
    memory: Memory
    now: datetime

    def keep(self, source: Source, request: Request, reading: Reading, report: FigureReport) -> None:
        """Store what holds of a reading, each row for itself."""
        checked = self._checked(source, reading, report)
        self._store(source, request, checked, report)

    def crosscheck(self, source: Source, reading: Reading, report: FigureReport) -> None:
        """Lay a reading of closes beside what other hosts said, and store the closes that may be told."""
        bars = replace(reading, rows=[row for row in reading.rows if row["close"] is not None])
        by_index: dict[str, list[Said]] = {}
        for one in self._checked(source, bars, report):
            by_index.setdefault(one.values["index"], []).append(_as_reading(source, one.values, self.now))
        for index, readings in by_index.items():
            self.memory.add_readings(index, readings)
            self._judge(index, sorted({said.session for said in readings if said.session}), report)
        self._compare(source, [row for row in reading.rows if row["close"] is None], report)

    def _compare(self, source: Source, rows: Sequence[Row], report: FigureReport) -> None:
        """Hold turnovers that come without a close against the stored ones; where none is stored they are filled in."""
        since = min((row["session"] for row in rows), default=FIRST_SESSION)
        indices = {row["index"] for row in rows}
        stored = {(index, bar["session"]): bar for index in indices for bar in self._bars(index, since)}
        pairs = [(bar, row) for row in rows if (bar := stored.get((row["index"], row["session"])))]
        for bar, row in pairs:
            turnovers = [bar["turnover_cny"] or row["turnover_cny"], row["turnover_cny"]]
            _report_turnovers(source.name, (row["index"], row["session"]), turnovers, report)
        blank = [_filled(bar, row, source.publisher, self.now) for bar, row in pairs if not bar["turnover_cny"]]
        report.new += self.store.add("bars", blank)

    def _checked(self, source: Source, reading: Reading, report: FigureReport) -> list[Checked]:
        report.rejected.extend(_finding(source, refusal.fault, refusal.subject) for refusal in reading.refused)
        return list(_accepted(source, reading.rows, self.now, report))

    def _store(self, source: Source, request: Request, checked: list[Checked], report: FigureReport) -> None:
        kind = KINDS[source.kind]
        stored = self._stored(kind, request.since)
        before = _Before(kind, stored.values(), request.since)
        believed = self._believed(source, sorted(checked, key=_published), before, report)
        once = _without_contradictions(kind, source, believed, report)
        news = [row for row in once if is_news(kind, row, source.publisher, stored.get(_key(kind, row)))]
        report.new += self.store.add(kind.name, news)

    def _believed(
        self, source: Source, checked: list[Checked], before: "_Before", report: FigureReport
    ) -> Iterator[Row]:
        """Rows without what their own figures or the session before make hard to believe."""
        for one in checked:
            doubts = {fault.code: fault for fault in (*one.doubts, *before.doubts(one.values))}
            subject = _subject(KINDS[source.kind], one.values)
            findings = [_finding(source, fault, subject) for fault in doubts.values()]
            if not doubts.keys().isdisjoint({REPEATED, FIFTYFOLD}):
                report.rejected.extend(findings)
                continue
            report.doubtful.extend(findings)
            values = without_activity(one.values) if SLIP in doubts else one.values
            yield _row(values, source.publisher, one.published_at, self.now)

    def _stored(self, kind: Kind, since: date) -> dict[tuple[str, ...], Known]:
        """What is stored of the days from a few before `since` on, by key."""
        from_there = close_of(max(since - timedelta(days=14), FIRST_SESSION))
        known = self.store.rows(kind.name, self.now, since=from_there)
        return {_key(kind, row.values): row for row in known}

    def _judge(self, index: str, sessions: list[date], report: FigureReport) -> None:
        """Lay all that hosts ever said about these sessions side by side, oldest first, and store what holds."""
        said = self.memory.readings(index, sessions[0], sessions[-1])
        told = _Told(index, self._bars(index, sessions[0]))
        verdicts, rows = {}, list[Row]()
        for session in sessions:
            result = judge(sorted(said[session], key=told.order(session)), told.wanted(session))
            verdicts[session] = (result.verdict, result.close)
            _report(index, session, result, report)
            _report_turnovers(", ".join(result.agreeing), (index, session), result.turnovers, report)
            rows.extend(self._tell(told, said[session], session, result, report))
        self.memory.add_verdicts(index, verdicts)
        report.new += self.store.add("bars", rows)

    def _tell(
        self, told: "_Told", said: Sequence[Said], session: date, result: Judged, report: FigureReport
    ) -> list[Row]:
        """The row to store for a close that may be told; none when it says nothing new."""
        if result.close is None:
            return []
        chosen = _chosen(sorted(said, key=told.order(session)), result)
        told.add(session, chosen)
        checked = self._believable(told.index, chosen, report)
        stored, is_sure = told.stored.get(session), result.verdict is Verdict.ACCEPTED
        moved = stored is not None and is_sure and abs(stored["close"] - chosen.close) > SAME_PTS
        is_worth_it = moved or is_news(KINDS["bars"], checked.values, chosen.host, stored)
        return [_row(checked.values, chosen.host, checked.published_at, self.now)] if is_worth_it else []

    def _believable(self, index: str, chosen: Said, report: FigureReport) -> Checked:
        """A bar, without its volume when that does not go with its turnover, and without both when that cannot be."""
        bar = _possible(KINDS["bars"], _as_bar(index, chosen), chosen.host, report)
        checked = check(KINDS["bars"], cells(KINDS["bars"], bar), self.now)
        if not any(fault.code == SLIP for fault in checked.doubts):
            return checked
        report.doubtful.append(Finding(chosen.host, 0, Fault(SLIP, "volume_shares", f"{index} {chosen.session}")))
        return checked._replace(values={**checked.values, "volume_shares": None})

    def _bars(self, index: str, since: date) -> tuple[Known, ...]:
        from_there = close_of(max(since - timedelta(days=30), FIRST_SESSION))
        return self.store.rows("bars", self.now, since=from_there, index=index)


class _Told:
    """An index's closes as stored, and as told in this run."""

    def __init__(self, index: str, bars: Iterable[Known]) -> None:
        self.index = index
        self.stored = {row["session"]: row for row in bars}
        self.readings = {session: _stored_reading(row) for session, row in self.stored.items()}
        self.days = sorted(self.readings)

    def add(self, session: date, reading: Said) -> None:
        if session not in self.readings:
            insort(self.days, session)
        self.readings[session] = reading

    def order(self, session: date) -> Callable[[Said], tuple[bool, int]]:
        """Who is believed first: the publisher of what is stored, so that it can revise its figures, then by trust."""
        stored = self.stored.get(session)
        return lambda reading: (stored is None or reading.host != stored.publisher, _trust(reading))

    def wanted(self, session: date) -> Wanted:
        before = bisect_left(self.days, session)
        previous = self.readings[self.days[before - 1]] if before else None
        return Wanted(index=self.index, session=session, closes_at=close_of(session), previous=previous)


class _Before:
    """The rows before those that come now, to judge these by."""

    def __init__(self, kind: Kind, stored: Iterable[Known], since: date) -> None:
        self.kind, self.neighbours = kind, Neighbours(kind.name)
        self.last: dict[tuple[str, ...], tuple[str, dict[str, Any]]] = {}
        for known in stored:
            if str(_plain(known[kind.dated_by[-1]])) < since.isoformat():
                self.doubts(_as_text(known.values))

    def doubts(self, values: Mapping[str, Any]) -> tuple[Fault, ...]:
        """What is strange beside the row before; the row is remembered."""
        return (*self.neighbours.doubts(values), *([Fault(REPEATED)] if self._repeats(values) else []))

    def _repeats(self, values: Mapping[str, Any]) -> bool:
        dated = self.kind.dated_by[-1]
        subject = tuple(values[name] for name in self.kind.key if name != dated)
        figures = {name: values[name] for name in _figures(self.kind) if values[name] is not None}
        day, before = self.last.get(subject, ("", {}))
        self.last[subject] = values[dated], figures
        is_another_day = values[dated] != day
        return self.kind.name in NEVER_REPEATED and is_another_day and len(figures) > 1 and figures == before


def _published(one: Checked) -> datetime:
    return one.published_at


def _without_contradictions(kind: Kind, source: Source, rows: Iterable[Row], report: FigureReport) -> Iterator[Row]:
    """Rows once each; a second one that says something else about the same figure is rejected."""
    seen: dict[tuple[str, ...], str] = {}
    for row in rows:
        key = _key(kind, row)
        if seen.setdefault(key, row["digest"]) != row["digest"]:
            report.rejected.append(_finding(source, Fault("contradicts"), " ".join(key)))
        else:
            yield row


def _accepted(source: Source, rows: Iterable[Row], now: datetime, report: FigureReport) -> Iterator[Checked]:
    kind = KINDS[source.kind]
    for number, row in enumerate(rows, start=1):
        try:
            _check_open(kind, row)
            yield check(kind, cells(kind, _possible(kind, row, source.name, report)), now)
        except Rejected as rejection:
            report.rejected.append(_finding(source, rejection.fault, _subject(kind, row), number))


def _possible(kind: Kind, row: Row, source: str, report: FigureReport) -> Row:
    """A bar without a turnover that cannot be: a host's wrong unit does not spoil its close."""
    fault = out_of_bounds("bars", {**row, "session": str(row["session"])}) if _has_turnover(kind, row) else None
    if fault is None:
        return row
    report.doubtful.append(Finding(source, 0, fault))
    return without_activity(row)


def _has_turnover(kind: Kind, row: Row) -> bool:
    return kind.name == "bars" and isinstance(row["turnover_cny"], float | int)


def _check_open(kind: Kind, row: Row) -> None:
    """No mainland figure belongs to a day on which the exchange is shut (bars have a rule of their own)."""
    if kind.dated_by[-1] == "session" and kind.name != "bars" and not may_be_session(row["session"]):
        raise Rejected(Fault("market_closed", "session", str(row["session"])))


def cells(kind: Kind, row: Row) -> tuple[str, ...]:
    """A row of a source as the cells of a line of the format, so that the same rules judge both."""
    return tuple(_cell(row[column.name]) for column in kind.columns)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else repr(value) if isinstance(value, float) else str(value)


def is_news(kind: Kind, values: Mapping[str, Any], publisher: str, stored: Known | None) -> bool:
    """Whether a row says something that is not stored.

    A publisher revises its own figures; another one only fills in what is not known.
    """
    if stored is None:
        return True
    changed = [name for name in _figures(kind) if values[name] is not None and values[name] != _plain(stored[name])]
    return bool(changed) if publisher == stored.publisher else any(stored[name] is None for name in changed)


def _figures(kind: Kind) -> list[str]:
    return [column.name for column in kind.columns if column.name not in kind.key]


def without_activity(values: Mapping[str, Any]) -> dict[str, Any]:
    """A row whose volume and turnover contradict each other, without them: its price is still good."""
    return {name: None if name in ACTIVITY else value for name, value in values.items()}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _as_text(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in values.items()}


def _key(kind: Kind, values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(_plain(values[column])) for column in kind.key)


def _subject(kind: Kind, values: Mapping[str, Any]) -> str:
    return " ".join(str(values[column]) for column in kind.key)


def _finding(source: Source, fault: Fault, subject: str, number: int = 0) -> Finding:
    """A fault with which row it is about: rows of a source have a number at most, no line."""
    cell = f"{subject}: {fault.cell}" if fault.cell and subject else fault.cell or subject
    return Finding(source.name, number, Fault(fault.code, fault.column, cell))


def _row(values: Mapping[str, Any], publisher: str, published_at: datetime, now: datetime) -> Row:
    digest = blake2b(repr((publisher, *values.values())).encode(), digest_size=8).hexdigest()
    return {
        **values,
        "publisher": publisher,
        "known_at": stamp(published_at),
        "retrieved_at": stamp_exactly(now),
        "digest": digest,
    }


def _as_reading(source: Source, values: Mapping[str, Any], now: datetime) -> Said:
    return Said(
        host=source.publisher,
        family=source.host.family,
        session=date.fromisoformat(values["session"]),
        retrieved_at=now,
        close=values["close"],
        **{name: values[name] for name in ("open", "high", "low", "volume_shares", "turnover_cny")},
    )


def _stored_reading(row: Known) -> Said:
    return Said(
        host=row.publisher,
        family=row.publisher,
        session=row["session"],
        retrieved_at=row.published_at,
        **{name: row[name] for name in ("close", "open", "high", "low", "volume_shares", "turnover_cny")},
    )


def _trust(reading: Said) -> int:
    return TRUSTED.index(reading.family) if reading.family in TRUSTED else len(TRUSTED)


def _chosen(said: Sequence[Said], result: Judged) -> Said:
    """The reading whose row is stored: of those that agree the first with a turnover that can be believed."""
    agreeing = [reading for reading in said if reading.host in result.agreeing]
    believed = [reading for reading in agreeing if reading.turnover_cny and reading.turnover_cny == result.turnover_cny]
    return believed[0] if believed else replace(agreeing[0], volume_shares=None, turnover_cny=None)


def _filled(bar: Known, row: Row, publisher: str, now: datetime) -> Row:
    """A stored bar with the activity that another publisher gives, under both names."""
    values = {**_as_text(bar.values), **{name: row[name] for name in ("volume_shares", "turnover_cny")}}
    return _row(values, f"{bar.publisher}, {publisher}", bar.published_at, now)


def _report_turnovers(source: str, close: Close, turnovers: Sequence[float], report: FigureReport) -> None:
    """Say that publishers' turnovers of a session cannot be the same trades."""
    if differ(turnovers) and close not in report.differing:
        told = " / ".join(f"{turnover:.6g}" for turnover in turnovers)
        index, session = close
        report.doubtful.append(Finding(source, 0, Fault("differs", "turnover_cny", f"{index} {session}: {told}")))
        report.differing.append(close)


def _as_bar(index: str, reading: Said) -> Row:
    names = ("session", "open", "high", "low", "close", "volume_shares", "turnover_cny")
    return {"index": index, **{name: getattr(reading, name) for name in names}}


def _report(index: str, session: date, result: Judged, report: FigureReport) -> None:
    """Say what came of a close; what was said with fewer hosts' words no longer counts."""
    report.unsure.pop((index, session), None)
    if result.verdict in {Verdict.PROVISIONAL, Verdict.DISPUTED}:
        report.unsure[index, session] = result.verdict
    for aside in result.aside:
        finding = Finding(aside.reading.host, 0, Fault(aside.doubt.value, "close", f"{index} {session}"))
        report.rejected.extend([] if finding in report.rejected[-MOST_REPEATED:] else [finding])
