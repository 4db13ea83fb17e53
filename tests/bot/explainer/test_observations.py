"""What each kind of figure says about a move, on the bundled figures with a few rows beside them."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from bot.explainer.evidence import Evidence, window_of
from bot.explainer.observations import (
    connect,
    etf_shares,
    events,
    holidays,
    margin,
    news,
    peers,
    policy_rates,
    rates,
    releases,
    results_season,
    runs,
    sectors,
    style,
)
from index import sessions
from index.reader import Reader
from tests.bot.explainer.conftest import move_of

Observe = Callable[..., Iterator[Evidence]]
Beside = Callable[..., Reader]
HEADLINES = "published_at,title,source,url,lang"
TARIFF = "Trump raises tariffs on Chinese goods to 60%"
EVENTS = "announced_at,effective_on,driver,polarity,title_en,title_zh,url"


def seen(observe: Observe, reader: Reader, day: str, index: str = "000001.SH") -> list[Evidence]:
    move = move_of(reader, day, index=index)
    return list(observe(reader, move, window_of(move, move.published_at)))


def business_days(last: date, count: int) -> list[date]:
    found = [last]
    while len(found) < count:
        found.append(sessions.previous_session(found[-1]))
    return found[::-1]


# --- Headlines


def test_a_headline_of_the_evening_before_speaks_for_the_session(beside: Beside) -> None:
    reader = beside(headlines=[HEADLINES, f"2024-09-18T20:00,{TARIFF},Reuters,https://example.org/a,en"])
    (one,) = seen(news.observe, reader, "2024-09-19")
    assert (one.driver, one.polarity, one.source) == ("global.trade_geopolitics", -1, "Reuters")
    assert one.facts["title"] == TARIFF


def test_a_headline_after_the_close_is_tomorrows_news(beside: Beside) -> None:
    reader = beside(headlines=[HEADLINES, f"2024-09-19T15:01,{TARIFF},Reuters,,en"])
    assert not seen(news.observe, reader, "2024-09-19")
    assert seen(news.observe, reader, "2024-09-20")


def test_a_headline_that_carries_a_date_only_counts_from_the_end_of_its_day(beside: Beside) -> None:
    reader = beside(headlines=[HEADLINES, f"2024-09-19,{TARIFF},CCTV Xinwen Lianbo,,en"])
    assert not seen(news.observe, reader, "2024-09-19")
    assert seen(news.observe, reader, "2024-09-20")


def test_news_of_the_weekend_is_as_fresh_on_monday_as_that_of_the_morning(beside: Beside) -> None:
    saturday = beside(headlines=[HEADLINES, f"2024-09-21T10:00,{TARIFF},Reuters,,en"])
    (one,) = seen(news.observe, saturday, "2024-09-23")
    assert one.strength > 0.5


def test_a_subject_that_fills_every_day_is_no_news(beside: Beside) -> None:
    days = [date(2024, 8, 20) + timedelta(days=back) for back in range(31)]
    lines = [f"{day}T08:00,{TARIFF} says source {day},Reuters,,en" for day in days]
    quiet = beside(headlines=[HEADLINES, *lines])
    assert all(one.strength < 0.6 for one in seen(news.observe, quiet, "2024-09-19"))


def test_one_story_told_twice_is_one_story(beside: Beside) -> None:
    lines = [f"2024-09-18T20:0{minute},{TARIFF},{source},,en" for minute, source in enumerate(["Reuters", "CNBC"])]
    (one,) = seen(news.observe, beside(headlines=[HEADLINES, *lines]), "2024-09-19")
    assert one.facts["others"] == 0


def test_headlines_are_silent_about_indices_abroad(beside: Beside) -> None:
    reader = beside(headlines=[HEADLINES, f"2024-09-18T20:00,{TARIFF},Reuters,,en"])
    assert not seen(news.observe, reader, "2024-09-19", index="HSI")


# --- Events


def noted(beside: Beside, announced_and_effective: str, driver: str, polarity: int, day: str) -> list[Evidence]:
    announced, _, effective = announced_and_effective.partition(" from ")
    reader = beside(events=[EVENTS, f"{announced},{effective},{driver},{polarity},A note,一则消息,"])
    return seen(events.observe, reader, day)


def test_a_note_of_friday_evening_is_announced_news_on_monday(beside: Beside) -> None:
    (one,) = noted(beside, "2024-09-20T18:00", "policy.monetary", 1, "2024-09-23")
    assert (one.kind, one.strength) == ("announced", 1.0)


def test_a_note_fades_from_news_to_background(beside: Beside) -> None:
    (one,) = noted(beside, "2024-09-02T18:00", "policy.monetary", 1, "2024-09-20")
    assert one.kind == "coincident"
    assert 0.0 < one.strength < 0.3


def test_a_summit_is_over_when_a_policy_is_still_in_force(beside: Beside) -> None:
    assert not noted(beside, "2024-09-02T18:00", "global.trade_geopolitics", 1, "2024-09-20")


def test_a_measure_speaks_again_on_the_day_it_takes_effect(beside: Beside) -> None:
    (one,) = noted(beside, "2024-09-02T18:00 from 2024-09-20", "policy.monetary", 1, "2024-09-20")
    assert (one.kind, one.strength) == ("announced", 0.5)


@pytest.mark.parametrize(("day", "sign"), [("2024-09-10", 1), ("2024-09-11", -1)], ids=["rise", "fall"])
def test_a_policy_meeting_whose_reading_is_open_goes_with_either_direction(beside: Beside, day: str, sign: int) -> None:
    (one,) = noted(beside, "2024-09-06T18:00", "policy.fiscal_industry", 0, day)
    assert (one.polarity, one.kind) == (sign, "coincident")


def test_a_meeting_of_weeks_ago_whose_reading_is_open_is_no_more_than_a_faint_background(beside: Beside) -> None:
    (one,) = noted(beside, "2024-09-02T18:00", "policy.fiscal_industry", 0, "2024-09-18")
    assert one.kind == "coincident"
    assert 0.0 < one.strength < 0.25


def test_talks_whose_reading_is_open_claim_nothing(beside: Beside) -> None:
    (one,) = noted(beside, "2024-09-18T08:00", "global.trade_geopolitics", 0, "2024-09-18")
    assert one.polarity == 0


# --- Releases


def test_a_surprise_is_scaled_by_the_earlier_misses_of_its_indicator(beside: Beside) -> None:
    header = "released_at,indicator,period,actual,forecast,previous,unit"
    past = [f"2024-0{month}-10,cpi_yoy,2024-0{month},{(-1) ** month * 0.1:.1f},0.0,0.0,pct" for month in range(1, 8)]
    reader = beside(releases=[header, *past, "2024-09-10,cpi_yoy,2024-08,0.2,0.0,0.0,pct"])
    (one,) = seen(releases.observe, reader, "2024-09-10")
    assert (one.driver, one.polarity) == ("data.inflation", 1)
    assert one.strength == pytest.approx(2.0)  # 0.2 against misses of 0.1


# --- Prices and the calendar


def test_a_fall_of_wall_street_speaks_where_the_opening_followed_it(reader: Reader) -> None:
    found = [one for one in seen(peers.observe, reader, "2024-08-05") if one.driver]
    assert [(one.facts["index"], one.polarity) for one in found] == [("SPX", -1)]


def test_the_week_before_the_october_closure_is_told_with_its_days(reader: Reader) -> None:
    (one,) = seen(holidays.observe, reader, "2024-09-27")
    assert (one.facts["last_session"], one.facts["next_session"]) == (date(2024, 9, 30), date(2024, 10, 8))


def test_an_ordinary_weekend_is_no_closure(reader: Reader) -> None:
    assert not seen(holidays.observe, reader, "2024-08-30")


def test_a_run_is_the_change_of_the_ten_sessions_before(reader: Reader) -> None:
    (one,) = seen(runs.observe, reader, "2024-09-30")
    before = move_of(reader, "2024-09-27", first="2024-09-12")
    assert one.facts["run_pct"] == pytest.approx(before.change_pct)
    assert one.polarity == -1


def test_small_shares_beside_large_ones_are_told_with_both_changes(reader: Reader) -> None:
    small = seen(style.observe, reader, "2024-02-07")
    assert all(abs(one.strength) >= style.UNUSUAL for one in small)


def test_a_dollar_that_jumps_speaks_against_mainland_shares(beside: Beside) -> None:
    days = business_days(date(2024, 9, 18), 300)
    steady = [f"usdcny,{day},{7.1 + 0.001 * (place % 2):.3f}" for place, day in enumerate(days[:-1])]
    reader = beside(rates=["series,date,value", *steady, f"usdcny,{days[-1]},7.3"])
    (one,) = seen(rates.observe, reader, "2024-09-19")
    assert (one.driver, one.polarity, one.facts["value"]) == ("global.fx", -1, 7.3)
    assert not seen(rates.observe, reader, "2024-09-18")  # fixed at 16:30, after that close


def test_oil_is_context_because_its_sign_is_not_settled(beside: Beside) -> None:
    days = business_days(date(2024, 9, 18), 300)
    steady = [f"brent_usd,{day},{80 + 0.1 * (place % 2)}" for place, day in enumerate(days[:-1])]
    (one,) = seen(rates.observe, beside(rates=["series,date,value", *steady, f"brent_usd,{days[-1]},70"]), "2024-09-19")
    assert (one.driver, one.polarity, one.strength) == ("", 0, 0.0)


def borrowed(days: list[date], last_cny: float) -> list[str]:
    usual = [f"{day},ALL,{1.5e12 * (1 + 0.001 * (place % 3))},1e10" for place, day in enumerate(days[:-1])]
    header = "session,market,financing_balance_cny,lending_balance_cny"
    return [header, *usual, f"{days[-1]},ALL,{last_cny},1e10"]


def test_margin_balances_are_known_the_next_morning(beside: Beside) -> None:
    reader = beside(margin=borrowed(business_days(date(2024, 9, 18), 300), 1.65e12))
    (one,) = seen(margin.observe, reader, "2024-09-19")
    assert (one.driver, one.polarity) == ("flows.domestic", 1)
    assert not seen(margin.observe, reader, "2024-09-18")


# --- Funds and Stock Connect


def test_units_of_funds_are_money_in_or_out_and_nobodys_in_particular(beside: Beside) -> None:
    days = business_days(date(2024, 9, 18), 70)
    units = [f"510300,{day},{1e10 * (1 + 0.001 * (place % 2))}" for place, day in enumerate(days[:-1])]
    reader = beside(etf_shares=["code,session,shares", *units, f"510300,{days[-1]},9e9"])
    (one,) = seen(etf_shares.observe, reader, "2024-09-19")
    assert (one.driver, one.polarity) == ("flows.domestic", -1)
    assert not seen(etf_shares.observe, reader, "2024-09-18")


def test_turnover_through_hong_kong_never_says_which_way(beside: Beside) -> None:
    days = [day for day in business_days(date(2024, 9, 19), 30) if sessions.connect_is_open(day)]
    header = "session,channel,turnover_cny,trades,etf_turnover_cny"
    lines = [f"{day},northbound_sh,5e10,," for day in days[:-1]]
    reader = beside(connect=[header, *lines, f"{days[-1]},northbound_sh,1.5e11,,"])
    (one,) = seen(connect.observe, reader, "2024-09-20")
    assert (one.driver, one.polarity, one.facts["ratio_times"]) == ("", 0, 3.0)


@pytest.mark.parametrize("observe", [margin.observe, etf_shares.observe, connect.observe, news.observe])
def test_figures_that_are_not_stored_are_passed_over_in_silence(reader: Reader, observe: Observe) -> None:
    assert not seen(observe, reader, "2023-02-15")


# --- Industries


def test_industries_are_the_weighted_change_of_their_stocks(beside: Beside) -> None:
    header = "session,code,sector,price,reference,shares,fx"
    names = ["银行", "证券", "保险", "白酒", "煤炭开采"]
    rows = [
        f"2024-09-19,60{sector}00{stock},{name},{10 + sector},10,{1000 * (stock + 1)},1"
        for sector, name in enumerate(names)
        for stock in range(3)
    ]
    reader = beside(constituents=[header, *rows])
    move = move_of(reader, "2024-09-19")
    found = sectors.table(reader, move, window_of(move, move.published_at))
    assert {one.name: round(one.change_pct, 6) for one in found} == {name: 10.0 * at for at, name in enumerate(names)}


def test_a_heavy_sector_that_went_a_little_leads_before_a_light_one_that_went_far(beside: Beside) -> None:
    header = "session,code,sector,price,reference,shares,fx"
    values = {
        "银行": (10.2, 90_000),
        "白酒": (11.0, 100),
        "证券": (9.9, 5_000),
        "保险": (9.8, 3_000),
        "煤炭开采": (9.0, 100),
    }
    rows = [
        f"2024-09-19,60{sector}00{stock},{name},{price},10,{shares},1"
        for sector, (name, (price, shares)) in enumerate(values.items())
        for stock in range(3)
    ]
    told = seen(sectors.observe, beside(constituents=[header, *rows]), "2024-09-19")
    assert [one.facts["name"] for one in told] == ["银行", "白酒", "保险", "证券"]


def test_one_or_two_stocks_are_no_industry(beside: Beside) -> None:
    header = "session,code,sector,price,reference,shares,fx"
    rows = [f"2024-09-19,60000{stock},银行,11,10,1000,1" for stock in range(2)]
    reader = beside(constituents=[header, *rows])
    move = move_of(reader, "2024-09-19")
    found = sectors.table(reader, move, window_of(move, move.published_at))
    assert "银行" not in {one.name for one in found}


# --- Policy rates, and the weeks of results

RATES = "series,date,value"


def fixed(beside: Beside, *values: tuple[str, float], series: str = "lpr_1y_pct") -> Reader:
    return beside(rates=[RATES, *(f"{series},{day},{value}" for day, value in values)])


def test_a_prime_rate_fixed_lower_in_the_morning_speaks_for_the_session(beside: Beside) -> None:
    reader = fixed(beside, ("2024-08-20", 3.35), ("2024-09-20", 3.25))
    (one,) = seen(policy_rates.observe, reader, "2024-09-20")
    assert (one.driver, one.polarity, one.strength, one.kind) == ("policy.monetary", 1, 1.0, "announced")
    assert (one.facts["before"], one.facts["value"]) == (3.35, 3.25)


def test_a_reserve_ratio_raised_after_the_close_speaks_against_the_next_session(beside: Beside) -> None:
    reader = fixed(beside, ("2024-08-05", 8.5), ("2024-09-18", 9.0), series="rrr_large_pct")
    assert not seen(policy_rates.observe, reader, "2024-09-18")
    (one,) = seen(policy_rates.observe, reader, "2024-09-19")
    assert one.polarity == -1


def test_a_prime_rate_fixed_as_before_is_no_news(beside: Beside) -> None:
    reader = fixed(beside, ("2024-08-20", 3.35), ("2024-09-20", 3.35))
    assert not seen(policy_rates.observe, reader, "2024-09-20")


def test_a_cut_of_last_week_is_old_news(beside: Beside) -> None:
    reader = fixed(beside, ("2024-08-20", 3.35), ("2024-09-20", 3.25))
    assert not seen(policy_rates.observe, reader, "2024-09-26")


@pytest.mark.parametrize(("day", "deadline"), [("2024-04-17", date(2024, 4, 30)), ("2023-08-31", date(2023, 8, 31))])
def test_the_last_weeks_before_results_are_due_are_context(reader: Reader, day: str, deadline: date) -> None:
    (one,) = seen(results_season.observe, reader, day)
    assert (one.facts["deadline"], one.driver, one.polarity) == (deadline, "", 0)


@pytest.mark.parametrize("day", ["2024-04-15", "2024-05-06", "2024-09-20"])
def test_outside_those_weeks_no_season_is_told(reader: Reader, day: str) -> None:
    assert not seen(results_season.observe, reader, day)
