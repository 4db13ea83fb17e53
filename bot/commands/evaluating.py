"""``evaluate``: our drivers against those of professional closing reports."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.commands.console import say
from bot.commands.json_lines import LeftOut, LineUnusable, day_of, given, numbered, record_of, tell
from bot.explainer.evaluation import BY, INTERVAL_PCT, Agreement, Compared, Named, Report, agreement, misses, split
from bot.explainer.explanation import explain
from bot.figures import Sourced, sourced
from bot.pages import render
from index import moves, sessions
from index.catalog import BY_CODE, SHANGHAI_COMPOSITE
from index.errors import CalendarEnds, NoFigures
from index.faults import Fault
from index.reader import Reader
from index.taxonomy import DRIVERS

NO_REASON = "none"
SIGNS = (-1, 0, 1)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What became of a file of reports.

    Attributes:
        whole: the figures over all reports that could be compared.
        parts: the same by year, direction or size, when asked for.
        compared: each report beside our drivers.
        uncovered: reports whose session has no stored close.
        left_out: lines that are no report.
    """

    whole: Agreement
    parts: Mapping[str, Agreement]
    compared: tuple[Compared, ...]
    uncovered: int
    left_out: tuple[LeftOut, ...]

    @property
    def unread(self) -> int:
        """How many lines are no report."""
        return len(self.left_out)


def evaluate(  # noqa: PLR0913 - a command's options
    name: str, reader: Reader, language: str, *, as_json: bool = False, by: str = "", with_misses: bool = False
) -> bool:
    """Compare and print; lines that are no report are named on standard error, and the rest is compared.

    Args:
        name: a file, or ``-`` for standard input, of JSON lines with ``date``, ``index``, ``source`` and ``drivers``,
            the most prominent first, each with ``label`` and ``polarity``.
        reader: the stored figures.
        language: of the page.
        as_json: print one JSON object.
        by: ``year``, ``direction`` or ``size`` for the same figures by part; empty for the whole only.
        with_misses: show the reports that name another first driver beside ours.

    Returns:
        Whether every line is a report.

    Raises:
        FolderUnreadable: the file cannot be read.
    """
    found = compare(numbered(name), reader, by)
    say(as_text(found) if as_json else _page(found, language, with_misses=with_misses))
    tell(name, found.left_out, language)
    return not found.left_out


def compare(lines: Iterable[tuple[int, str]], reader: Reader, by: str = "") -> Evaluated:
    """Explain the session of every report, on numbered lines, and put both beside each other."""
    reports, left_out = _read(lines)
    beside = [_compared(report, reader) for report in reports]
    compared = tuple(one for one in beside if one)
    parts = split(compared, by) if by in BY else {}
    return Evaluated(agreement(compared), parts, compared, len(beside) - len(compared), tuple(left_out))


def report_of(record: Mapping[str, Any]) -> Report:
    """A report from its JSON object.

    Raises:
        LineUnusable: it lacks a day or drivers, or names a driver that nobody knows.
    """
    day = day_of(given(record, "date"), "date")
    index = str(record.get("index") or SHANGHAI_COMPOSITE.code)
    return Report(day, index, str(record.get("source", "")), tuple(_named(given(record, "drivers"))))


def as_text(found: Evaluated) -> str:
    """The figures as one JSON object."""
    counts = {"uncovered": found.uncovered, "unread": found.unread}
    parts = {name: asdict(part) for name, part in found.parts.items()}
    missed = [_miss_as_json(one) for one in misses(found.compared)]
    return json.dumps(asdict(found.whole) | counts | {"parts": parts, "misses": missed}, ensure_ascii=False)


def _read(lines: Iterable[tuple[int, str]]) -> tuple[list[Report], list[LeftOut]]:
    reports, left_out = list[Report](), list[LeftOut]()
    for number, line in lines:
        if not line.strip():
            continue
        try:
            reports.append(report_of(record_of(line)))
        except LineUnusable as error:
            left_out.append(LeftOut(number, error.fault))
    return reports, left_out


def _named(drivers: Iterable[Mapping[str, Any]]) -> Iterator[Named]:
    try:
        labelled = [(str(driver["label"]), int(driver.get("polarity") or 0)) for driver in drivers]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise LineUnusable(Fault("not_drivers", "drivers")) from None
    for label, polarity in labelled:
        _check(label, polarity)
    return (Named(label, polarity) for label, polarity in labelled if label != NO_REASON)


def _check(label: str, polarity: int) -> None:
    if label not in {*DRIVERS, NO_REASON}:
        raise LineUnusable(Fault("unknown_driver", "label", label))
    if polarity not in SIGNS:
        raise LineUnusable(Fault("not_a_sign", "polarity", str(polarity)))


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
        "interval": sourced(INTERVAL_PCT / 100, "interval_share", "method", None),
        "missed": [Sourced(one, "whyup") for one in misses(found.compared)] if with_misses else [],
    }
    return render("evaluated", language, values).plain
