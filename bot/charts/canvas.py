"""The ground of a picture: its size, inks and type, its panels, and its encoding as PNG."""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final, Literal

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from PIL import Image

Colours = Literal["red_up", "green_up"]

FONT: Final = Path(__file__).parent.parent / "fonts" / "NotoSansCJKsc-subset.otf"
WIDTH_PX: Final = 1080
HEIGHT_PX: Final = 1200
_DPI: Final = 200
LEFT, RIGHT, AXIS_RIGHT = 0.05, 0.95, 0.79  # between the last two stand the axis figures
PX_A_PT: Final = _DPI / 72  # a point is 1/72 inch

GROUND, INK, QUIET, _GRID, BAND, BAR = "#fcfbf8", "#1c1b19", "#6a6761", "#e3e0d8", "#f1ecdd", "#c3bfb4"
_RED, _GREEN = "#c8142f", "#08794a"  # both at least 5:1 on the ground (WCAG AA for text is 4.5:1)

TEXT_PT, FOOT_PT = 12.0, 10.5
BODY: Final = 0.64  # the width of a candle or bar, in sessions
_LEAST_SPAN: Final = 20  # sessions of width, so that one candle is not drawn as a wall
_LEAST_LABEL: Final = 1e-9  # the foot of the bars is 0 and needs no figure


@dataclass(frozen=True, slots=True)
class Inks:
    """The colours of a rise and a fall, in the reader's habit."""

    up: str
    down: str

    @classmethod
    def of(cls, colours: Colours) -> "Inks":
        """By what a rise is: red on the mainland, green elsewhere."""
        return cls(_RED, _GREEN) if colours == "red_up" else cls(_GREEN, _RED)

    def of_change(self, change: float | None) -> str:
        """A move's colour; that of words when it is none, or not known."""
        if not change:
            return INK
        return self.up if change > 0 else self.down


def blank() -> Figure:
    """A figure without anything on it."""
    figure = Figure(figsize=(WIDTH_PX / _DPI, HEIGHT_PX / _DPI), dpi=_DPI, facecolor=GROUND)
    FigureCanvasAgg(figure)
    return figure


def write(  # noqa: PLR0913 - what a line of text has
    figure: Figure,
    place: tuple[float, float],
    words: str,
    size_pt: float,
    *,
    width: float,
    color: str = INK,
    ha: Literal["left", "right"] = "left",
    heavy: bool = False,
) -> None:
    """Write a line at a place of the figure, smaller where it would be wider than a share of the figure."""
    text = figure.text(*place, words, font=font(size_pt), color=color, ha=ha, va="baseline", parse_math=False)
    if heavy:  # the font carries one weight; an outline in the text's own colour makes the second
        text.set_path_effects([withStroke(linewidth=size_pt / 34, foreground=color)])
    fit(text, size_pt, width * WIDTH_PX)


def fit(text: Text, size_pt: float, width_px: float) -> None:
    """Make a line that would leave its place smaller: names and sources differ in length by language."""
    taken_px = text.get_window_extent().width
    if taken_px > width_px:
        text.set_fontsize(size_pt * width_px / taken_px)


def font(size_pt: float) -> FontProperties:
    """The font that the project carries: a machine may have none with Chinese characters."""
    return FontProperties(fname=FONT, size=size_pt)


def panel(figure: Figure, bottom: float, top: float, length: int) -> Axes:
    """An empty panel between two heights, as wide as so many sessions."""
    axes = figure.add_axes((LEFT, bottom, AXIS_RIGHT - LEFT, top - bottom), facecolor="none")
    axes.set_xlim(min(-0.7, length - _LEAST_SPAN - 0.3), length - 0.3)
    axes.yaxis.tick_right()
    axes.tick_params(length=0, labelcolor=QUIET, pad=6)
    axes.spines[["top", "left", "right"]].set_visible(False)
    axes.spines["bottom"].set_color(QUIET)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=_GRID, linewidth=0.8)
    axes.set_xticks([])
    return axes


def name_panel(axes: Axes, words: str) -> None:
    """Say above a panel what it shows."""
    axes.text(0, 1.06, words, transform=axes.transAxes, font=font(FOOT_PT), color=QUIET, parse_math=False)


def mark(panels: Iterable[Axes], position: int) -> None:
    """Lay a band through all panels under one session."""
    for axes in panels:
        axes.axvspan(position - 0.5, position + 0.5, color=BAND, linewidth=0, zorder=0)


def label_levels(axes: Axes, bins: int) -> None:
    """Write round figures beside a panel, at most one more than `bins`."""
    low, high = axes.get_ylim()
    round_levels = MaxNLocator(bins, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    ticks = [level for level in round_levels if max(low, _LEAST_LABEL) <= level <= high]
    decimals = max(map(_decimals, ticks), default=0)
    axes.set_yticks(ticks, [f"{tick:,.{decimals}f}" for tick in ticks], font=font(TEXT_PT))


def _decimals(tick: float) -> int:
    return len(f"{tick:.9f}".rstrip("0").partition(".")[2])


def encode(figure: Figure) -> bytes:
    """Encode with a palette: the few inks of a picture keep their exact colour at a third of the bytes."""
    pixels, png = BytesIO(), BytesIO()
    figure.savefig(pixels, format="rgba", dpi=_DPI)
    picture = Image.frombytes("RGBA", (WIDTH_PX, HEIGHT_PX), pixels.getvalue()).convert("RGB")
    picture.quantize(256, dither=Image.Dither.NONE).save(png, "PNG", optimize=True)
    return png.getvalue()
