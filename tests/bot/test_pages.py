"""Values in, Telegram HTML out: every number is traced, every text escaped, every length counted as Telegram counts."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, UndefinedError

from bot import pages
from bot.figures import Figure, sourced
from bot.pages import FILTERS, LANGUAGES, Page, render, words_of

CLOSE = datetime(2024, 9, 30, 7, tzinfo=UTC)

Render = Callable[..., Page]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Render:
    """Renders a line of template with one value `it`, in the project's own environment."""

    def one_line(line: str, it: object = None, language: str = "en", colours: str = "") -> Page:
        environment = pages._environment(language)
        monkeypatch.setattr(environment, "loader", DictLoader({"line.j2": line}))
        monkeypatch.setattr(environment, "cache", None)
        return render("line", language, {"it": it}, colours)

    return one_line


def figure(value: object, name: str = "level") -> object:
    return sourced(value, name, "East Money", CLOSE)


# --- No number without a figure ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [3336.5, 8, date(2024, 9, 30), figure(3336.5)],
    ids=["a float", "a count", "a day", "a figure without a filter"],
)
def test_a_bare_number_is_an_error(shown: Render, value: object) -> None:
    with pytest.raises(TypeError, match="without a filter"):
        shown("{{ it }}", value)


def test_a_value_that_was_not_given_is_an_error(shown: Render) -> None:
    with pytest.raises(UndefinedError):
        shown("{{ that }}")


def test_every_number_is_noted_with_its_written_form_in_the_order_of_the_text(shown: Render) -> None:
    page = shown("{{ it | points }} {{ it | level }} {{ it | points }}", figure(248.97, "change_pts"))
    assert [one.shown for one in page.figures] == ["+248.97", "248.97"]
    assert page.figures[0] == Figure("change_pts", 248.97, "points", "East Money", CLOSE, "+248.97")


# --- Forms ------------------------------------------------------------------------------------------------------------

FORMS = [
    ("level", 3336.5, "3,336.50", "3336.50"),
    ("level", 99.98, "99.98", "99.98"),
    ("points", 248.97, "+248.97", "+248.97"),
    ("points", -1075.94, "-1,075.94", "-1075.94"),
    ("pct", 8.0637, "+8.06%", "+8.06%"),
    ("pct", -2.6813, "-2.68%", "-2.68%"),
    ("size_pct", -2.6813, "2.68%", "2.68%"),
    ("cny", 1.167772e12, "CNY 1.17 trn", "1.17万亿元"),
    ("cny", 359_918_000_000, "CNY 359.9 bn", "3599.2亿元"),
    ("cny", -645_000_000, "CNY 645.0 m", "6.5亿元"),
    ("cny", 40_000, "CNY 0.0 m", "4.0万元"),
    ("times", 4.7724, "4.8", "4.8"),
    ("decimal", 0.934, "0.93", "0.93"),
    ("count", 423, "423", "423"),
    ("count", -9, "9", "9"),
    ("count", 8600, "8,600", "8600"),
    ("share", 0.795, "80%", "80%"),
    ("day", date(2024, 9, 30), "30 Sep 2024", "2024年9月30日"),
    ("short_day", date(2024, 9, 3), "3 Sep", "9月3日"),
    ("weekday", date(2024, 9, 30), "Mon 30 Sep 2024", "2024年9月30日 周一"),
    ("clock", CLOSE, "15:00", "15:00"),
    ("moment", CLOSE, "30 Sep 2024 15:00", "2024年9月30日 15:00"),
    ("moment", datetime(2024, 9, 30, 18, tzinfo=UTC), "1 Oct 2024 02:00", "2024年10月1日 02:00"),
    ("fact", 250, "250", "250"),
    ("quote", "Fed cuts rates 50bp", "Fed cuts rates 50bp", "Fed cuts rates 50bp"),
]
NAMED = {"level": "level", "points": "change_pts", "cny": "turnover_cny", "quote": "title_en"}


@pytest.mark.parametrize(("name", "value", "en", "hans"), FORMS, ids=[f"{row[0]} {row[1]}" for row in FORMS])
def test_a_filter_writes_a_figure_as_its_language_does(
    shown: Render, name: str, value: object, en: str, hans: str
) -> None:
    found = figure(value, NAMED.get(name, "figure"))
    assert shown(f"{{{{ it | {name} }}}}", found).text == en
    assert shown(f"{{{{ it | {name} }}}}", found, "zh-hans").text == hans


def test_every_filter_that_writes_a_figure_is_tried_above() -> None:
    about_words = {"release", "constant", "index_name", "word", "mark"}
    own = {name for name, filter_ in FILTERS.items() if filter_.__module__ == "bot.pages"}
    assert {row[0] for row in FORMS} == own - about_words


@pytest.mark.parametrize(
    ("unit", "value", "en"),
    [("index", 49.8, "49.8"), ("index", 50.0, "50"), ("pct", -0.75, "-0.75%"), ("pct", 0.5, "0.5%"), ("", 7.0, "7")],
)
def test_a_release_is_written_with_the_decimals_it_was_published_with(
    shown: Render, unit: str, value: float, en: str
) -> None:
    assert shown(f"{{{{ it | release('{unit}') }}}}", figure(value, "actual")).text == en


def test_a_constant_of_the_method_is_a_figure_with_a_source(shown: Render) -> None:
    (noted,) = shown("{{ '20' | constant('method') }}").figures
    assert (noted.value, noted.source, noted.shown) == ("20", "method", "20")


@pytest.mark.parametrize(("language", "name"), [("en", "CSI 300"), ("zh-hans", "沪深300")])
def test_an_index_whose_name_holds_a_number_is_a_figure(shown: Render, language: str, name: str) -> None:
    page = shown("{{ '000300.SH' | index_name }}", language=language)
    assert (page.text, [one.shown for one in page.figures]) == (name, [name])


def test_an_index_without_a_number_in_its_name_is_none(shown: Render) -> None:
    page = shown("{{ '000001.SH' | index_name }}")
    assert (page.text, page.figures) == ("Shanghai Composite", ())


def test_a_word_that_holds_a_number_is_a_figure_and_another_is_none(shown: Render) -> None:
    assert [one.shown for one in shown("{{ 'm2_yoy' | word('indicators') }}").figures] == ["M2 money (yoy)"]
    assert shown("{{ 'gdp_yoy' | word('indicators') }}").figures == ()


def test_a_key_without_a_word_is_shown_and_traced_as_it_stands(shown: Render) -> None:
    page = shown("{{ 'a <new> indicator 7' | word('indicators') }}")
    assert (page.plain, [one.shown for one in page.figures]) == ("a <new> indicator 7", ["a <new> indicator 7"])


@pytest.mark.parametrize(
    ("language", "colours", "up"),
    [("en", "", "🟢▲"), ("zh-hans", "", "🔴▲"), ("en", "red_up", "🔴▲"), ("zh-hans", "green_up", "🟢▲")],
)
def test_up_is_red_for_chinese_readers_unless_they_choose_otherwise(
    shown: Render, language: str, colours: str, up: str
) -> None:
    assert shown("{{ 'up' | mark }}", language=language, colours=colours).text == up


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("colours", ["red_up", "green_up"])
def test_the_arrow_says_the_direction_without_the_colour(language: str, colours: str) -> None:
    marks = words_of(language)["marks"][colours]
    assert [marks[direction][-1] for direction in ("up", "down", "flat")] == ["▲", "▼", "▬"]


@given(st.floats(-99, 99))
def test_a_percentage_that_is_written_reads_back(value: float) -> None:
    written = pages.pct(Figure("change_pct", value, "pct", "", None), words_of("en"))
    assert abs(float(written.rstrip("%")) - value) <= 0.005 + 1e-9
    assert written[0] in "+-"


@given(st.floats(1e4, 1e14))
def test_an_amount_of_yuan_reads_back_in_each_language(value: float) -> None:
    units = {" trn": 1e12, " bn": 1e9, " m": 1e6, "万亿元": 1e12, "亿元": 1e8, "万元": 1e4}
    for language in LANGUAGES:
        written = pages.cny(Figure("turnover_cny", value, "CNY", "", None), words_of(language)).removeprefix("CNY ")
        simplified = written.translate(str.maketrans("萬億", "万亿"))
        size = next(size for unit, size in units.items() if simplified.endswith(unit))
        number = float(simplified.rstrip(" trnbm万亿元"))
        assert abs(number * size - value) <= 0.051 * size


# --- Texts from outside -----------------------------------------------------------------------------------------------

HOSTILE = '<a href="tg://user?id=1">click</a> & <b>'


@pytest.mark.parametrize("line", ["{{ it }}", "{{ it | quote }}", "{{ it | constant('x') }}"], ids=["bare", "q", "c"])
def test_a_hostile_text_is_escaped(shown: Render, line: str) -> None:
    value = figure(HOSTILE, "title_en") if "quote" in line else HOSTILE
    page = shown(line, value)
    assert "<" not in page.text
    assert page.plain == HOSTILE


def test_a_hostile_link_cannot_leave_its_attribute(shown: Render) -> None:
    page = shown('<a href="{{ it }}">x</a>', 'https://x/"><script>alert(1)</script>')
    assert "<script" not in page.text
    assert page.plain == "x"


@given(st.text(max_size=80))
def test_any_text_comes_out_of_the_markup_as_it_went_in(text: str) -> None:
    escaped = Page(str(pages.escape(text)), ())
    assert escaped.plain == text
    assert "<" not in escaped.text


# --- Lengths ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "length"),
    [("abc", 3), ("涨", 1), ("🔴▲", 3), ("<b>ab</b>", 2), ("a &amp; b &lt;c&gt;", 9), ('<a href="https://x">y</a>', 1)],
    ids=["latin", "chinese", "emoji are two", "tags are none", "entities are one", "links are none"],
)
def test_a_length_is_counted_in_utf_16_units_without_markup(text: str, length: int) -> None:
    assert Page(text, ()).length == length


def test_blank_lines_are_tidied(shown: Render) -> None:
    assert shown("\n\none  \n\n\n\ntwo\n\n").text == "one\n\ntwo"


def test_a_language_that_is_not_spoken_is_answered_in_english() -> None:
    assert render("errors", "fr", _error()).text == render("errors", "en", _error()).text


def _error() -> dict[str, object]:
    return {"error": None, "name": "Unheard"}


def test_each_folder_of_templates_is_a_language() -> None:
    folders = {path.name for path in Path(pages.TEMPLATES).iterdir() if (path / "words.toml").exists()}
    assert set(LANGUAGES) == folders >= {"en", "zh-hans"}
