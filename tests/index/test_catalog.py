"""The indices by what people and tickers call them."""

import pytest

from index.catalog import CATALOG, CSI_300, SHANGHAI_COMPOSITE, Index, lookup
from index.errors import UnknownIndex


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("000001.SH", "000001.SH"),
        ("000001", "000001.SH"),  # never Ping An Bank, which is 000001 in Shenzhen
        ("sh000001", "000001.SH"),
        ("SSE", "000001.SH"),
        ("  Shanghai Composite ", "000001.SH"),
        ("上证指数", "000001.SH"),
        ("滬指", "000001.SH"),
        ("CSI 300", "000300.SH"),
        ("沪深300", "000300.SH"),
        ("創業板", "399006.SZ"),
        ("s&p 500", "SPX"),
        ("KOSPI", "KS11"),
        ("恒生指數", "HSI"),
    ],
)
def test_an_index_is_found_by_any_of_its_names(asked: str, code: str) -> None:
    assert lookup(asked).code == code


@pytest.mark.parametrize("asked", ["", "000001.SZ", "DAX", "bitcoin"])
def test_what_is_not_in_the_catalogue_is_unknown(asked: str) -> None:
    with pytest.raises(UnknownIndex) as error:
        lookup(asked)
    assert error.value.asked == asked


def test_no_spelling_names_two_indices() -> None:
    by_alias = {index.code: {lookup(spelling).code for spelling in _spellings(index)} for index in CATALOG}
    assert by_alias == {index.code: {index.code} for index in CATALOG}


def _spellings(index: Index) -> set[str]:
    return {index.code, index.short, *index.names.values(), *index.aliases}


@pytest.mark.parametrize("index", CATALOG, ids=lambda index: index.code)
def test_every_index_has_a_name_in_every_language(index: Index) -> None:
    assert set(index.names) == {"en", "zh-hans", "zh-hant"}
    assert all(index.names.values())


def test_mainland_indices_are_those_of_shanghai_and_shenzhen() -> None:
    abroad = {index.code for index in CATALOG if not index.is_mainland}
    assert abroad == {"HSI", "N225", "AXJO", "KS11", "TWII", "SPX"}
    assert SHANGHAI_COMPOSITE.is_mainland
    assert CSI_300.is_mainland
