"""``evaluate``: our drivers against those of professional closing reports."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.commands.console import say
from bot.explainer.evaluation import BY, Agreement, Compared, Named, Report, agreement, misses, split
from bot.explainer.explanation import explain
from bot.figures import Sourced
from bot.pages import render
from index import moves, sessions
from index.catalog import BY_CODE, SHANGHAI_COMPOSITE
from index.errors import CalendarEnds, FolderUnreadable, NoFigures
from index.reader import Reader

NO_REASON = "none"


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What became of a file of reports.

    Attributes:
        whole: the figures over all reports that could be compared.
        parts: the same by year, direction or size, when asked for.
        compared: each report beside our drivers.
        uncovered: reports whose session has no stored close.
        unread: lines that are no report.
    """

    whole: Agreement
    parts: Mapping[str, Agreement]
    compared: tuple[Compared, ...]
    uncovered: int
    unread: int


def evaluate(  # noqa: PLR0913 - a command's options
    path: Path, reader: Reader, language: str, *, as_json: bool = False, by: str = "", with_misses: bool = False
) -> None:
    """Compare and print.

    Args:
        path: JSON lines with ``date``, ``index``, ``source`` and ``drivers``, the most prominent first, each with
            ``label`` and ``polarity``.
        reader: the stored figures.
        language: of the page.
        as_json: print one JSON object.
        by: ``year``, ``direction`` or ``size`` for the same figures by part; empty for the whole only.
        with_misses: show the reports that name another first driver beside ours.

    Raises:
        FolderUnreadable: the file cannot be read.
    """
    found = compare(_lines(path), reader, by)
    say(as_text(found) if as_json else _page(found, language, with_misses=with_misses))


def compare(lines: Iterable[str], reader: Reader, by: str = "") -> Evaluated:
    """Explain the session of every report and put both beside each other."""
    read = [_record(line) for line in lines if line.strip()]
    reports = reports_of(record for record in read if record)
    beside = [_compared(report, reader) for report in reports]
    compared = tuple(one for one in beside if one)
    parts = split(compared, by) if by in BY else {}
    return Evaluated(agreement(compared), parts, compared, len(beside) - len(compared), len(read) - len(reports))


def reports_of(records: Iterable[Mapping[str, Any]]) -> list[Report]:
    """Reports from their JSON objects; one that lacks a day or drivers is left out."""
    return [report for record in records if (report := _report(record))]


def as_text(found: Evaluated) -> str:
    """The figures as one JSON object."""
    counts = {"uncovered": found.uncovered, "unread": found.unread}
    parts = {name: asdict(part) for name, part in found.parts.items()}
    missed = [_miss_as_json(one) for one in misses(found.compared)]
    return json.dumps(asdict(found.whole) | counts | {"parts": parts, "misses": missed}, ensure_ascii=False)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FolderUnreadable(str(path), str(error)) from error


def _record(line: str) -> Mapping[str, Any] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _report(record: Mapping[str, Any]) -> Report | None:
    try:
        named = tuple(_named(record["drivers"]))
        index = str(record.get("index") or SHANGHAI_COMPOSITE.code)
        return Report(date.fromisoformat(record["date"]), index, str(record.get("source", "")), named)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _named(drivers: Iterable[Mapping[str, Any]]) -> Iterator[Named]:
    for driver in drivers:
        if driver["label"] != NO_REASON:
            yield Named(str(driver["label"]), int(driver.get("polarity") or 0))


def _compared(report: Report, reader: Reader) -> Compared | None:
    """Our answer at the session's own close; None where no figures are stored for it."""
    index = BY_CODE.get(report.index)
    if index is None:
        return None
    at = sessions.close_of(report.session, index.mic)
    try:
        move = moves.of(reader.bars(index.code, at), report.session)
        return Compared(report, move, explain(move, reader, at).drivers)
    except (NoFigures, CalendarEnds):
        return None


def _miss_as_json(one: Compared) -> dict[str, object]:
    ours = [{"label": driver.label, "score": driver.score, "polarity": driver.polarity} for driver in one.drivers]
    theirs = [asdict(named) for named in one.report.named]
    session, change_pct = one.report.session.isoformat(), one.move.change_pct
    return {"session": session, "source": one.report.source, "change_pct": change_pct, "ours": ours, "theirs": theirs}


def _page(found: Evaluated, language: str, *, with_misses: bool) -> str:
    values = {
        "reports": Sourced(found, "whyup"),
        "missed": [Sourced(one, "whyup") for one in misses(found.compared)] if with_misses else [],
    }
    return render("evaluated", language, values).plain
