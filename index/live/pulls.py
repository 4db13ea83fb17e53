"""Figures from live sources: chains → quality → cross-check → store.

Each source's rows are stored before it is remembered that it answered, so an interrupted run is finished by running
again, and a finished one asks nobody twice. A figure of another publisher never replaces a stored one, it only fills
what is not known; a close may, when two independent hosts stand behind it.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from index.live.chains import Figure, figures
from index.live.crosscheck import Verdict
from index.live.keeping import Keeper
from index.live.memory import Memory, State
from index.live.reports import Attempt, Ended, FigureReport, Outcome, RefreshReport
from index.sources.asking import asking
from index.sources.codes import MAINLAND
from index.sources.contract import Answer, Ask, Call, Reading, Request, Source, Unanswered, Why
from index.store import Store

OFFLINE_AFTER = 3  # hosts that cannot be reached, and none that can: it is us
DEADLINE_S = 1800.0

Progress = Callable[[str, int, int], None]  # source, parts done, parts in all


def refresh(  # noqa: PLR0913 - the shell's choices, all but three with a default
    store: Store,
    now: datetime,
    since: date | None = None,
    progress: Progress = lambda *_: None,
    *,
    sources: Sequence[Figure] | None = None,
    ask: Ask | None = None,
    deadline_s: float = DEADLINE_S,
) -> RefreshReport:
    """Bring the store up to date.

    Args:
        store: where the figures go.
        now: the moment of the run.
        since: the first day wanted; by default what each source has not answered for yet.
        progress: told the source and how much of what is asked of it is done.
        sources: the figures with their chains; by default all of `index.live.chains.figures`.
        ask: makes one call; by default in a process of its own.
        deadline_s: after which nothing more is asked.

    Raises:
        StoreUnreachable: the database refused; what was stored before stays.
    """
    with asking(ask) as made:
        run = _Run(store, now, since, progress, made, time.monotonic() + deadline_s)
        reports = tuple(run.pull(figure) for figure in (figures() if sources is None else sources))
    run.remember_failures()
    return RefreshReport(reports, run.ended)


def verdict_of(store: Store, index: str, session: date) -> Verdict | None:
    """How sure a stored close is; None when no live source ever spoke of it (it was imported).

    Raises:
        StoreUnreachable: the database does not answer.
    """
    return Memory(store.engine, store.url).verdict(index, session)


def source_states(store: Store) -> dict[str, State]:
    """What is known about sources and hosts, by name: last success, last failure, cooling until when.

    Raises:
        StoreUnreachable: the database does not answer.
    """
    return Memory(store.engine, store.url).states()


@dataclass(slots=True)
class _Run:
    """One run over all figures."""

    store: Store
    now: datetime
    since: date | None
    progress: Progress
    ask: Ask
    ends_at: float
    ended: Ended = Ended.COMPLETE
    down: dict[str, Unanswered] = field(default_factory=dict)
    failed: list[tuple[Source, Unanswered]] = field(default_factory=list)
    has_answer: bool = False
    memory: Memory = field(init=False)
    keeper: Keeper = field(init=False)

    def __post_init__(self) -> None:
        self.memory = Memory(self.store.engine, self.store.url)
        self.keeper = Keeper(self.store, self.memory, self.now)

    def pull(self, figure: Figure) -> FigureReport:
        report = FigureReport(figure.name, figure.kind, figure.due(self.now))
        for path in figure.paths:
            if self._is_over():
                break
            answered = [self._ask(figure, source, report) for source in path]
            needs_two = figure.is_crosschecked and not figure.is_second_reading
            report.is_current = self._is_agreed(report) if needs_two else all(answered)
            if report.is_current:
                break
        return report

    def remember_failures(self) -> None:
        """Hosts are left alone, unless none of several could be reached: then it was us."""
        for source, failure in self.failed:
            self.memory.failed(source, failure, self.now, penalty=not self._is_offline())

    def _is_offline(self) -> bool:
        return len(self.down) >= OFFLINE_AFTER and not self.has_answer

    def _is_over(self) -> bool:
        if time.monotonic() >= self.ends_at:
            self.ended = Ended.OUT_OF_TIME
        elif self._is_offline():
            self.ended = Ended.OFFLINE
        return self.ended is not Ended.COMPLETE

    def _ask(self, figure: Figure, source: Source, report: FigureReport) -> bool:
        """Ask one source; whether the figure that is due came of it."""
        since = self._since(figure, source, report.due)
        attempt = self._skipped(figure, source, since, report.due) or self._asked(figure, source, since, report)
        report.attempts.append(attempt)
        return attempt.outcome in {Outcome.ANSWERED, Outcome.KNOWN}

    def _since(self, figure: Figure, source: Source, due: date) -> date:
        if self.since or figure.again:
            return self.since or due - figure.look_back
        if figure.is_second_reading and source.is_latest_only:
            return due
        states = self.memory.states()
        names = [other.name for other in figure.sources()] if source.is_latest_only else [source.name]
        covered = [state.covered_until for name in names if (state := states.get(name)) and state.covered_until]
        return max(covered) + timedelta(days=1) if covered else due - figure.look_back

    def _skipped(self, figure: Figure, source: Source, since: date, due: date) -> Attempt | None:
        states = self.memory.states()
        known = states.get(source.name, State(source.name))
        if self._is_known(figure, known, since, due):
            return Attempt(source.name, Outcome.KNOWN, newest=known.covered_until)
        cooling = [state for name in (source.name, source.host.family) if (state := states.get(name))]
        for state in cooling:
            if state.is_cooling(self.now):
                return Attempt(source.name, Outcome.COOLING, why=state.why, detail=state.detail, until=state.cool_until)
        if source.host.family in self.down:
            failure = self.down[source.host.family]
            return Attempt(source.name, Outcome.COOLING, why=failure.why, detail=failure.detail)
        is_wider = source.is_latest_only and any(Request(since, due - timedelta(days=1), self.now).sessions())
        return Attempt(source.name, Outcome.LATEST_ONLY) if is_wider else None

    def _is_known(self, figure: Figure, known: State, since: date, due: date) -> bool:
        if figure.again:
            return bool(known.succeeded_at and not self.since and self.now - known.succeeded_at < figure.again)
        return since > due or known.covers(since, due)

    def _asked(self, figure: Figure, source: Source, since: date, report: FigureReport) -> Attempt:
        rows, newest = 0, None
        requests = _slices(source, Request(since, report.due, self.now))
        for done, request in enumerate(requests):
            self.progress(source.name, done, len(requests))
            reading = source.fetch(request, self._call)
            self._keep(figure, source, request, reading, report)
            rows, newest = rows + len(reading.rows), reading.newest(source) or newest
            if reading.failures:
                self._note(source, reading)
                first = reading.failures[0]
                return Attempt(source.name, Outcome.FAILED, rows, newest, first.why, first.detail)
            self._remember(source, request, reading, report.due)
        self.progress(source.name, len(requests), len(requests))
        is_there = rows > 0 if figure.again else newest is not None and newest >= report.due
        return Attempt(source.name, Outcome.ANSWERED if is_there else Outcome.LATE, rows, newest)

    def _call(self, source: Source, call: Call) -> Answer:
        if time.monotonic() >= self.ends_at:
            raise Unanswered(Why.OUT_OF_TIME)
        return self.ask(source, call)

    def _remember(self, source: Source, request: Request, reading: Reading, due: date) -> None:
        """An empty answer counts for past days only: some libraries answer with nothing when they are refused."""
        is_past = request.until < due  # what such a part does not have now will never come
        if reading.rows or reading.refused or is_past:
            self.memory.succeeded(source, request, request.until if is_past else reading.newest(source))
        self.has_answer = self.has_answer or bool(reading.rows or reading.refused)

    def _note(self, source: Source, reading: Reading) -> None:
        blamed = [failure for failure in reading.failures if failure.why is not Why.OUT_OF_TIME]
        self.failed.extend((source, failure) for failure in blamed[:1])
        hosts = [failure for failure in reading.failures if failure.is_hosts]
        self.has_answer = self.has_answer or bool(reading.rows)
        if hosts:
            self.down[source.host.family] = hosts[0]

    def _keep(self, figure: Figure, source: Source, request: Request, reading: Reading, report: FigureReport) -> None:
        if figure.is_crosschecked:
            self.keeper.crosscheck(source, reading, report)
        else:
            self.keeper.keep(source, request, reading, report)

    def _is_agreed(self, report: FigureReport) -> bool:
        """Whether every index has an accepted close for the session that is due, and none before it is alone."""
        due = [self.memory.verdict(index, report.due) for index in MAINLAND]
        return all(verdict is Verdict.ACCEPTED for verdict in due) and not report.unsure


def _slices(source: Source, request: Request) -> list[Request]:
    """Parts of a request where each session is a call, so that an interruption costs one part."""
    if not source.slice_days:
        return [request]
    step, parts, since = timedelta(days=source.slice_days), [], request.since
    while since <= request.until:
        until = min(since + step - timedelta(days=1), request.until)
        parts.append(Request(since, until, request.at))
        since = until + timedelta(days=1)
    return parts
