"""Tries each live source for real, for the operator: what came back, and whether it still has the recorded shape."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from index.live.chains import Figure, figures
from index.live.reports import Outcome
from index.sources.asking import asking
from index.sources.contract import Answer, Ask, Call, Reading, Request, Source, Why

PROBE_DEADLINE_S = 300.0

Progress = Callable[[str, int, int], None]  # source, sources done, sources in all


@dataclass(frozen=True, slots=True)
class Probe:
    """One source tried for real.

    Attributes:
        source, family: its name and who is asked.
        figures: what it is asked for.
        outcome: ``answered``, ``late``, ``failed`` or, when its host just failed, ``cooling``.
        rows, newest: what came back.
        missing: columns of the recorded shape that did not.
        seconds: it took.
        why, detail: of a failure.
    """

    source: str
    family: str
    figures: tuple[str, ...]
    outcome: Outcome
    rows: int = 0
    newest: date | None = None
    missing: tuple[str, ...] = ()
    seconds: float = 0.0
    why: str = ""
    detail: str = ""


def probe(
    now: datetime,
    progress: Progress = lambda *_: None,
    *,
    sources: Sequence[Figure] | None = None,
    ask: Ask | None = None,
    deadline_s: float = PROBE_DEADLINE_S,
) -> tuple[Probe, ...]:
    """Try each source once, with its first call, and compare what comes back with the recorded shape; stores nothing.

    Args:
        now: the moment of the trial.
        progress: told the source, how many are done and how many there are.
        sources: the figures with their chains; by default all.
        ask: makes one call; by default in a process of its own.
        deadline_s: after which the rest is not tried.
    """
    chosen = figures() if sources is None else sources
    wanted = {source.name: (source, figure) for figure in chosen for source in figure.sources()}
    ends_at, down, probes = time.monotonic() + deadline_s, set[str](), []
    with asking(ask) as made:
        for done, (source, figure) in enumerate(wanted.values()):
            progress(source.name, done, len(wanted))
            is_skipped = source.host.family in down or time.monotonic() >= ends_at
            one = _skipped_probe(source, figure) if is_skipped else _probe(source, figure, now, made)
            down |= {source.host.family} if one.why in {Why.TIMEOUT, Why.UNREACHABLE} else set()
            probes.append(one)
    return tuple(probes)


def _skipped_probe(source: Source, figure: Figure) -> Probe:
    return Probe(source.name, source.host.family, (figure.name,), Outcome.COOLING)


def _probe(source: Source, figure: Figure, now: datetime, ask: Ask) -> Probe:
    due, missing = figure.due(now), list[str]()

    def watched(asked: Source, call: Call) -> Answer:
        answer = ask(asked, call)
        missing.extend(source.missing_columns(answer))
        return answer

    started = time.monotonic()
    since = due if source.slice_days or source.is_latest_only else due - figure.look_back
    once = replace(source, calls=lambda request: list(source.calls(request))[:1])
    reading = once.fetch(Request(since, due, now), watched)
    failure, newest = next(iter(reading.failures), None), reading.newest(source)
    return Probe(
        source.name, source.host.family, (figure.name,), _outcome(reading, newest, figure, due), len(reading.rows),
        newest, tuple(missing), time.monotonic() - started, failure.why if failure else "",
        failure.detail if failure else "",
    )  # fmt: skip


def _outcome(reading: Reading, newest: date | None, figure: Figure, due: date) -> Outcome:
    if reading.failures:
        return Outcome.FAILED
    is_there = newest is not None and (newest >= due or figure.again is not None)
    return Outcome.ANSWERED if is_there else Outcome.LATE
