"""Readings of one close from several hosts, laid side by side."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.live.crosscheck import Checked, Doubt, Reading, Verdict, Wanted, judge

CLOSES_AT = datetime.fromisoformat("2024-09-30T15:00+08:00")
BEFORE = Reading(
    host="csindex.com.cn", family="csindex", session=date(2024, 9, 27),
    retrieved_at=datetime.fromisoformat("2024-09-27T16:00+08:00"),
    close=3087.53, open=3049.10, high=3087.53, low=3017.80, volume_shares=48.2e9, turnover_cny=517.9e9,
)  # fmt: skip
WANTED = Wanted(index="000001.SH", session=date(2024, 9, 30), closes_at=CLOSES_AT, previous=BEFORE)
OFFICIAL = Reading(
    host="csindex.com.cn", family="csindex", session=date(2024, 9, 30), retrieved_at=CLOSES_AT + timedelta(minutes=2),
    close=3336.4973, open=3147.2115, high=3358.4837, low=3147.2115, volume_shares=86.4e9, turnover_cny=1158e9,
)  # fmt: skip
SINA = replace(OFFICIAL, host="finance.sina.com.cn", family="sina", close=3336.50, open=3147.21, high=3358.48)
TENCENT = replace(SINA, host="qt.gtimg.cn", family="tencent", turnover_cny=None)
EASTMONEY = replace(SINA, host="push2his.eastmoney.com", family="eastmoney")
EFINANCE = replace(SINA, host="push2.eastmoney.com", family="eastmoney")


def of(*readings: Reading, wanted: Wanted = WANTED) -> Checked:
    return judge(readings, wanted)


def doubts(checked: Checked) -> dict[str, Doubt]:
    return {each.reading.host: each.doubt for each in checked.aside}


def test_two_hosts_that_agree_make_a_close_accepted() -> None:
    checked = of(OFFICIAL, SINA)
    assert (checked.verdict, checked.close, checked.aside) == (Verdict.ACCEPTED, 3336.4973, ())
    assert checked.agreeing == ("csindex.com.cn", "finance.sina.com.cn")


def test_one_host_alone_makes_it_provisional() -> None:
    checked = of(TENCENT)
    assert (checked.verdict, checked.close) == (Verdict.PROVISIONAL, 3336.50)


def test_after_a_gap_a_close_may_stand_as_far_as_the_missing_sessions_can_have_gone() -> None:
    thursday = replace(BEFORE, session=date(2024, 9, 26), close=2900.00)  # +15.05 % in two sessions, none in one
    assert of(OFFICIAL, wanted=replace(WANTED, previous=thursday)).verdict is Verdict.PROVISIONAL
    friday = replace(thursday, session=date(2024, 9, 27))
    assert doubts(of(OFFICIAL, wanted=replace(WANTED, previous=friday))) == {"csindex.com.cn": Doubt.JUMP}


def test_two_hosts_of_one_family_are_one_source() -> None:
    assert of(EASTMONEY, EFINANCE).verdict is Verdict.PROVISIONAL


def test_a_hundredth_of_a_point_is_agreement_and_two_are_not() -> None:
    assert of(SINA, replace(TENCENT, close=3336.51)).verdict is Verdict.ACCEPTED
    assert of(SINA, replace(TENCENT, close=3336.52)).verdict is Verdict.DISPUTED


def test_disagreement_tells_nothing_and_names_both() -> None:
    checked = of(SINA, replace(TENCENT, close=3363.50, high=3370.0))
    assert (checked.verdict, checked.close, checked.agreeing) == (Verdict.DISPUTED, None, ())
    assert doubts(checked) == {"finance.sina.com.cn": Doubt.DISAGREES, "qt.gtimg.cn": Doubt.DISAGREES}


def test_two_families_stand_against_a_third() -> None:
    checked = of(SINA, replace(TENCENT, close=3335.50), OFFICIAL)
    assert (checked.verdict, checked.agreeing) == (Verdict.ACCEPTED, ("finance.sina.com.cn", "csindex.com.cn"))


def test_no_reading_is_no_close() -> None:
    assert of().verdict is Verdict.MISSING


def undated(reading: Reading) -> Reading:
    return replace(reading, session=None)


@pytest.mark.parametrize(
    ("reading", "doubt"),
    [
        (replace(TENCENT, session=date(2024, 9, 27), close=3087.53), Doubt.OTHER_SESSION),
        (replace(BEFORE, session=WANTED.session, retrieved_at=OFFICIAL.retrieved_at), Doubt.STALE),
        (undated(replace(BEFORE, retrieved_at=OFFICIAL.retrieved_at)), Doubt.STALE),
        (replace(TENCENT, close=3087.53, open=None, high=None, low=None, volume_shares=None), Doubt.STALE),
        (
            replace(SINA, close=3087.53, open=3087.53, high=3087.53, low=3087.53, volume_shares=0.0, turnover_cny=0.0),
            Doubt.PLACEHOLDER,
        ),
        (replace(SINA, close=0.0, open=0.0, high=0.0, low=0.0), Doubt.PLACEHOLDER),
        (replace(SINA, close=float("nan")), Doubt.NOT_A_PRICE),
        (replace(SINA, close=-3336.50), Doubt.NOT_A_PRICE),
        (replace(SINA, retrieved_at=CLOSES_AT - timedelta(minutes=1)), Doubt.TOO_EARLY),
        (replace(SINA, close=3366.50), Doubt.OUTSIDE_RANGE),
        (replace(SINA, close=11.57, open=11.5, high=11.6, low=11.4), Doubt.JUMP),
    ],
    ids=[
        "another date", "the last session under today's date", "the last session undated", "a bare repeated close",
        "a row filled before trading", "a row of zeros", "no number", "a negative close", "before the close",
        "above the high", "Ping An Bank, whose code is 000001 too",
    ],
)  # fmt: skip
def test_a_reading_that_is_not_of_the_session_is_put_aside_and_the_other_is_provisional(
    reading: Reading, doubt: Doubt
) -> None:
    checked = of(replace(reading, host="the other host", family="other"), OFFICIAL)
    assert doubts(checked) == {"the other host": doubt}
    assert (checked.verdict, checked.close) == (Verdict.PROVISIONAL, 3336.4973)


def test_a_day_on_which_every_host_serves_yesterday_has_no_close_to_tell() -> None:
    later = OFFICIAL.retrieved_at
    stale = [replace(BEFORE, family=name, session=WANTED.session, retrieved_at=later) for name in ("a", "b", "c")]
    assert of(*stale).verdict is Verdict.MISSING


def test_an_index_that_truly_ended_where_it_began_is_believed() -> None:
    unmoved = replace(SINA, close=3087.53, open=3090.0, high=3101.0, low=3080.0)
    assert of(unmoved, replace(unmoved, family="other")).verdict is Verdict.ACCEPTED


def test_an_empty_store_knows_no_close_before_and_asks_for_none() -> None:
    assert of(OFFICIAL, SINA, wanted=replace(WANTED, previous=None)).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("unit", [1e3, 1e4, 1e8], ids=["thousand", "万", "亿"])
def test_turnover_in_another_unit_is_left_out_and_the_next_hosts_taken(unit: float) -> None:
    checked = of(replace(OFFICIAL, turnover_cny=1158e9 / unit), SINA)
    assert (checked.close, checked.turnover_cny) == (3336.4973, 1158e9)
    assert doubts(checked) == {"csindex.com.cn": Doubt.UNIT}


def test_turnover_that_no_host_gives_is_unknown() -> None:
    assert of(TENCENT).turnover_cny is None


@given(st.lists(st.integers(0, 6).map(lambda half_cents: 3336.5 + half_cents / 200), min_size=1, max_size=6))
def test_an_accepted_close_has_two_families_behind_it_and_a_disputed_one_none(closes: list[float]) -> None:
    readings = [
        replace(SINA, host=f"{number}", family=f"{number % 3}", close=close, high=3390.0)
        for number, close in enumerate(closes)
    ]
    checked = judge(readings, WANTED)
    families = {reading.family for reading in readings if reading.host in checked.agreeing}
    assert len(families) >= 2 if checked.verdict is Verdict.ACCEPTED else len(families) <= 1
    assert (checked.close is None) == (checked.verdict in {Verdict.DISPUTED, Verdict.MISSING})
    agreed = [reading.close for reading in readings if reading.host in checked.agreeing]
    assert all(abs(close - (checked.close or 0)) <= 0.0100001 for close in agreed)
