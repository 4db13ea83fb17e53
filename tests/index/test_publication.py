"""When figures became public, against the publishers' own timetables."""

from csv import DictReader
from datetime import date, datetime
from pathlib import Path

import pytest

from index import publication

DAY = date(2024, 9, 30)


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize(
    ("index", "session", "public"),
    [
        ("000001.SH", "2024-09-30", "2024-09-30T15:00"),
        ("399001.SZ", "2024-09-30", "2024-09-30T15:00"),
        ("HSI", "2024-09-30", "2024-09-30T16:10"),  # the closing auction ends between 16:08 and 16:10
        ("N225", "2024-11-01", "2024-11-01T14:00"),  # 15:00 in Tokyo
        ("N225", "2024-11-05", "2024-11-05T14:30"),  # lengthened to 15:30 that day
        ("KS11", "2016-07-29", "2016-07-29T14:00"),
        ("KS11", "2016-08-01", "2016-08-01T14:30"),
        ("TWII", "2024-09-30", "2024-09-30T13:30"),
        ("AXJO", "2024-07-01", "2024-07-01T14:12"),  # Sydney's winter
        ("AXJO", "2024-12-02", "2024-12-02T13:12"),  # and its summer
        ("SPX", "2024-09-30", "2024-10-01T04:00"),  # New York's summer time
        ("SPX", "2024-12-02", "2024-12-03T05:00"),
    ],
)
def test_a_bar_is_public_at_its_exchanges_close(index: str, session: str, public: str) -> None:
    assert publication.bar(index, date.fromisoformat(session)) == beijing(public)


@pytest.mark.parametrize(
    ("indicator", "hour"),
    [
        ("pmi_manufacturing", "09:30"),
        ("pmi_non_manufacturing", "09:30"),
        ("pmi_caixin_manufacturing", "09:45"),
        ("pmi_caixin_services", "09:45"),
        ("cpi_yoy", "09:30"),
        ("ppi_yoy", "09:30"),
        ("industrial_profits_yoy", "09:30"),
        ("new_home_prices_yoy", "09:30"),
        ("industrial_production_yoy", "10:00"),
        ("retail_sales_yoy", "10:00"),
        ("gdp_yoy", "10:00"),
        ("exports_yoy", "11:00"),
        ("trade_balance_usd", "11:00"),
        ("m2_yoy", "17:00"),
        ("new_loans_cny", "17:00"),
        ("tsf_rmb_loans_cny", "17:00"),
        ("fx_reserves_usd", "17:00"),
    ],
)
def test_a_release_without_an_hour_gets_its_publishers(indicator: str, hour: str) -> None:
    assert publication.release(indicator, DAY) == beijing(f"2024-09-30T{hour}")


@pytest.mark.parametrize(("day", "hour"), [("2015-12-12", "13:30"), ("2016-01-19", "10:00")])
def test_industrial_output_came_after_noon_until_2015(day: str, hour: str) -> None:
    # calendars of the day: 05:30 and 02:00 Greenwich time
    assert publication.release("industrial_production_yoy", date.fromisoformat(day)) == beijing(f"{day}T{hour}")


@pytest.mark.parametrize(
    ("source", "end"),
    [
        ("Weibo hot search", "2024-09-30T23:59:59"),
        ("Wikipedia current events", "2024-10-01T07:59:59"),
        ("The Guardian (business)", "2024-10-01T06:59:59"),  # British summer time
        ("Reuters", "2024-10-01T11:59:59"),
    ],
)
def test_a_headline_without_an_hour_counts_from_the_end_of_its_publishers_day(source: str, end: str) -> None:
    assert publication.headline(source, DAY) == beijing(end)


def test_every_indicator_of_the_sample_has_an_hour() -> None:
    with (Path(__file__).parents[2] / "index" / "sample" / "releases.csv").open(encoding="utf-8") as text:
        indicators = {row["indicator"] for row in DictReader(text)}
    assert [name for name in indicators if publication.release(name, DAY) == publication.end_of_day(DAY)] == []


def test_a_general_prefix_hides_no_special_one_after_it() -> None:
    prefixes = [hour.prefix for hour in publication.RELEASE_HOURS]
    hidden = [
        later for place, prefix in enumerate(prefixes) for later in prefixes[place + 1 :]
        if later.startswith(prefix) and later != prefix
    ]  # fmt: skip
    assert hidden == []


def test_an_indicator_nobody_listed_counts_from_the_end_of_its_day() -> None:
    assert publication.release("hog_prices", DAY) == beijing("2024-09-30T23:59:59")


@pytest.mark.parametrize(("day", "hour"), [("2024-06-20", "09:30"), ("2024-07-22", "09:00"), ("2026-11-20", "09:00")])
def test_loan_prime_rates_moved_to_nine_in_july_2024(day: str, hour: str) -> None:
    assert publication.rate("lpr_1y_pct", date.fromisoformat(day)) == beijing(f"{day}T{hour}")


def test_the_onshore_yuan_closes_at_half_past_four_and_oil_in_the_night() -> None:
    assert publication.rate("usdcny", DAY) == beijing("2024-09-30T16:30")
    assert publication.rate("brent_usd", DAY) == beijing("2024-10-01T05:00")


@pytest.mark.parametrize(("day", "hour"), [("2024-05-10", "15:00"), ("2024-05-13", "18:00"), ("2024-08-16", "18:00")])
def test_net_buying_became_an_evening_figure_in_may_2024(day: str, hour: str) -> None:
    assert publication.northbound(date.fromisoformat(day)) == beijing(f"{day}T{hour}")


@pytest.mark.parametrize(
    ("session", "morning"),
    [
        ("2024-09-26", "2024-09-27"), ("2024-09-27", "2024-09-30"),
        ("2024-09-30", "2024-10-08"), ("2031-03-07", "2031-03-10"),
    ],
    ids=["a weekday", "over a weekend", "over the National Day week", "past the calendar's end"],
)  # fmt: skip
def test_margin_balances_are_public_on_the_next_sessions_morning(session: str, morning: str) -> None:
    assert publication.margin(date.fromisoformat(session)) == beijing(f"{morning}T09:00")


def test_what_carries_a_date_only_counts_from_the_end_of_its_day() -> None:
    assert publication.end_of_day(DAY) == beijing("2024-09-30T23:59:59")
