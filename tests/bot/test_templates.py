"""The languages stay together: the same pages, words, values and filters, and words for everything that can be said."""

import ast
import csv
import re
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from jinja2 import nodes
from jinja2.meta import find_undeclared_variables

from bot.chat.answering import REPLIES
from bot.chat.replies.drivers import SPEAK_OF
from bot.figures import Sourced
from bot.pages import LANGUAGES, TEMPLATES, _environment, render, words_of
from index import errors as errors_module
from index.catalog import CATALOG
from index.errors import BadRow, MarketError
from index.taxonomy import DRIVERS, GROUPS

ROOT = Path(__file__).parents[2]
OTHERS = [language for language in LANGUAGES if language != "en"]
PAGES = sorted(path.name for path in (TEMPLATES / "en").glob("*.j2"))

in_each_language = pytest.mark.parametrize("language", LANGUAGES)
in_each_other_language = pytest.mark.parametrize("language", OTHERS)


def source(language: str, page: str) -> str:
    return (TEMPLATES / language / page).read_text(encoding="utf-8")


def parsed(language: str, page: str) -> nodes.Template:
    return _environment(language).parse(source(language, page))


def sample(file: str, column: str) -> set[str]:
    with (ROOT / "index" / "sample" / f"{file}.csv").open(encoding="utf-8") as table:
        return {row[column] for row in csv.DictReader(table)}


# --- The same in each language ----------------------------------------------------------------------------------------


@in_each_other_language
def test_each_language_has_the_same_pages(language: str) -> None:
    assert sorted(path.name for path in (TEMPLATES / language).glob("*.j2")) == PAGES


@in_each_other_language
def test_each_language_has_the_same_words(language: str) -> None:
    assert keys(words_of(language)) == keys(words_of("en"))


def keys(words: Mapping[str, object]) -> set[str]:
    inner = (f"{name}.{key}" for name, table in words.items() if isinstance(table, Mapping) for key in keys(table))
    return {*words, *inner}


@in_each_other_language
@pytest.mark.parametrize("page", PAGES)
def test_a_page_speaks_of_the_same_values(language: str, page: str) -> None:
    assert find_undeclared_variables(parsed(language, page)) == find_undeclared_variables(parsed("en", page))


@in_each_other_language
@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_the_same_figures_in_the_same_form(language: str, page: str) -> None:
    assert figures(language, page) == figures("en", page)


def figures(language: str, page: str) -> set[tuple[str, str]]:
    """What is written, through which filter: (``move.level``, ``level``)."""
    found = parsed(language, page).find_all(nodes.Filter)
    return {(path(one.node).replace("title_zh", "title_en"), one.name) for one in found if path(one.node)}


def path(node: nodes.Node | None) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{path(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else ""


@in_each_language
def test_no_word_is_empty(language: str) -> None:
    may_be_empty = {"grouping"}  # Chinese writes 3336.50
    assert {name for name, word in leaves(words_of(language)) if word == ""} <= may_be_empty


def leaves(words: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    for name, word in words.items():
        if isinstance(word, Mapping):
            yield from leaves(word, f"{above}{name}.")
        else:
            yield f"{above}{name}", word


# --- No figure of our own ---------------------------------------------------------------------------------------------


@in_each_language
@pytest.mark.parametrize("page", PAGES)
def test_no_digit_stands_in_a_template(language: str, page: str) -> None:
    """Outside tags, comments and expressions: there a digit would be a number that nobody can trace."""
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", "", source(language, page), flags=re.DOTALL)
    assert re.findall(r".*\d.*", text) == []


@in_each_language
@pytest.mark.parametrize("page", PAGES)
def test_a_quoted_digit_in_a_tag_is_written_through_a_filter(language: str, page: str) -> None:
    outputs = parsed(language, page).find_all(nodes.Output)
    bare = [one.value for output in outputs for one in output.nodes if isinstance(one, nodes.Const)]
    assert not [value for value in bare if re.search(r"\d", str(value))]


@in_each_language
@pytest.mark.parametrize("page", PAGES)
def test_a_number_of_our_own_method_comes_from_where_it_is_defined(language: str, page: str) -> None:
    """So that a changed constant changes the words; typed into a template are examples and what others have said."""
    filters = (one for one in parsed(language, page).find_all(nodes.Filter) if one.name == "constant")
    typed = [one for one in filters if isinstance(one.node, nodes.Const) and re.search(r"\d", str(one.node.value))]
    sources = [one.args[0].as_const() for one in typed]
    assert not [source for source in sources if source in {"method", "whyup"} or source.endswith(".py")]


# --- Words for everything ---------------------------------------------------------------------------------------------


@in_each_language
def test_every_driver_and_group_has_its_words(language: str) -> None:
    words = words_of(language)
    assert set(words["drivers"]) >= DRIVERS
    assert set(words["groups"]) >= set(GROUPS)


@in_each_language
def test_every_asked_driver_has_its_words(language: str) -> None:
    assert set(words_of(language)["asked_drivers"]) >= set(SPEAK_OF)


@in_each_language
@pytest.mark.parametrize(
    ("table", "file", "column"),
    [
        ("indicators", "releases", "indicator"),
        ("sectors", "sectors", "code"),
        ("publishers", "publishers", "publisher"),
    ],
)
def test_everything_in_the_bundled_figures_has_its_words(language: str, table: str, file: str, column: str) -> None:
    assert sample(file, column) - set(words_of(language)[table]) == set()


@in_each_language
def test_every_unit_of_a_release_has_its_form(language: str) -> None:
    assert sample("releases", "unit") - {""} <= set(words_of(language)["release_units"])


@in_each_language
def test_every_fault_that_a_row_can_have_has_its_words(language: str) -> None:
    assert fault_codes() - set(words_of(language)["faults"]) == set()


def fault_codes() -> set[str]:
    """The codes with which index/ makes faults and bad rows, read from its source."""
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in (ROOT / "index").rglob("*.py"))
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {code for call in calls for code in _codes(call)}


def _codes(call: ast.Call) -> Iterator[str]:
    place = {"Fault": 0, "BadRow": 1}.get(call.func.id) if isinstance(call.func, ast.Name) else None
    if place is not None and len(call.args) > place and isinstance(call.args[place], ast.Constant):
        yield call.args[place].value


def test_faults_are_found_in_the_source() -> None:
    assert fault_codes() >= {"missing", "not_a_number", "market_closed", "no_column", "contradicts"}


@in_each_language
def test_every_month_and_weekday_has_its_name(language: str) -> None:
    words = words_of(language)
    assert (len(set(words["months"])), len(set(words["weekdays"]))) == (12, 7)


@in_each_language
def test_units_of_yuan_go_from_large_to_small(language: str) -> None:
    sizes = [size for size, _ in words_of(language)["cny"].values()]
    assert all(larger > smaller for larger, smaller in pairwise(sizes))


@in_each_language
def test_every_index_has_a_name(language: str) -> None:
    assert all(index.names.get(language) for index in CATALOG)


@pytest.mark.parametrize("intent", sorted(REPLIES))
def test_every_intent_has_an_answer(intent: str) -> None:
    assert callable(REPLIES[intent])


# --- Errors -----------------------------------------------------------------------------------------------------------

DAY = date(2026, 11, 30)
EXAMPLES: Mapping[str, tuple[object, ...]] = {
    "UnknownIndex": ("NASDAQ",),
    "BeforeHistory": (date(1989, 6, 1), date(1990, 12, 19)),
    "NotYet": (DAY,),
    "NoFigures": ("000300.SH", DAY),
    "CalendarEnds": (DAY, date(2026, 12, 31)),
    "ConstituentsInvalid": ((BadRow(7, "not_a_number", "price", "n/a"),), 3, "members.csv"),
    "FolderUnreadable": ("/no/folder", "No such file or directory"),
    "StoreUnreachable": ("sqlite:////nowhere.db", "unable to open database file"),
    "SettingInvalid": ("WHYUP_COLOURS", "Input should be 'red_up'"),
    "RulesInvalid": ("when.toml", "slang", "no such key"),
    "TelegramUnreachable": ("NotSent",),
    "TokenRefused": ("Unauthorized",),
}
# What a reader must be told, for each.
NAMED = {
    "UnknownIndex": "NASDAQ",
    "BeforeHistory": "1990",
    "NotYet": "2026",
    "NoFigures": "CSI 300|沪深300|滬深300",
    "CalendarEnds": "2026",
    "ConstituentsInvalid": "members.csv",
    "FolderUnreadable": "/no/folder",
    "StoreUnreachable": "nowhere.db",
    "SettingInvalid": "WHYUP_COLOURS",
    "RulesInvalid": "when.toml",
    "TelegramUnreachable": "NotSent",
    "TokenRefused": "Unauthorized",
}


def kinds_of_error() -> dict[str, type[MarketError]]:
    found = (one for one in vars(errors_module).values() if isinstance(one, type) and issubclass(one, MarketError))
    return {one.__name__: one for one in found if one is not MarketError}


def test_every_error_has_an_example_here() -> None:
    assert set(kinds_of_error()) == set(EXAMPLES) == set(NAMED)


@in_each_language
@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_error_is_one_sentence_that_names_what_is_wrong(language: str, name: str) -> None:
    page = render(
        "errors", language, {"error": Sourced(kinds_of_error()[name](*EXAMPLES[name]), "whyup"), "name": name}
    )
    assert re.search(NAMED[name], page.plain)
    assert len(page.plain.splitlines()) == 1
    assert page.plain.rstrip()[-1] in ".。"


@in_each_language
def test_an_error_without_words_of_its_own_still_says_something(language: str) -> None:
    assert "Unheard" in render("errors", language, {"error": None, "name": "Unheard"}).plain


@in_each_language
def test_no_two_errors_are_told_in_the_same_words(language: str) -> None:
    told = [
        render("errors", language, {"error": Sourced(kind(*EXAMPLES[name]), "whyup"), "name": name}).plain
        for name, kind in kinds_of_error().items()
    ]
    assert len(set(told)) == len(told)
