"""The upper panel: candles where a session's range is known, a line where only closes are, and the level's tag."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from matplotlib.axes import Axes

from bot.charts.canvas import (
    AXIS_RIGHT,
    BODY,
    GROUND,
    INK,
    PX_A_PT,
    RIGHT,
    TEXT_PT,
    WIDTH_PX,
    Inks,
    fit,
    font,
    label_levels,
)
from bot.charts.series import ChartLabels, CloseSeries, known, numbers

_TAG_GAP_PT: Final = 7  # from the price panel to the level's tag
_CROWDED: Final = 0.095  # of the panel's height, within which the level's tag would cover an axis figure


def draw_price(axes: Axes, series: CloseSeries, labels: ChartLabels, inks: Inks) -> None:
    """Draw the sessions' levels, and the marked one's with its figure."""
    candles = _candles(series)
    ranges = [level for candle in candles for level in (candle.low, candle.high)]
    _scale(axes, ranges + known(numbers(series.close)))
    if candles:
        _draw_candles(axes, candles, inks)
        _draw_dashes(axes, series, {candle.position for candle in candles})
    else:
        _draw_line(axes, series, inks)
    _tag_level(axes, series, labels, inks)


class _Candle(NamedTuple):
    position: int
    open: float
    high: float
    low: float
    close: float


def _candles(series: CloseSeries) -> list[_Candle]:
    rows = zip(series.open, series.high, series.low, series.close, strict=True)
    return [
        _Candle(position, first, high, low, last)
        for position, (first, high, low, last) in enumerate(rows)
        if first is not None and high is not None and low is not None and last is not None
    ]


def _draw_candles(axes: Axes, candles: list[_Candle], inks: Inks) -> None:
    for at, first, high, low, last in candles:
        ink = inks.of_change(last - first)
        bottom, top = sorted((first, last))
        axes.vlines([at, at], [low, top], [bottom, high], color=ink, linewidth=0.9)
        fill = GROUND if last > first else ink
        axes.bar(at, top - bottom, BODY, bottom, facecolor=fill, edgecolor=ink, linewidth=0.9)


def _draw_dashes(axes: Axes, series: CloseSeries, drawn: set[int]) -> None:
    """Show a close without its session's range as a dash: it is known, and nothing more is claimed."""
    for position, close in enumerate(series.close):
        if close is not None and position not in drawn:
            axes.hlines(close, position - BODY / 2, position + BODY / 2, color=INK, linewidth=1.2)


def _draw_line(axes: Axes, series: CloseSeries, inks: Inks) -> None:
    closes = numbers(series.close)
    axes.plot(closes, color=INK, linewidth=1.6, solid_joinstyle="round")
    _draw_dashes(axes, series, _beside_another(closes))
    ink = inks.of_change(series.change_pts)
    axes.plot(series.position, closes[series.position], "o", color=ink, markersize=6)


def _beside_another(closes: Sequence[float]) -> set[int]:
    pairs = [start for start, pair in enumerate(pairwise(closes)) if len(known(pair)) == len(pair)]
    return {position for start in pairs for position in (start, start + 1)}


def _scale(axes: Axes, levels: list[float]) -> None:
    if not levels:
        axes.set_yticks([])
        return
    low, high = min(levels), max(levels)
    margin = 0.07 * (high - low) or 0.01 * high
    axes.set_ylim(low - margin, high + margin)
    label_levels(axes, bins=5)


def _tag_level(axes: Axes, series: CloseSeries, labels: ChartLabels, inks: Inks) -> None:
    close = series.close[series.position]
    if close is None:
        return
    ink = inks.of_change(series.change_pts)
    axes.hlines(close, series.position + 0.5, axes.get_xlim()[1], color=ink, linewidth=0.9)
    _clear_around(axes, close)
    tag = axes.annotate(
        labels.level,
        (1, close),
        (_TAG_GAP_PT, 0),
        xycoords=axes.get_yaxis_transform(),
        textcoords="offset points",
        bbox={"boxstyle": "round,pad=0.28,rounding_size=0.2", "facecolor": ink, "edgecolor": "none"},
        va="center_baseline",
    )
    tag.set(color="white", fontproperties=font(TEXT_PT))
    fit(tag, TEXT_PT, (RIGHT - AXIS_RIGHT) * WIDTH_PX - _TAG_GAP_PT * PX_A_PT)


def _clear_around(axes: Axes, level: float) -> None:
    low, high = axes.get_ylim()
    for tick, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True):
        label.set_visible(abs(tick - level) > _CROWDED * (high - low))
