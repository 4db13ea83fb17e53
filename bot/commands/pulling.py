"""``refresh``: figures from the publishers."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.commands.console import progress_bars, say
from bot.figures import Sourced, sourced
from bot.pages import render
from bot.settings import Settings
from index.live.chains import figures
from index.live.pulls import refresh
from index.live.reports import FigureReport, RefreshReport
from index.store import Store

SHOWN = 5  # findings a figure


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one figure, as the page shows it."""

    figure: str
    is_current: bool
    due: date
    new: int
    rejected: int
    doubtful: int


def run(store: Store, settings: Settings, now: datetime, since: date | None) -> RefreshReport:
    """Bring the store up to date and say what became of it."""
    chains = figures(settings.tushare_token.get_secret_value())
    with progress_bars("refresh") as progress:
        report = refresh(store, now, since, progress, sources=chains)
    say(render("refreshed", settings.language, _values(report)).plain)
    return report


def _values(report: RefreshReport) -> dict[str, object]:
    return {
        "figures": [_figure(one) for one in report.figures],
        "new": sourced(report.new, "new", "refresh", None),
        "ended": report.ended.value,
    }


def _figure(report: FigureReport) -> dict[str, object]:
    line = Line(report.figure, report.is_current, report.due, report.new, len(report.rejected), len(report.doubtful))
    findings = [*report.rejected[:SHOWN], *report.doubtful[:SHOWN]]
    return {
        "line": Sourced(line, "refresh"),
        "attempts": [Sourced(attempt, attempt.source) for attempt in report.attempts],
        "findings": [{"file": one.file, "code": one.fault.code, "cell": one.fault.cell} for one in findings],
        "provisional": [_close(*one) for one in report.provisional],
        "disputed": [_close(*one) for one in report.disputed],
    }


def _close(index: str, session: date) -> dict[str, object]:
    return {"index": index, "session": sourced(session, "session", "refresh", None)}
