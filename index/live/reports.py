"""What became of pulling figures from live sources, as data; the words stand in the templates."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from index.live.crosscheck import Verdict
from index.refresh import Finding

Close = tuple[str, date]  # index and session


class Outcome(StrEnum):
    """What became of asking a source. The words stand in the templates."""

    ANSWERED = "answered"
    LATE = "late"  # answered, but the newest row is older than the figure that is due
    FAILED = "failed"
    COOLING = "cooling"  # left alone after failures
    KNOWN = "known"  # it answered for these days before
    LATEST_ONLY = "latest_only"  # older sessions are wanted too, which it does not have


class Ended(StrEnum):
    """Why a run ended."""

    COMPLETE = "complete"
    OFFLINE = "offline"
    OUT_OF_TIME = "out_of_time"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One source asked for one figure.

    Attributes:
        source: its name.
        outcome: what became of it.
        rows: that it gave.
        newest: the newest day among them.
        why: of a failure, see `index.sources.contract.Why`.
        detail: for the operator.
        until: how long it is left alone, when it is.
    """

    source: str
    outcome: Outcome
    rows: int = 0
    newest: date | None = None
    why: str = ""
    detail: str = ""
    until: datetime | None = None


@dataclass(slots=True)
class FigureReport:
    """What became of one figure.

    Attributes:
        figure, kind: its name and its kind in the format.
        due: the newest day that should be public.
        attempts: the sources tried, in order.
        new: rows stored anew.
        rejected, doubtful: rows that a rule spoke about; their file is the source's name.
        unsure: what may be done with closes that no two hosts agree on.
        differing: sessions of whose turnover publishers say what cannot be the same trades.
        is_current: whether the figure that is due is known.
    """

    figure: str
    kind: str
    due: date
    attempts: list[Attempt] = field(default_factory=list)
    new: int = 0
    rejected: list[Finding] = field(default_factory=list)
    doubtful: list[Finding] = field(default_factory=list)
    unsure: dict[Close, Verdict] = field(default_factory=dict)
    differing: list[Close] = field(default_factory=list)
    is_current: bool = False

    @property
    def provisional(self) -> list[Close]:
        """Closes that one host alone gave, in order."""
        return self._with(Verdict.PROVISIONAL)

    @property
    def disputed(self) -> list[Close]:
        """Closes that hosts disagree about, in order; nothing of them is stored."""
        return self._with(Verdict.DISPUTED)

    def _with(self, verdict: Verdict) -> list[Close]:
        return sorted(close for close, found in self.unsure.items() if found is verdict)


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What became of a run."""

    figures: tuple[FigureReport, ...]
    ended: Ended

    @property
    def new(self) -> int:
        """Rows stored anew."""
        return sum(report.new for report in self.figures)

    @property
    def is_current(self) -> bool:
        """Whether all that is due is known."""
        return all(report.is_current for report in self.figures)
