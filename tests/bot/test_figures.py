"""Numbers that say where they come from."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.figures import Figure, Sourced, sourced, unit_of

CLOSE = datetime(2024, 9, 30, 7, tzinfo=UTC)


@dataclass(frozen=True)
class Sector:
    change_pct: float
    source: str = ""


@dataclass(frozen=True)
class Table:
    level: float
    session: date
    best: Sector
    by_code: dict[str, float]
    all_of_them: tuple[Sector, ...]
    title_en: str
    direction: str
    nothing: None = None
    is_up: bool = True


TABLE = Table(
    level=3336.5,
    session=date(2024, 9, 30),
    best=Sector(8.0, "TDX"),
    by_code={"turnover_cny": 1.0},
    all_of_them=(Sector(1.0), Sector(2.0)),
    title_en="Fed cuts rates 50bp",
    direction="up",
)
SEEN = Sourced(TABLE, "East Money", CLOSE)


def test_a_number_comes_out_with_name_unit_source_and_moment() -> None:
    assert SEEN.level == Figure("level", 3336.5, "points", "East Money", CLOSE)


def test_a_day_comes_out_as_a_date() -> None:
    assert SEEN.session == Figure("session", "2024-09-30", "date", "East Money", CLOSE)


def test_a_moment_is_its_own_moment_when_it_has_no_other() -> None:
    assert sourced(CLOSE, "as_of", "whyup", None) == Figure("as_of", CLOSE.isoformat(), "moment", "whyup", CLOSE)


def test_a_part_with_a_source_of_its_own_keeps_it() -> None:
    assert SEEN.best.change_pct == Figure("change_pct", 8.0, "pct", "TDX", CLOSE)


def test_parts_without_a_source_have_that_of_the_whole() -> None:
    assert [one.change_pct.source for one in SEEN.all_of_them] == ["East Money", "East Money"]


def test_a_mappings_values_are_named_by_their_keys() -> None:
    assert SEEN.by_code["turnover_cny"] == Figure("turnover_cny", 1.0, "CNY", "East Money", CLOSE)


def test_a_title_is_a_figure_because_it_may_hold_numbers() -> None:
    assert SEEN.title_en == Figure("title_en", "Fed cuts rates 50bp", "text", "East Money", CLOSE)


@pytest.mark.parametrize(("name", "value"), [("direction", "up"), ("nothing", None), ("is_up", True)])
def test_words_truths_and_what_is_not_known_come_out_as_they_are(name: str, value: object) -> None:
    assert getattr(SEEN, name) is value


def test_a_decimal_is_a_number_too() -> None:
    assert sourced(Decimal("0.5"), "actual_pct", "jin10", None) == Figure("actual_pct", 0.5, "pct", "jin10", None)


def test_what_the_thing_does_not_have_the_sourced_thing_has_not_either() -> None:
    with pytest.raises(AttributeError, match="turnover"):
        _ = SEEN.turnover


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("change_pct", "pct"), ("change_pts", "points"), ("turnover_cny", "CNY"), ("volume_shares", "shares"),
        ("ratio_times", "times"), ("previous_level", "points"), ("high", "points"), ("rank", ""), ("streak", ""),
    ],
)  # fmt: skip
def test_a_name_ends_in_its_unit(name: str, unit: str) -> None:
    assert unit_of(name) == unit


def test_a_figure_remembers_how_it_was_written() -> None:
    figure = Figure("level", 3336.5, "points", "East Money", CLOSE)
    assert (figure.written("3,336.50").shown, figure.shown) == ("3,336.50", "")
