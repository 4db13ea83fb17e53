"""The order in which sources are asked, and when figures are due."""

from datetime import date, datetime

import pytest

from index.live.chains import Figure, after_close, figures, next_morning, same_evening, today
from index.sessions import BEIJING

BANNING = frozenset({"eastmoney"})  # the quote hosts; its data and news hosts are others


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize("figure", figures(), ids=lambda figure: figure.name)
def test_every_figure_comes_from_two_hosts_besides_east_moneys_quote_hosts(figure: Figure) -> None:
    assert len({source.host.family for source in figure.sources()} - BANNING) >= 2


def test_each_exchange_counts_the_units_of_its_own_funds_before_anybody_else_is_asked() -> None:
    (shares,) = [figure for figure in figures("token") if figure.name == "fund_shares"]
    paths = [[source.host.family for source in path] for path in shares.paths]
    assert paths == [["sse", "szse"], ["tushare"], ["eastmoney"]]


def test_without_a_token_tushare_is_not_asked() -> None:
    assert not any("tushare" in source.name for figure in figures() for source in figure.sources())


def test_quote_hosts_that_ban_come_last() -> None:
    for figure in figures("token"):
        families = [path[0].host.family for path in figure.paths]
        assert not BANNING & set(families[:-1])


def test_names_of_sources_are_unique() -> None:
    names = [source.name for figure in figures("token") for source in figure.sources()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("figure", figures(), ids=lambda figure: figure.name)
def test_every_source_of_a_figure_gives_its_kind(figure: Figure) -> None:
    assert {source.kind for source in figure.sources()} == {figure.kind}


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2024-09-30T15:00:30", "2024-09-27"),
        ("2024-09-30T15:01:00", "2024-09-30"),
        ("2024-10-05T12:00:00", "2024-09-30"),
        ("2024-10-08T10:00:00", "2024-09-30"),
        ("2027-01-04T15:30:00", "2027-01-04"),  # past the calendar's end a weekday may be a session
        ("2027-01-03T15:30:00", "2026-12-31"),  # New Year is a holiday in every year
    ],
)
def test_closing_figures_are_due_a_minute_after_the_close(now: str, due: str) -> None:
    assert after_close(beijing(now)) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("now", "evening", "morning"),
    [
        ("2024-09-30T17:59", "2024-09-27", "2024-09-27"),
        ("2024-09-30T18:00", "2024-09-30", "2024-09-27"),
        ("2024-10-08T08:59", "2024-09-30", "2024-09-27"),
        ("2024-10-08T09:00", "2024-09-30", "2024-09-30"),
    ],
)
def test_later_figures_are_due_when_their_publishers_show_them(now: str, evening: str, morning: str) -> None:
    assert same_evening(beijing(now)) == date.fromisoformat(evening)
    assert next_morning(beijing(now)) == date.fromisoformat(morning)


def test_stock_connect_owes_nothing_for_a_day_on_which_hong_kong_is_shut() -> None:
    day_after_mid_autumn = beijing("2024-09-18T20:00")  # Hong Kong rests on the day after Mid-Autumn, Shanghai trades
    assert after_close(day_after_mid_autumn) == date(2024, 9, 18)
    assert same_evening(day_after_mid_autumn) == date(2024, 9, 13)


def test_today_is_beijings_date() -> None:
    assert today(datetime.fromisoformat("2024-09-30T17:00:00+00:00")) == date(2024, 10, 1)
