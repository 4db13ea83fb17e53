"""The close picture: one session's level, change and turnover beside the sessions before it, as PNG.

It is read on a phone held upright, often in a group and on a dark screen, so it carries its own light ground, one
headline number and no decoration. A candle is hollow when the index closed above its open and filled when below, as
mainland terminals draw it, so that no reader depends on telling red from green.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from itertools import pairwise
from math import isnan, nan
from pathlib import Path
from typing import Final, Literal, NamedTuple

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from PIL import Image

from index.bars import Bars, Numbers

Colours = Literal["red_up", "green_up"]
Figures = tuple[float | None, ...]

FONT: Final = Path(__file__).parent / "fonts" / "NotoSansCJKsc-subset.otf"
WINDOW_SESSIONS: Final = 60  # about a quarter: a phone shows that many candles apart, and the trend that a day broke
WIDTH_PX: Final = 1080
HEIGHT_PX: Final = 1200

_DPI: Final = 200
_LEFT, _RIGHT, _AXIS_RIGHT = 0.05, 0.95, 0.79  # between the last two stand the axis figures
_FOOT, _TURNOVER_TOP, _PRICE_FOOT, _PRICE_TOP = 0.13, 0.262, 0.31, 0.742  # of the panels

_GROUND, _INK, _QUIET, _GRID, _BAND, _BAR = "#fcfbf8", "#1c1b19", "#6a6761", "#e3e0d8", "#f1ecdd", "#c3bfb4"
_RED, _GREEN = "#c8142f", "#08794a"  # both at least 5:1 on the ground (WCAG AA for text is 4.5:1)

_TITLE_PT, _LEVEL_PT, _CHANGE_PT, _TEXT_PT, _FOOT_PT = 17.0, 42.0, 20.0, 12.0, 10.5
_TAG_GAP_PT: Final = 7  # from the price panel to the level's tag
_BODY: Final = 0.64  # a candle's width, in sessions
_LEAST_SPAN: Final = 20  # sessions of width, so that one candle is not drawn as a wall
_TICK_APART: Final = 5  # sessions between two labels of the time axis
_LEAST_LABEL: Final = 1e-9  # the foot of the bars is 0 and needs no figure
_CROWDED: Final = 0.095  # of the panel's height, within which the level's tag would cover an axis figure


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


def close_chart(series: CloseSeries, labels: ChartLabels, colours: Colours) -> bytes:
    """Draw a session's close as a PNG of 1080 × 1200 pixels; the same input gives the same bytes.

    Args:
        series: the sessions to show, about 60 of them.
        labels: all words, in the reader's language.
        colours: whether a rise is red, as on the mainland, or green.
    """
    return _png(_figure(series, labels, colours))


def _png(figure: Figure) -> bytes:
    """Encode with a palette: the few inks of a picture keep their exact colour at a third of the bytes."""
    pixels, png = BytesIO(), BytesIO()
    figure.savefig(pixels, format="rgba", dpi=_DPI)
    picture = Image.frombytes("RGBA", (WIDTH_PX, HEIGHT_PX), pixels.getvalue()).convert("RGB")
    picture.quantize(256, dither=Image.Dither.NONE).save(png, "PNG", optimize=True)
    return png.getvalue()


def _figure(series: CloseSeries, labels: ChartLabels, colours: Colours) -> Figure:
    figure = Figure(figsize=(WIDTH_PX / _DPI, HEIGHT_PX / _DPI), dpi=_DPI, facecolor=_GROUND)
    FigureCanvasAgg(figure)
    inks = _Inks.of(colours)
    _write_headline(figure, labels, series.change_pts, inks)
    _write_foot(figure, labels)
    _draw_panels(figure, series, labels, inks)
    return figure


@dataclass(frozen=True, slots=True)
class _Inks:
    up: str
    down: str

    @classmethod
    def of(cls, colours: Colours) -> "_Inks":
        return cls(_RED, _GREEN) if colours == "red_up" else cls(_GREEN, _RED)

    def of_change(self, change: float | None) -> str:
        if not change:
            return _INK
        return self.up if change > 0 else self.down


# Words


def _write_headline(figure: Figure, labels: ChartLabels, change_pts: float | None, inks: _Inks) -> None:
    ink = inks.of_change(change_pts)
    _write(figure, (_LEFT, 0.944), labels.title, _TITLE_PT, width=0.6, heavy=True)
    _write(figure, (_RIGHT, 0.944), labels.day, _TITLE_PT - 3, width=0.28, color=_QUIET, ha="right")
    _write(figure, (_LEFT, 0.844), labels.level, _LEVEL_PT, width=0.6, heavy=True)
    _write(figure, (_LEFT, 0.778), _with_arrow(labels.change, change_pts), _CHANGE_PT, width=0.6, color=ink, heavy=True)
    _write(figure, (_RIGHT, 0.822), labels.turnover, _TEXT_PT, width=0.28, color=_QUIET, ha="right")
    _write(figure, (_RIGHT, 0.778), labels.turnover_value, _TITLE_PT - 2, width=0.28, ha="right")


def _write_foot(figure: Figure, labels: ChartLabels) -> None:
    _write(figure, (_LEFT, 0.049), labels.source, _FOOT_PT, width=_RIGHT - _LEFT, color=_QUIET)
    _write(figure, (_LEFT, 0.018), labels.automatic, _FOOT_PT, width=_RIGHT - _LEFT, color=_QUIET)


def _with_arrow(change: str, change_pts: float | None) -> str:
    if not change_pts:
        return change
    return f"{'▲' if change_pts > 0 else '▼'} {change}"


def _write(  # noqa: PLR0913 - what a line of text has
    figure: Figure,
    place: tuple[float, float],
    words: str,
    size_pt: float,
    *,
    width: float,
    color: str = _INK,
    ha: Literal["left", "right"] = "left",
    heavy: bool = False,
) -> None:
    text = figure.text(*place, words, font=_font(size_pt), color=color, ha=ha, va="baseline", parse_math=False)
    if heavy:  # the font carries one weight; an outline in the text's own colour makes the second
        text.set_path_effects([withStroke(linewidth=size_pt / 34, foreground=color)])
    _fit(text, size_pt, width * WIDTH_PX)


def _fit(text: Text, size_pt: float, width_px: float) -> None:
    """Make a line that would leave its place smaller: names and sources differ in length by language."""
    taken_px = text.get_window_extent().width
    if taken_px > width_px:
        text.set_fontsize(size_pt * width_px / taken_px)


def _font(size_pt: float) -> FontProperties:
    return FontProperties(fname=FONT, size=size_pt)


# Panels


def _draw_panels(figure: Figure, series: CloseSeries, labels: ChartLabels, inks: _Inks) -> None:
    turnover = _numbers(series.turnover_cny, labels.turnover_unit_cny)
    has_turnover = bool(_known(turnover))
    panels = [_panel(figure, _PRICE_FOOT if has_turnover else _FOOT, _PRICE_TOP, len(series.sessions))]
    _draw_price(panels[0], series, labels, inks)
    if has_turnover:
        panels.append(_panel(figure, _FOOT, _TURNOVER_TOP, len(series.sessions)))
        _draw_turnover(panels[1], turnover, series.position, inks.of_change(series.change_pts))
        _name(panels[1], labels.turnover_axis)
    _label_days(panels[-1], series, labels)
    _mark(panels, series.position)


def _panel(figure: Figure, bottom: float, top: float, length: int) -> Axes:
    axes = figure.add_axes((_LEFT, bottom, _AXIS_RIGHT - _LEFT, top - bottom), facecolor="none")
    axes.set_xlim(min(-0.7, length - _LEAST_SPAN - 0.3), length - 0.3)
    axes.yaxis.tick_right()
    axes.tick_params(length=0, labelcolor=_QUIET, pad=6)
    axes.spines[["top", "left", "right"]].set_visible(False)
    axes.spines["bottom"].set_color(_QUIET)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=_GRID, linewidth=0.8)
    axes.set_xticks([])
    return axes


def _name(axes: Axes, words: str) -> None:
    axes.text(0, 1.06, words, transform=axes.transAxes, font=_font(_FOOT_PT), color=_QUIET, parse_math=False)


def _mark(panels: Iterable[Axes], position: int) -> None:
    for panel in panels:
        panel.axvspan(position - 0.5, position + 0.5, color=_BAND, linewidth=0, zorder=0)


# Price


class _Candle(NamedTuple):
    position: int
    open: float
    high: float
    low: float
    close: float


def _draw_price(axes: Axes, series: CloseSeries, labels: ChartLabels, inks: _Inks) -> None:
    candles = _candles(series)
    ranges = [level for candle in candles for level in (candle.low, candle.high)]
    _scale(axes, ranges + _known(_numbers(series.close)))
    if candles:
        _draw_candles(axes, candles, inks)
        _draw_dashes(axes, series, {candle.position for candle in candles})
    else:
        _draw_line(axes, series, inks)
    _tag_level(axes, series, labels, inks)


def _candles(series: CloseSeries) -> list[_Candle]:
    rows = zip(series.open, series.high, series.low, series.close, strict=True)
    return [
        _Candle(position, first, high, low, last)
        for position, (first, high, low, last) in enumerate(rows)
        if first is not None and high is not None and low is not None and last is not None
    ]


def _draw_candles(axes: Axes, candles: list[_Candle], inks: _Inks) -> None:
    for at, first, high, low, last in candles:
        ink = inks.of_change(last - first)
        bottom, top = sorted((first, last))
        axes.vlines([at, at], [low, top], [bottom, high], color=ink, linewidth=0.9)
        fill = _GROUND if last > first else ink
        axes.bar(at, top - bottom, _BODY, bottom, facecolor=fill, edgecolor=ink, linewidth=0.9)


def _draw_dashes(axes: Axes, series: CloseSeries, drawn: set[int]) -> None:
    """Show a close without its session's range as a dash: it is known, and nothing more is claimed."""
    for position, close in enumerate(series.close):
        if close is not None and position not in drawn:
            axes.hlines(close, position - _BODY / 2, position + _BODY / 2, color=_INK, linewidth=1.2)


def _draw_line(axes: Axes, series: CloseSeries, inks: _Inks) -> None:
    closes = _numbers(series.close)
    axes.plot(closes, color=_INK, linewidth=1.6, solid_joinstyle="round")
    _draw_dashes(axes, series, _beside_another(closes))
    ink = inks.of_change(series.change_pts)
    axes.plot(series.position, closes[series.position], "o", color=ink, markersize=6)


def _beside_another(numbers: Sequence[float]) -> set[int]:
    pairs = [start for start, pair in enumerate(pairwise(numbers)) if len(_known(pair)) == len(pair)]
    return {position for start in pairs for position in (start, start + 1)}


def _scale(axes: Axes, levels: list[float]) -> None:
    if not levels:
        axes.set_yticks([])
        return
    low, high = min(levels), max(levels)
    margin = 0.07 * (high - low) or 0.01 * high
    axes.set_ylim(low - margin, high + margin)
    _label_levels(axes, bins=5)


def _tag_level(axes: Axes, series: CloseSeries, labels: ChartLabels, inks: _Inks) -> None:
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
    tag.set(color="white", fontproperties=_font(_TEXT_PT))
    _fit(tag, _TEXT_PT, (_RIGHT - _AXIS_RIGHT) * WIDTH_PX - _TAG_GAP_PT * _DPI / 72)


def _clear_around(axes: Axes, level: float) -> None:
    low, high = axes.get_ylim()
    for tick, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True):
        label.set_visible(abs(tick - level) > _CROWDED * (high - low))


# Turnover and axes


def _draw_turnover(axes: Axes, turnover: list[float], marked: int, ink: str) -> None:
    inks = [ink if position == marked else _BAR for position in range(len(turnover))]
    axes.bar(range(len(turnover)), turnover, _BODY, color=inks)
    axes.set_ylim(0, 1.06 * max(_known(turnover)) or 1)
    _label_levels(axes, bins=3)


def _label_levels(axes: Axes, bins: int) -> None:
    low, high = axes.get_ylim()
    round_levels = MaxNLocator(bins, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    ticks = [level for level in round_levels if max(low, _LEAST_LABEL) <= level <= high]
    decimals = max(map(_decimals, ticks), default=0)
    axes.set_yticks(ticks, [f"{tick:,.{decimals}f}" for tick in ticks], font=_font(_TEXT_PT))


def _decimals(tick: float) -> int:
    return len(f"{tick:.9f}".rstrip("0").partition(".")[2])


def _label_days(axes: Axes, series: CloseSeries, labels: ChartLabels) -> None:
    *starts, marked = _day_ticks(series.sessions, series.position)
    words = [_month(series.sessions[start], labels.months) for start in starts]
    words.append(labels.short_day or f"{series.marked:%m-%d}")
    axes.set_xticks([*starts, marked], words, font=_font(_TEXT_PT))
    axes.get_xticklabels()[-1].set_color(_INK)


def _day_ticks(sessions: tuple[date, ...], marked: int) -> list[int]:
    """Each month's first session and the marked one, which displaces a month that would touch it."""
    starts = [at for at, (before, day) in enumerate(pairwise(sessions), start=1) if before.month != day.month]
    return [*(at for at in starts if abs(at - marked) > _TICK_APART), marked]


def _month(session: date, months: tuple[str, ...]) -> str:
    return months[session.month - 1] if months else f"{session:%m-%d}"


# Figures


def _numbers(figures: Figures, unit: float = 1.0) -> list[float]:
    return [nan if figure is None else figure / unit for figure in figures]


def _known(numbers: Iterable[float]) -> list[float]:
    return [number for number in numbers if not isnan(number)]


def _figures(numbers: Numbers) -> Figures:
    return tuple(None if isnan(number) else float(number) for number in numbers)
