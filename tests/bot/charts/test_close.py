"""The close picture: what is drawn, in which colour, and that no word or figure is lost or invented."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text
from PIL import Image

from bot.charts import FONT, HEIGHT_PX, WIDTH_PX, ChartLabels, CloseSeries, Colours, close_chart
from bot.charts.close import figure_of
from index.catalog import CATALOG
from tests.bot.charts.drawn import DOWN_DAY, UP_DAY, made_series, sample_bars, sample_series

RED, GREEN, BAR = (0xC8, 0x14, 0x2F), (0x08, 0x79, 0x4A), (0xC3, 0xBF, 0xB4)

ENGLISH = ChartLabels(
    title="Shanghai Composite",
    day="30 Sep 2024",
    level="3,336.50",
    change="+248.97 (+8.06 %)",
    turnover="Turnover",
    turnover_value="CNY 1.17 trn",
    turnover_axis="Turnover, CNY trn",
    turnover_unit_cny=1e12,
    source="Source: East Money, as of 15:00 Beijing",
    automatic="Automatically generated from public figures. Not investment advice.",
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    short_day="30 Sep",
)
SIMPLIFIED = ChartLabels(
    title="上证指数",
    day="2024年9月30日",
    level="3,336.50",
    change="+248.97（+8.06%）",
    turnover="成交额",
    turnover_value="1.17万亿元",
    turnover_axis="成交额（万亿元）",
    turnover_unit_cny=1e12,
    source="来源：东方财富，截至北京时间15:00",
    automatic="本图由程序自动生成，不构成投资建议。",
    months=tuple(f"{month}月" for month in range(1, 13)),
    short_day="9月30日",
)
TRADITIONAL = replace(
    SIMPLIFIED,
    title="上證指數",
    turnover="成交額",
    turnover_value="1.17兆元",
    turnover_axis="成交額（兆元）",
    source="來源：東方財富，截至北京時間15:00",
    automatic="本圖由程式自動產生，並非投資建議。",
)
LANGUAGES = pytest.mark.parametrize("labels", [ENGLISH, SIMPLIFIED, TRADITIONAL], ids=["en", "zh-hans", "zh-hant"])


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(png)).convert("RGB"))


def inks(area: np.ndarray) -> Counter[tuple[int, ...]]:
    return Counter(map(tuple, area.reshape(-1, 3).tolist()))


def headline(png: bytes) -> np.ndarray:
    return pixels(png)[: HEIGHT_PX // 4]


def words(figure: Figure) -> Iterator[Text]:
    return (text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text() and text.get_visible())


@LANGUAGES
def test_a_picture_is_a_png_for_a_phone_held_upright(labels: ChartLabels) -> None:
    picture = Image.open(BytesIO(close_chart(sample_series(UP_DAY), labels, "red_up")))
    assert (picture.format, picture.size) == ("PNG", (WIDTH_PX, HEIGHT_PX)) == ("PNG", (1080, 1200))


@pytest.mark.parametrize("session", [UP_DAY, DOWN_DAY], ids=str)
def test_a_picture_is_light_enough_for_a_slow_line(session: date) -> None:
    assert len(close_chart(sample_series(session), TRADITIONAL, "red_up")) < 120_000


def test_the_same_close_gives_the_same_bytes() -> None:
    first, second = (close_chart(sample_series(UP_DAY), SIMPLIFIED, "red_up") for _ in range(2))
    assert first == second


def test_a_picture_names_neither_program_nor_time() -> None:
    picture = Image.open(BytesIO(close_chart(sample_series(UP_DAY), ENGLISH, "red_up")))
    assert not picture.info.keys() & {"Software", "Creation Time", "date", "Title"}


@LANGUAGES
def test_every_word_is_drawn_with_the_font_that_the_project_carries(labels: ChartLabels) -> None:
    fonts = {text.get_fontproperties().get_file() for text in words(figure_of(sample_series(UP_DAY), labels, "red_up"))}
    assert {Path(str(font)) for font in fonts} == {FONT}


@LANGUAGES
def test_every_label_is_drawn(labels: ChartLabels) -> None:
    drawn = {text.get_text() for text in words(figure_of(sample_series(UP_DAY), labels, "red_up"))}
    asked = {labels.title, labels.day, labels.level, f"▲ {labels.change}", labels.turnover, labels.turnover_value}
    asked |= {
        labels.turnover_axis,
        labels.source,
        labels.automatic,
        labels.short_day,
        labels.months[7],
        labels.months[8],
    }
    assert asked <= drawn


@pytest.mark.parametrize("name", sorted({name for index in CATALOG for name in index.names.values()}))
def test_the_font_has_every_character_of_the_catalogue(name: str) -> None:
    assert {ord(character) for character in name} <= FT2Font(str(FONT)).get_charmap().keys()


@pytest.mark.parametrize(
    ("session", "colours", "ink"),
    [
        pytest.param(UP_DAY, "red_up", RED, id="a rise on the mainland"),
        pytest.param(UP_DAY, "green_up", GREEN, id="a rise elsewhere"),
        pytest.param(DOWN_DAY, "red_up", GREEN, id="a fall on the mainland"),
        pytest.param(DOWN_DAY, "green_up", RED, id="a fall elsewhere"),
    ],
)
def test_the_headline_takes_the_readers_colour_for_the_direction(
    session: date, colours: Colours, ink: tuple[int, ...]
) -> None:
    counted = inks(headline(close_chart(sample_series(session), ENGLISH, colours)))
    assert counted[ink] > 1_000
    assert counted[({RED, GREEN} - {ink}).pop()] == 0


@pytest.mark.parametrize(
    ("closes", "change"),
    [
        pytest.param([3000.0, 3010.0], "▲ change", id="up"),
        pytest.param([3010.0, 3000.0], "▼ change", id="down"),
        pytest.param([3000.0, 3000.0], "change", id="unchanged"),
        pytest.param([None, 3000.0], "change", id="not known"),
    ],
)
def test_an_arrow_says_the_direction_without_colour(closes: list[float | None], change: str) -> None:
    figure = figure_of(made_series(closes), replace(ENGLISH, change="change"), "red_up")
    assert change in {text.get_text() for text in words(figure)}


def test_a_candle_is_hollow_when_it_rose_and_filled_when_it_fell() -> None:
    days = (date(2024, 9, 27), date(2024, 9, 30))
    series = CloseSeries(days, (10.0, 12.0), (13.0, 13.0), (9.0, 9.0), (12.0, 10.0), (None, None), marked=days[1])
    rising, falling = figure_of(series, ENGLISH, "green_up").axes[0].containers
    assert rising.patches[0].get_facecolor() != rising.patches[0].get_edgecolor()
    assert falling.patches[0].get_facecolor() == falling.patches[0].get_edgecolor()


def test_a_missing_close_is_a_gap_and_not_zero() -> None:
    low, _ = figure_of(made_series([3000.0, 3010.0, None, 3020.0, 3030.0]), ENGLISH, "red_up").axes[0].get_ylim()
    assert low > 2900


def test_a_close_between_two_gaps_is_still_seen() -> None:
    alone = figure_of(made_series([3000.0, None, 3010.0, None, 3020.0]), ENGLISH, "red_up").axes[0]
    joined = figure_of(made_series([3000.0, 3005.0, 3010.0, 3015.0, 3020.0]), ENGLISH, "red_up").axes[0]
    assert len(alone.collections) == len(joined.collections) + 3


def test_a_missing_turnover_is_a_gap_among_the_bars() -> None:
    series = made_series([3000.0, 3010.0, 3020.0], [4e11, None, 5e11])
    bars = figure_of(series, ENGLISH, "red_up").axes[1].patches[:3]
    assert [bar.get_height() for bar in bars] == pytest.approx([0.4, np.nan, 0.5], nan_ok=True)


def test_without_turnover_the_price_takes_its_room() -> None:
    (price,) = figure_of(made_series([3000.0, 3010.0]), ENGLISH, "red_up").axes
    with_turnover, _ = figure_of(made_series([3000.0, 3010.0], [4e11, 5e11]), ENGLISH, "red_up").axes
    assert price.get_position().height > 1.3 * with_turnover.get_position().height


def test_only_the_marked_days_turnover_is_coloured() -> None:
    below = pixels(close_chart(sample_series(UP_DAY), ENGLISH, "red_up"))[int(HEIGHT_PX * 0.74) : int(HEIGHT_PX * 0.86)]
    columns = np.flatnonzero((below == RED).all(axis=2).any(axis=0))
    assert np.ptp(columns) < 20
    assert inks(below)[BAR] > 5_000


@pytest.mark.parametrize(
    "series",
    [
        pytest.param(sample_series(UP_DAY, 1), id="one session"),
        pytest.param(made_series([3000.0]), id="one close"),
        pytest.param(made_series([None]), id="one session without any figure"),
        pytest.param(made_series([None, None, None]), id="no figure at all"),
        pytest.param(made_series([3000.0, 3010.0, None]), id="the marked close is missing"),
        pytest.param(made_series([3000.0] * 70), id="a level that never moves"),
        pytest.param(made_series([99.98, 100.0], [0.0, 0.0]), id="no trade"),
        pytest.param(made_series([99.98, 104.39], [4.94e5, 8.4e4]), id="the turnover of 1990"),
        pytest.param(CloseSeries.until(sample_bars("HSI"), date(2024, 9, 27)), id="closes only"),
    ],
)
def test_a_picture_can_be_drawn_of(series: CloseSeries) -> None:
    assert inks(pixels(close_chart(series, SIMPLIFIED, "red_up")))[0xFC, 0xFB, 0xF8] > WIDTH_PX * HEIGHT_PX / 2


FIGURE = st.none() | st.floats(min_value=0.01, max_value=1e6)


@settings(max_examples=10, deadline=None)
@given(rows=st.lists(st.tuples(*[FIGURE] * 4, st.none() | st.floats(0, 5e12)), min_size=1, max_size=8))
def test_any_pattern_of_missing_figures_can_be_drawn(rows: list[tuple[float | None, ...]]) -> None:
    days = tuple(date(2024, 2, 26) + timedelta(days=number) for number in range(len(rows)))
    series = CloseSeries(days, *zip(*rows, strict=True), marked=days[-1])
    assert close_chart(series, ENGLISH, "green_up").startswith(b"\x89PNG")


@pytest.mark.parametrize("field", ["title", "day", "level", "change", "turnover_value", "source", "automatic"])
def test_long_words_stay_inside_the_margins(field: str) -> None:
    long = replace(ENGLISH, **{field: getattr(ENGLISH, field) * 2})
    margin = pixels(close_chart(sample_series(UP_DAY), long, "red_up"))[:, int(WIDTH_PX * 0.955) :]
    assert set(inks(margin)) == {(0xFC, 0xFB, 0xF8)}


def test_a_dollar_sign_is_a_dollar_sign() -> None:
    priced = replace(ENGLISH, title="$1_0 and $2^0")
    figure = figure_of(sample_series(UP_DAY), priced, "red_up")
    (title,) = (text for text in words(figure) if text.get_text() == priced.title)
    assert not title.get_parse_math()


def test_a_months_first_session_names_it_unless_the_marked_day_stands_there() -> None:
    figure = figure_of(sample_series(date(2024, 9, 3)), replace(ENGLISH, short_day="3 Sep"), "red_up")
    assert [label.get_text() for label in figure.axes[-1].get_xticklabels()] == ["Jul", "Aug", "3 Sep"]


def test_without_names_of_months_the_time_axis_is_numeric() -> None:
    figure = figure_of(sample_series(UP_DAY), replace(ENGLISH, months=(), short_day=""), "red_up")
    assert [label.get_text() for label in figure.axes[-1].get_xticklabels()] == ["08-01", "09-02", "09-30"]


def test_the_levels_tag_covers_no_figure_of_the_axis() -> None:
    price = figure_of(sample_series(UP_DAY), ENGLISH, "red_up").axes[0]
    assert price.get_yticks().tolist() == [2800, 3000, 3200, 3400]
    assert [label.get_text() for label in price.get_yticklabels()] == ["2,800", "3,000", "3,200"]
