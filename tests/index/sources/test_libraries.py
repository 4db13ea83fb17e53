"""The libraries of the extra `live` still have the functions that sources call, with those arguments and columns."""

import inspect
import warnings
from collections.abc import Callable, Iterator
from datetime import date, datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest

from index.live.chains import NORTHBOUND, figures
from index.sessions import BEIJING
from index.sources.contract import Call, Request, Source

LIBRARIES = ("akshare", "tushare", "yfinance")
REQUEST = Request(date(2024, 9, 27), date(2024, 9, 30), datetime(2024, 9, 30, 19, tzinfo=BEIJING))
UNNAMED = {"akshare:futures_foreign_hist"}  # its columns are what Sina's JSON calls them, and stand in no source
ELSEWHERE = {"tushare:get_rrr": "tushare.stock.macro_vars"}  # where the columns stand that the function hands on

pytestmark = pytest.mark.skipif(
    not all(map(find_spec, LIBRARIES)), reason="the libraries of the extra `live` are not installed"
)


def called() -> Iterator[tuple[str, Call, Source]]:
    """One call of each function of a library, and the source that makes it."""
    sources = [source for figure in (*figures("token"), NORTHBOUND) for source in figure.sources()]
    calls = {call.function: (call, source) for source in sources for call in source.calls(REQUEST)}
    return ((name, *found) for name, found in calls.items() if not name.startswith("index."))


CALLED = [pytest.param(call, source, id=name) for name, call, source in called()]


def function(name: str) -> Callable[..., Any]:
    """A library's function as it is defined; importing AkShare warns of what its own libraries will change."""
    module, _, attribute = name.partition(":")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: Callable[..., Any] = inspect.unwrap(getattr(import_module(module), attribute))
    return found


@pytest.mark.parametrize(("call", "_source"), CALLED)
def test_a_function_that_is_called_exists_and_takes_what_it_is_given(call: Call, _source: Source) -> None:
    inspect.signature(function(call.function)).bind(**call.arguments)


@pytest.mark.parametrize(("call", "source"), [case for case in CALLED if case.id not in UNNAMED])
def test_the_columns_of_a_source_are_those_that_its_function_names(call: Call, source: Source) -> None:
    made = function(call.function)
    module = inspect.getsource(import_module(ELSEWHERE.get(call.function, made.__module__)))
    quoted = {column for column in source.shape if f'"{column}"' in module or f"'{column}'" in module}
    assert quoted == set(source.shape)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        (
            "yfinance:download",
            (
                "tickers",
                "start",
                "end",
                "interval",
                "auto_adjust",
                "group_by",
                "threads",
                "progress",
                "multi_level_index",
            ),
        ),
        ("tushare:pro_api", ("token",)),
    ],
)
def test_what_our_own_functions_pass_on_is_taken(name: str, arguments: tuple[str, ...]) -> None:
    assert set(arguments) <= set(inspect.signature(function(name)).parameters)
