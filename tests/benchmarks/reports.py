"""What the explainer's benchmarks share: the development history in a store, and the reports beside its evidence."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from bot.commands.evaluating import report_of
from bot.explainer.evaluation import Report
from bot.explainer.evidence import Evidence
from bot.explainer.explanation import gather
from index import moves, sessions
from index.catalog import SHANGHAI_COMPOSITE
from index.moves import Move
from index.reader import Reader
from index.refresh import load_folder
from index.store import Store

SHARED = Path(os.environ.get("WHYUP_SHARED") or Path(__file__).parents[2].parent / "shared")
HISTORY, REPORTS = SHARED / "history", SHARED / "data" / "wraps_dev.jsonl"
LAST = date(2025, 5, 30)  # of the development history


@dataclass(frozen=True, slots=True)
class Case:
    """One session with its reports and everything that was public by its close."""

    move: Move
    evidence: tuple[Evidence, ...]
    reports: tuple[Report, ...]


@contextmanager
def history() -> Iterator[Reader]:
    """A reader of the development history; WHYUP_HISTORY_DB names a store that already holds it."""
    ready = os.environ.get("WHYUP_HISTORY_DB")
    if ready:
        yield Reader(Store(ready))
        return
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/history.db")
        load_folder(store, HISTORY, datetime.now(UTC))  # noqa: TID251 - a benchmark's own clock
        yield Reader(store)


def cases(reader: Reader) -> list[Case]:
    """The sessions of the reports that the history covers, oldest first."""
    found: dict[date, list[Report]] = {}
    for line in REPORTS.read_text(encoding="utf-8").splitlines():
        report = report_of(json.loads(line))
        if report.session <= LAST:
            found.setdefault(report.session, []).append(report)
    return [_case(reader, session, tuple(found[session])) for session in sorted(found)]


def _case(reader: Reader, session: date, reports: tuple[Report, ...]) -> Case:
    close = sessions.close_of(session)
    move = moves.of(reader.bars(SHANGHAI_COMPOSITE.code, close), session)
    return Case(move, gather(move, reader, close), reports)
