"""The figure format, against the table that documents it."""

import pytest

from index.kinds import KINDS, Kind, Type
from index.store import TABLES

# DESIGN's table; other kinds may stand beside these
DOCUMENTED = {
    "bars": "index, session, open, high, low, close, volume_shares, turnover_cny",
    "etf": "code, session, close, volume, turnover_cny",
    "sectors": "code, name, session, close",
    "northbound": "session, net_buy_cny",
    "margin": "session, market, financing_balance_cny, lending_balance_cny",
    "rates": "series, date, value",
    "releases": "released_at, indicator, period, actual, forecast, previous, unit",
    "events": "announced_at, effective_on, driver, polarity, title_en, title_zh, url",
    "headlines": "published_at, title, source, url, lang",
    "constituents": "session, code, sector, price, reference, shares, fx",
}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@pytest.mark.parametrize(("name", "columns"), DOCUMENTED.items(), ids=DOCUMENTED)
def test_a_file_has_the_columns_that_are_documented(name: str, columns: str) -> None:
    assert ", ".join(column.name for column in KINDS[name].columns) == columns


@every_kind
def test_a_figure_is_known_by_columns_that_the_file_has(kind: Kind) -> None:
    names = {column.name for column in kind.columns}
    assert {*kind.key, *kind.dated_by} <= names
    assert kind.subject is None or kind.subject in names


@every_kind
def test_a_row_says_on_which_day_it_became_public(kind: Kind) -> None:
    dated = kind.column(kind.dated_by[-1])
    assert dated.required
    assert dated.type in {Type.DAY, Type.MOMENT}


@every_kind
def test_the_store_has_a_column_for_every_cell(kind: Kind) -> None:
    stored = {column.name for column in TABLES[kind.name].columns}
    assert stored == {*(column.name for column in kind.columns), "publisher", "known_at", "retrieved_at", "digest"}
