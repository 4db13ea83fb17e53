"""The picture put together: headline, price, turnover, days and source, each in its place."""

from datetime import date
from itertools import pairwise
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bot.charts.canvas import (
    BAR,
    BODY,
    FOOT_PT,
    INK,
    LEFT,
    QUIET,
    RIGHT,
    TEXT_PT,
    Colours,
    Inks,
    blank,
    encode,
    font,
    label_levels,
    mark,
    name_panel,
    panel,
    write,
)
from bot.charts.price import draw_price
from bot.charts.series import ChartLabels, CloseSeries, known, numbers

_FOOT, _TURNOVER_TOP, _PRICE_FOOT, _PRICE_TOP = 0.13, 0.262, 0.31, 0.742  # of the panels
_TITLE_PT, _LEVEL_PT, _CHANGE_PT = 17.0, 42.0, 20.0
_TICK_APART: Final = 5  # sessions between two labels of the time axis


def close_chart(series: CloseSeries, labels: ChartLabels, colours: Colours) -> bytes:
    """Draw a session's close as a PNG of 1080 × 1200 pixels; the same input gives the same bytes.

    Args:
        series: the sessions to show, about 60 of them.
        labels: all words, in the reader's language.
        colours: whether a rise is red, as on the mainland, or green.
    """
    return encode(figure_of(series, labels, colours))


def figure_of(series: CloseSeries, labels: ChartLabels, colours: Colours) -> Figure:
    """The picture before it is encoded."""
    figure, inks = blank(), Inks.of(colours)
    _write_headline(figure, labels, series.change_pts, inks)
    _write_foot(figure, labels)
    _draw_panels(figure, series, labels, inks)
    return figure


def _write_headline(figure: Figure, labels: ChartLabels, change_pts: float | None, inks: Inks) -> None:
    ink = inks.of_change(change_pts)
    write(figure, (LEFT, 0.944), labels.title, _TITLE_PT, width=0.6, heavy=True)
    write(figure, (RIGHT, 0.944), labels.day, _TITLE_PT - 3, width=0.28, color=QUIET, ha="right")
    write(figure, (LEFT, 0.844), labels.level, _LEVEL_PT, width=0.6, heavy=True)
    write(figure, (LEFT, 0.778), _with_arrow(labels.change, change_pts), _CHANGE_PT, width=0.6, color=ink, heavy=True)
    write(figure, (RIGHT, 0.822), labels.turnover, TEXT_PT, width=0.28, color=QUIET, ha="right")
    write(figure, (RIGHT, 0.778), labels.turnover_value, _TITLE_PT - 2, width=0.28, ha="right")


def _write_foot(figure: Figure, labels: ChartLabels) -> None:
    write(figure, (LEFT, 0.049), labels.source, FOOT_PT, width=RIGHT - LEFT, color=QUIET)
    write(figure, (LEFT, 0.018), labels.automatic, FOOT_PT, width=RIGHT - LEFT, color=QUIET)


def _with_arrow(change: str, change_pts: float | None) -> str:
    if not change_pts:
        return change
    return f"{'▲' if change_pts > 0 else '▼'} {change}"


def _draw_panels(figure: Figure, series: CloseSeries, labels: ChartLabels, inks: Inks) -> None:
    turnover = numbers(series.turnover_cny, labels.turnover_unit_cny)
    has_turnover = bool(known(turnover))
    panels = [panel(figure, _PRICE_FOOT if has_turnover else _FOOT, _PRICE_TOP, len(series.sessions))]
    draw_price(panels[0], series, labels, inks)
    if has_turnover:
        panels.append(panel(figure, _FOOT, _TURNOVER_TOP, len(series.sessions)))
        _draw_turnover(panels[1], turnover, series.position, inks.of_change(series.change_pts))
        name_panel(panels[1], labels.turnover_axis)
    _label_days(panels[-1], series, labels)
    mark(panels, series.position)


def _draw_turnover(axes: Axes, turnover: list[float], marked: int, ink: str) -> None:
    inks = [ink if position == marked else BAR for position in range(len(turnover))]
    axes.bar(range(len(turnover)), turnover, BODY, color=inks)
    axes.set_ylim(0, 1.06 * max(known(turnover)) or 1)
    label_levels(axes, bins=3)


def _label_days(axes: Axes, series: CloseSeries, labels: ChartLabels) -> None:
    *starts, marked = _day_ticks(series.sessions, series.position)
    words = [_month(series.sessions[start], labels.months) for start in starts]
    words.append(labels.short_day or f"{series.marked:%m-%d}")
    axes.set_xticks([*starts, marked], words, font=font(TEXT_PT))
    axes.get_xticklabels()[-1].set_color(INK)


def _day_ticks(sessions: tuple[date, ...], marked: int) -> list[int]:
    """Each month's first session and the marked one, which displaces a month that would touch it."""
    starts = [at for at, (before, day) in enumerate(pairwise(sessions), start=1) if before.month != day.month]
    return [*(at for at in starts if abs(at - marked) > _TICK_APART), marked]


def _month(session: date, months: tuple[str, ...]) -> str:
    return months[session.month - 1] if months else f"{session:%m-%d}"
