"""Values in, Telegram HTML out: the only file that imports Jinja.

Templates print every number through a filter, and each filter notes the figure and the form in which it was shown. So
a page knows the figures of its text, and a bare number is an error.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from bot.figures import Figure, Sourced
from index.catalog import BY_CODE
from index.sessions import BEIJING

TEMPLATES = Path(__file__).parent.parent / "templates"
LANGUAGES = tuple(sorted(path.parent.name for path in TEMPLATES.glob("*/words.toml")))
DEFAULT_LANGUAGE = "en"
CAPTION_LIMIT = 1024  # UTF-16 units under a picture, after the markup is taken out (Bot API)
TEXT_LIMIT = 4096  # the same for a message

TRILLION = 1e12
AS_GOOD_AS = 1e-9  # a figure and its rounding differ by less when nothing was cut off


@dataclass(frozen=True, slots=True)
class Page:
    """What a chat shows.

    Attributes:
        text: Telegram HTML.
        figures: every number, day and quoted title in the text, in the order in which it shows them.
    """

    text: str
    figures: tuple[Figure, ...]

    @property
    def plain(self) -> str:
        """The text without its markup."""
        return unescape(re.sub(r"<[^>]*>", "", self.text))

    @property
    def length(self) -> int:
        """UTF-16 units after the markup is taken out, as Telegram counts."""
        return len(self.plain.encode("utf-16-le")) // 2


def render(template: str, language: str, values: Mapping[str, object], colours: str = "") -> Page:
    """Fill a template.

    Args:
        template: its name without the ending, ``why``.
        language: ``en``, ``zh-hans`` or ``zh-hant``; another one falls back to English.
        values: what the template speaks of; numbers come out of `bot.figures.Sourced`.
        colours: ``red_up`` or ``green_up``; the language's habit when empty.
    """
    spoken = language if language in LANGUAGES else DEFAULT_LANGUAGE
    words, ledger = words_of(spoken), list[Figure]()
    context = {"words": words, "ledger": ledger, "colours": colours or words["colours"], "language": spoken}
    text = _environment(spoken).get_template(f"{template}.j2").render(context | dict(values))
    return Page(_tidy(text), tuple(dict.fromkeys(ledger)))


@cache
def words_of(language: str) -> Mapping[str, Any]:
    """The single words of a language: names of drivers, months and units."""
    return tomllib.loads((TEMPLATES / language / "words.toml").read_text(encoding="utf-8"))


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / language),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_no_bare_number,
    )
    environment.filters.update(FILTERS)
    return environment


def _no_bare_number(value: object) -> object:
    if isinstance(value, int | float | date | Figure | Sourced) and not isinstance(value, bool):
        msg = f"a template prints {value!r} without a filter, so nobody could trace it"
        raise TypeError(msg)
    return value


def _tidy(text: str) -> str:
    """No blank line at either end, never two in a row, no space before a line's end."""
    lines = re.sub(r"[ \t]+\n", "\n", text.strip())
    return re.sub(r"\n{3,}", "\n\n", lines)


# --- Filters: a figure in, its written form out ------------------------------------------------------------------

Format = Callable[[Figure, Mapping[str, Any]], str]
FILTERS: dict[str, Callable[..., Any]] = {}


def _writes(name: str) -> Callable[[Format], Format]:
    def register(write: Format) -> Format:
        @pass_context
        def noted(context: Context, figure: Figure) -> Markup:
            shown = write(figure, context["words"])
            context["ledger"].append(figure.written(shown))
            return escape(shown)

        FILTERS[name] = noted
        return write

    return register


@_writes("level")
def level(figure: Figure, words: Mapping[str, Any]) -> str:
    """An index level with two decimals, as screens show it: 3,336.50."""
    return f"{figure.value:{words['grouping']}.2f}"


@_writes("points")
def points(figure: Figure, words: Mapping[str, Any]) -> str:
    """A change in points, always signed: +248.97."""
    return f"{figure.value:+{words['grouping']}.2f}"


@_writes("pct")
def pct(figure: Figure, _words: Mapping[str, Any]) -> str:
    """A change in percent, always signed; the sign is that of the unrounded change: +8.06%."""
    return f"{figure.value:+.2f}%"


@_writes("size_pct")
def size_pct(figure: Figure, _words: Mapping[str, Any]) -> str:
    """The size of a change whose direction the words say: 2.68%."""
    return f"{abs(float(figure.value)):.2f}%"


@_writes("cny")
def cny(figure: Figure, words: Mapping[str, Any]) -> str:
    """An amount of yuan without sign, in the language's own units: CNY 1.17 trn, 1.17万亿元."""
    amount = abs(float(figure.value))
    name = next((unit for unit, (size, _) in words["cny"].items() if amount >= size), list(words["cny"])[-1])
    size, form = words["cny"][name]
    return str(form.format(f"{amount / size:.{2 if amount >= TRILLION else 1}f}"))


@_writes("times")
def times(figure: Figure, _words: Mapping[str, Any]) -> str:
    """A multiple: 4.8."""
    return f"{figure.value:.1f}"


@_writes("decimal")
def decimal(figure: Figure, _words: Mapping[str, Any]) -> str:
    """A plain number with two decimals: 0.93."""
    return f"{figure.value:.2f}"


@_writes("count")
def count(figure: Figure, words: Mapping[str, Any]) -> str:
    """A whole number, without sign: 423."""
    return f"{abs(int(figure.value)):{words['grouping']}}"


@_writes("share")
def share(figure: Figure, _words: Mapping[str, Any]) -> str:
    """A probability or share as a whole percentage: 80%."""
    return f"{100 * float(figure.value):.0f}%"


@_writes("day")
def day(figure: Figure, words: Mapping[str, Any]) -> str:
    """A date: 30 Sep 2024."""
    return _dated(figure, words, "day")


@_writes("short_day")
def short_day(figure: Figure, words: Mapping[str, Any]) -> str:
    """A date whose year is plain from its surroundings: 24 Sep."""
    return _dated(figure, words, "short_day")


@_writes("weekday")
def weekday(figure: Figure, words: Mapping[str, Any]) -> str:
    """A date with its day of the week: Mon 30 Sep 2024."""
    return _dated(figure, words, "weekday_day")


@_writes("clock")
def clock(figure: Figure, _words: Mapping[str, Any]) -> str:
    """The Beijing time of a moment: 15:00."""
    return datetime.fromisoformat(str(figure.value)).astimezone(BEIJING).strftime("%H:%M")


@_writes("moment")
def moment(figure: Figure, words: Mapping[str, Any]) -> str:
    """A moment in Beijing time: 30 Sep 2024 15:00."""
    local = datetime.fromisoformat(str(figure.value)).astimezone(BEIJING)
    return f"{_date_form(local.date(), words, 'day')} {local:%H:%M}"


@_writes("fact")
def fact(figure: Figure, _words: Mapping[str, Any]) -> str:
    """A constant of the method, as it stands."""
    return str(figure.value)


@_writes("quote")
def quote(figure: Figure, _words: Mapping[str, Any]) -> str:
    """A title in its publisher's or our own words; its numbers are the title's."""
    return str(figure.value)


def _dated(figure: Figure, words: Mapping[str, Any], form: str) -> str:
    return _date_form(date.fromisoformat(str(figure.value)[:10]), words, form)


def _date_form(found: date, words: Mapping[str, Any], form: str) -> str:
    parts = {"y": found.year, "m": found.month, "d": found.day}
    names = {"month": words["months"][found.month - 1], "weekday": words["weekdays"][found.weekday()]}
    return str(words["dates"][form].format(**parts, **names))


@pass_context
def release_value(context: Context, figure: Figure, unit: str) -> Markup:
    """A released figure in its indicator's unit: 49.8, 0.5%, USD 81.7 bn."""
    words = context["words"]
    value = float(figure.value) * words["release_scales"].get(unit, 1)
    shown = words["release_units"].get(unit, "{}").format(f"{value:{words['grouping']}.{_decimals(value)}f}")
    context["ledger"].append(figure.written(shown))
    return escape(shown)


def _decimals(value: float) -> int:
    """As many as the figure was published with, at most three."""
    return next((places for places in range(3) if abs(round(value, places) - value) < AS_GOOD_AS), 3)


@pass_context
def constant(context: Context, value: str, source: str) -> Markup:
    """What a template itself states in digits, and who says so."""
    context["ledger"].append(Figure("constant", value, "text", source, None, value))
    return escape(value)


@pass_context
def index_name(context: Context, code: str) -> Markup:
    """The name of an index of the catalogue; some hold a number (CSI 300)."""
    shown = BY_CODE[code].names[context["language"]]
    return _named(context, Figure("index_name", shown, "text", "index/catalog.py", None, shown))


@pass_context
def word(context: Context, key: str, *tables: str) -> Markup:
    """A word of ``words.toml``, from the first table that has it; the key itself where none has. Some hold a number."""
    shown = str(next((context["words"][table][key] for table in tables if key in context["words"][table]), key))
    return _named(context, Figure("name", shown, "text", "templates/words.toml", None, shown))


def _named(context: Context, name: Figure) -> Markup:
    """A name is a figure where it holds digits (CSI 300, M2), so that these can be traced as well."""
    if any(letter.isdigit() for letter in name.shown):
        context["ledger"].append(name)
    return escape(name.shown)


@pass_context
def mark(context: Context, direction: str) -> str:
    """Colour and arrow of a direction in the reader's habit; the arrow says it without the colour."""
    return str(context["words"]["marks"][context["colours"]][direction])


FILTERS |= {"release": release_value, "constant": constant, "index_name": index_name, "word": word, "mark": mark}
