"""What a close picture is made of: the sessions to draw, and every word and figure beside them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import isnan, nan
from typing import Final

from index.bars import Bars, Numbers

Figures = tuple[float | None, ...]

WINDOW_SESSIONS: Final = 60  # about a quarter: a phone shows that many candles apart, and the trend that a day broke


@dataclass(frozen=True, slots=True)
class CloseSeries:
    """The sessions of one picture, oldest first; every column has one entry a session.

    Attributes:
        sessions: local dates of the exchange.
        open, high, low, close: index points; None where a figure is not known, which shows as a gap and never as 0.
        turnover_cny: the sessions' turnover in yuan.
        marked: the session the picture speaks of, one of ``sessions``.

    Raises:
        ValueError: a column has another length, or the marked session is not among the sessions.
    """

    sessions: tuple[date, ...]
    open: Figures
    high: Figures
    low: Figures
    close: Figures
    turnover_cny: Figures
    marked: date

    def __post_init__(self) -> None:
        columns = (self.open, self.high, self.low, self.close, self.turnover_cny)
        if any(len(column) != len(self.sessions) for column in columns):
            raise ValueError([len(column) for column in columns])
        if self.marked not in self.sessions:
            raise ValueError(self.marked)

    @classmethod
    def until(cls, bars: Bars, session: date, length: int = WINDOW_SESSIONS) -> "CloseSeries":
        """The sessions of a store's bars that end with the one to mark.

        Raises:
            ValueError: the bars hold no such session.
        """
        known = bars.until(session)
        cut = known.rows(max(0, len(known) - length), len(known))
        return cls(
            sessions=tuple(cut.session(row) for row in range(len(cut))),
            open=_figures(cut.open),
            high=_figures(cut.high),
            low=_figures(cut.low),
            close=_figures(cut.close),
            turnover_cny=_figures(cut.turnover_cny),
            marked=session,
        )

    @property
    def position(self) -> int:
        """Where the marked session stands."""
        return self.sessions.index(self.marked)

    @property
    def change_pts(self) -> float | None:
        """Points from the last close known before the marked session to its own; None when either is not known."""
        before = [close for close in self.close[: self.position] if close is not None]
        level = self.close[self.position]
        return None if level is None or not before else level - before[-1]


@dataclass(frozen=True, slots=True)
class ChartLabels:
    """Every word of a picture, and its headline figures as the reader's language writes them.

    Attributes:
        title: the index's name.
        day: the marked session's date.
        level: its close.
        change: points and percent with their sign and without an arrow, which the picture adds.
        turnover: what the turnover figure is called; empty when it is not known.
        turnover_value: the marked session's turnover with its unit; empty when it is not known.
        turnover_axis: what the lower panel shows and in which unit.
        turnover_unit_cny: yuan in one of that unit, 1e12 for trillions and for 万亿;
            for quiet years take the smaller one, or the axis shows many decimals.
        source: who published the figures and as of when.
        automatic: the line saying that the picture was made automatically.
        months: the twelve months' names on the time axis; without them its labels are ``09-02``.
        short_day: the marked session on the time axis; without it ``09-30``.
    """

    title: str
    day: str
    level: str
    change: str
    turnover: str
    turnover_value: str
    turnover_axis: str
    turnover_unit_cny: float
    source: str
    automatic: str
    months: tuple[str, ...] = ()
    short_day: str = ""


def numbers(figures: Figures, unit: float = 1.0) -> list[float]:
    """A column in a unit as matplotlib draws it: a figure that is not known is NaN, and shows as a gap."""
    return [nan if figure is None else figure / unit for figure in figures]


def known(column: Iterable[float]) -> list[float]:
    """Its figures without the gaps."""
    return [number for number in column if not isnan(number)]


def _figures(column: Numbers) -> Figures:
    return tuple(None if isnan(number) else float(number) for number in column)
