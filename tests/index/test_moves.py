"""Moves against publishers' own figures, and against the same arithmetic done another way."""

import csv
import statistics
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import isclose, nan
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import moves
from index.bars import Bars
from index.errors import NoFigures
from index.moves import Move
from index.reader import Reader
from index.sessions import BEIJING

SAMPLE = Path(__file__).parents[2] / "index" / "sample"
FIRST = date(2024, 1, 1)
LATER = datetime(2024, 10, 8, tzinfo=UTC)

Levels = Sequence[float]


def closes(*levels: float, index: str = "000001.SH", **columns: Levels) -> Bars:
    """Bars with these closes on days in a row; what is not given is not known."""
    count = len(levels)
    days = np.arange(np.datetime64(FIRST), np.datetime64(FIRST) + count)
    unknown = {name: [nan] * count for name in ("open", "high", "low", "volume_shares", "turnover_cny")}
    numbers = {name: np.array(values, dtype=np.float64) for name, values in (unknown | columns).items()}
    return Bars(index, days, close=np.array(levels, dtype=np.float64), sources=("a publisher",) * count, **numbers)


def day(position: int) -> date:
    return FIRST + timedelta(days=position)


def last(bars: Bars) -> Move:
    return moves.of(bars, bars.session(-1))


def published() -> pd.DataFrame:
    """The publisher's table of the Shanghai Composite, as it stands in the file."""
    table = pd.read_csv(SAMPLE / "bars.csv", parse_dates=["session"])
    return table[table["index"] == "000001.SH"].set_index("session")


@pytest.fixture(scope="module")
def composite(sample_reader: Reader) -> Bars:
    return sample_reader.bars("000001.SH", LATER)


# --- What newspapers printed -----------------------------------------------------------------------------------------

# Level, points and percent as Xinhua's closing notes of those days print them.
PRINTED = [
    (date(2024, 9, 30), "3336.50", "+248.97", "+8.06"),
    (date(2024, 1, 22), "2756.34", "-75.94", "-2.68"),
    (date(2024, 2, 6), "2789.49", "+87.30", "+3.23"),
    (date(2023, 8, 28), "3098.64", "+34.57", "+1.13"),
]


@pytest.mark.parametrize(("session", "level", "points", "percent"), PRINTED, ids=[str(row[0]) for row in PRINTED])
def test_a_move_is_what_the_closing_notes_print(
    composite: Bars, session: date, level: str, points: str, percent: str
) -> None:
    move = moves.of(composite, session)
    assert (f"{move.level:.2f}", f"{move.change_pts:+.2f}", f"{move.change_pct:+.2f}") == (level, points, percent)


def test_the_stamp_duty_monday_opened_five_percent_up_and_gave_most_of_it_back(composite: Bars) -> None:
    move = moves.of(composite, date(2023, 8, 28))
    assert move.day
    assert f"{move.day.gap_pct:+.2f}" == "+5.06"  # as Reuters and Xinhua print the opening of 28 August 2023
    assert f"{move.day.session_pct:+.2f}" == "-3.74"


def test_the_previous_session_lies_before_weekend_and_holiday(composite: Bars) -> None:
    assert moves.of(composite, date(2024, 9, 18)).previous_session == date(2024, 9, 13)


# --- The same arithmetic by another route: pandas, statistics, plain loops --------------------------------------------


def test_every_change_of_the_sample_is_what_pandas_makes_of_the_publishers_table(composite: Bars) -> None:
    table = published()
    points, percent = table["close"].diff(), table["close"].pct_change() * 100
    for session in table.index[1:]:
        move = moves.of(composite, session.date())
        assert isclose(move.change_pts, points[session], rel_tol=1e-12)
        assert isclose(move.change_pct, percent[session], rel_tol=1e-9, abs_tol=1e-12)


def test_gap_and_session_part_make_the_whole_move(composite: Bars) -> None:
    table = published()
    move = last(composite)
    row, before = table.iloc[-1], table.iloc[-2]
    assert move.day
    assert (move.day.gap_pts, move.day.session_pts) == (row["open"] - before["close"], row["close"] - row["open"])
    assert isclose((1 + move.day.gap_pct / 100) * (1 + move.day.session_pct / 100) - 1, move.change_pct / 100)


def test_the_rank_counts_the_larger_changes_of_its_direction(composite: Bars) -> None:
    changes = published()["close"].pct_change()
    for session in (date(2024, 2, 6), date(2024, 1, 22), date(2024, 9, 27)):
        seen = changes[: pd.Timestamp(session)].dropna()
        larger = (seen > seen.iloc[-1]) if seen.iloc[-1] > 0 else (seen < seen.iloc[-1])
        move = moves.of(composite, session)
        assert move.day
        assert move.day.stored == moves.Rarity(int(larger.sum()) + 1, len(seen), date(2023, 1, 4))


def test_the_rank_of_a_year_looks_at_its_last_250_changes(composite: Bars) -> None:
    changes = published()["close"].pct_change()
    window = changes[: pd.Timestamp("2024-09-27")].iloc[-250:]
    move = moves.of(composite, date(2024, 9, 27))
    assert move.day
    assert move.day.year == moves.Rarity(int((window > window.iloc[-1]).sum()) + 1, 250, window.index[0].date())


def test_z_measures_a_change_by_the_250_before_it(composite: Bars) -> None:
    changes = list(100 * published()["close"].pct_change().dropna())
    before = changes[-251:-1]
    move = last(composite)
    assert move.day
    assert move.day.z
    assert isclose(move.day.z, (changes[-1] - statistics.mean(before)) / statistics.stdev(before), rel_tol=1e-9)


def test_z_is_not_known_before_250_changes_are_stored(composite: Bars) -> None:
    early = moves.of(composite, composite.session(250)).day
    enough = moves.of(composite, composite.session(251)).day
    assert early
    assert enough
    assert (early.z is None, enough.z is None) == (True, False)


def test_the_rank_of_a_year_is_not_known_before_250_changes_are_stored(composite: Bars) -> None:
    early, enough = (moves.of(composite, composite.session(place)).day for place in (249, 250))
    assert early
    assert enough
    assert (early.year is None, enough.year is None) == (True, False)


def test_turnover_is_measured_by_the_median_of_the_twenty_sessions_before(composite: Bars) -> None:
    turnovers = list(published()["turnover_cny"])
    move = last(composite)
    assert move.day
    assert move.day.turnover_cny == 1_167_772e6  # Shanghai's turnover of 30 September 2024
    assert move.day.turnover_change_cny == 1_167_772e6 - 480_612e6
    assert move.day.turnover_ratio == turnovers[-1] / statistics.median(turnovers[-21:-1])


def test_the_session_itself_is_not_among_the_twenty() -> None:
    turnovers = [float(place) for place in range(1, 22)]  # the median of 1 … 20 is 10.5
    move = last(closes(*[10.0] * 21, turnover_cny=turnovers))
    assert move.day
    assert move.day.turnover_ratio == 21 / 10.5


def test_extremes_before_a_range_are_not_its_own() -> None:
    bars = closes(10, 11, 12, high=[99, 11, 13], low=[1, 10, 9])
    move = moves.of(bars, day(2), day(1))
    assert (move.high, move.low) == (13, 9)


def test_a_range_holds_the_extremes_of_its_sessions(composite: Bars) -> None:
    week = published()["2024-09-23":"2024-09-27"]
    move = moves.of(composite, date(2024, 9, 27), date(2024, 9, 23))
    assert (move.high, move.low, move.day) == (week["high"].max(), week["low"].min(), None)
    assert f"{move.change_pct:+.2f}" == "+12.81"  # the week's gain as the Shanghai Securities News prints it
    assert move.is_range


# --- Small cases by hand ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "streak"),
    [
        ((10, 11), 1),
        ((10, 11, 12, 13), 3),
        ((13, 12, 11), -2),
        ((10, 11, 10, 9), -2),
        ((10, 11, 11), 0),
        ((10, 10, 11), 1),
    ],
    ids=["first gain", "three gains", "two losses", "turned", "unchanged", "after an unchanged one"],
)
def test_a_streak_counts_the_sessions_in_one_direction(levels: Levels, streak: int) -> None:
    assert last(closes(*levels)).streak == streak


@pytest.mark.parametrize(
    ("levels", "since"),
    [
        ((12, 10, 11, 12), day(0)),
        ((12, 10, 12.01), None),
        ((9, 12, 11, 10), day(0)),
        ((9, 12, 8), None),
        ((10, 12, 10), day(0)),
        ((9, 9.5, 12, 9.2), day(0)),
    ],
    ids=["as high", "highest stored", "lower than today", "lowest stored", "as low", "not the day before"],
)
def test_an_extreme_names_the_last_session_that_closed_as_far_out(levels: Levels, since: date | None) -> None:
    assert last(closes(*levels)).extreme_since == since


def _as_far(levels: Levels, place: int) -> bool:
    is_rise = levels[-1] >= levels[-2]
    return levels[place] >= levels[-1] if is_rise else levels[place] <= levels[-1]


def test_a_drawdown_is_measured_from_the_highest_close_so_far() -> None:
    move = last(closes(100, 125, 110, 120, 100))
    assert (move.drawdown_pct, move.peak_session) == (pytest.approx(-20), day(1))
    assert last(closes(100, 125, 130)).drawdown_pct == 0


def test_later_rows_are_not_looked_at() -> None:
    short, long = closes(10, 11, 12), closes(10, 11, 12, 99)
    assert moves.of(long, day(2)) == moves.of(short, day(2))


def test_what_is_not_known_is_none_and_never_nought() -> None:
    move = last(closes(10, 11))
    assert move.day
    assert (move.high, move.low, move.day.gap_pts, move.day.turnover_cny, move.day.turnover_ratio) == (None,) * 5


def test_one_unknown_turnover_among_the_twenty_leaves_no_ratio() -> None:
    levels, turnovers = [10.0] * 22, [5.0] * 22
    turnovers[7] = nan
    move = last(closes(*levels, turnover_cny=turnovers))
    assert move.day
    assert (move.day.turnover_cny, move.day.turnover_ratio) == (5.0, None)


@pytest.mark.parametrize(
    ("levels", "direction", "is_slight"),
    [
        ((10_000, 10_000.4), "flat", True),
        ((10_000, 10_000.6), "up", True),
        ((10_000, 9_989), "down", False),
        ((10_000, 9_990.1), "down", True),
    ],
    ids=["prints as 0.00 %", "prints as 0.01 %", "a tenth", "less than a tenth"],
)
def test_direction_follows_the_unrounded_change(levels: Levels, direction: str, *, is_slight: bool) -> None:
    move = last(closes(*levels))
    assert (move.direction, move.is_slight) == (direction, is_slight)


@pytest.mark.parametrize("session", [day(9), FIRST - timedelta(days=1), FIRST], ids=["later", "earlier", "the first"])
def test_a_session_that_is_not_stored_or_has_none_before_it_is_named(session: date) -> None:
    with pytest.raises(NoFigures) as error:
        moves.of(closes(10, 11), session)
    assert (error.value.index, error.value.session) == ("000001.SH", session)


def test_a_store_without_a_row_has_no_figures() -> None:
    with pytest.raises(NoFigures):
        moves.of(closes(), FIRST)


# --- Other markets: what was public when ------------------------------------------------------------------------------


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("index", "until", "session"),
    [
        ("SPX", "2024-01-04T15:00", day(2)),
        ("SPX", "2024-01-05T04:59", day(2)),
        ("SPX", "2024-01-05T05:00", day(3)),
        ("HSI", "2024-01-04T15:00", day(2)),
        ("HSI", "2024-01-04T16:10", day(3)),
        ("N225", "2024-01-04T13:59", day(2)),
        ("N225", "2024-01-04T14:00", day(3)),
        ("TWII", "2024-01-04T13:30", day(3)),
    ],
    ids=str,
)
def test_a_peer_is_seen_by_the_closes_that_were_public_where_it_trades(index: str, until: str, session: date) -> None:
    """Closing hours by Beijing's clock: New York 05:00 of the next day in winter, Hong Kong 16:10, Tokyo 14:00."""
    peer = moves.peer(closes(100, 110, 121, 133.1, index=index), at("2024-01-02T15:00"), at(until))
    assert peer
    assert peer.session == session


def test_new_yorks_summer_time_moves_its_close_an_hour_earlier() -> None:
    found = Bars(
        "SPX",
        np.array(["2024-07-01", "2024-07-02"], dtype="datetime64[D]"),
        *(np.array([100.0, 101.0]) for _ in range(6)),
        sources=("a publisher",) * 2,
    )
    assert moves.peer(found, at("2024-07-02T15:00"), at("2024-07-03T03:59")) is None
    peer = moves.peer(found, at("2024-07-02T15:00"), at("2024-07-03T04:00"))
    assert peer
    assert (peer.change_pct, peer.published_at) == (pytest.approx(1), at("2024-07-03T04:00"))


def test_a_peer_spans_all_its_closes_since_the_move_began() -> None:
    peer = moves.peer(closes(100, 110, 121, 133.1, index="N225"), at("2024-01-01T15:00"), at("2024-01-04T15:00"))
    assert peer
    assert (peer.change_pct, peer.level) == (pytest.approx(33.1), 133.1)


def test_a_peer_without_a_new_close_says_nothing() -> None:
    assert moves.peer(closes(100, 110, index="N225"), at("2024-01-02T15:00"), at("2024-01-03T15:00")) is None


def test_a_peer_whose_figures_ended_long_ago_says_nothing() -> None:
    found = closes(100, 110, index="N225")
    assert moves.peer(found, at("2024-01-01T15:00"), at("2024-02-01T15:00"))
    assert moves.peer(found, at("2024-01-01T15:00"), at("2024-02-03T15:00")) is None


# --- What holds for any closes ----------------------------------------------------------------------------------------

levels_ = st.lists(st.floats(1, 10_000).map(lambda level: round(level, 2)), min_size=2, max_size=60)


@given(levels_)
def test_the_points_of_a_range_are_the_sum_of_its_days(levels: list[float]) -> None:
    bars = closes(*levels)
    whole = moves.of(bars, bars.session(-1), day(1))
    days = [moves.of(bars, day(place)) for place in range(1, len(levels))]
    assert isclose(whole.change_pts, sum(one.change_pts for one in days), abs_tol=1e-6)
    assert isclose(whole.change_pts, levels[-1] - levels[0], abs_tol=1e-9)


@given(levels_)
def test_the_percents_of_a_range_compound(levels: list[float]) -> None:
    bars = closes(*levels)
    whole = moves.of(bars, bars.session(-1), day(1))
    grown = 1.0
    for place in range(1, len(levels)):
        grown *= 1 + moves.of(bars, day(place)).change_pct / 100
    assert isclose(whole.change_pct, 100 * (grown - 1), rel_tol=1e-6, abs_tol=1e-6)


@given(levels_)
def test_streak_and_extreme_agree_with_a_plain_loop(levels: list[float]) -> None:
    move, streak = last(closes(*levels)), 0
    for before, after in pairwise(levels):
        sign = (after > before) - (after < before)
        streak = streak + sign if streak * sign > 0 else sign
    assert move.streak == streak
    since = [place for place in range(len(levels) - 1) if _as_far(levels, place)]
    assert move.extreme_since == (day(since[-1]) if since else None)


@given(levels_)
def test_a_drawdown_is_never_positive_and_nought_only_at_the_peak(levels: list[float]) -> None:
    move = last(closes(*levels))
    assert move.drawdown_pct <= 0
    assert (move.drawdown_pct == 0) == (levels[-1] == max(levels))


@given(levels_)
def test_ranks_order_the_changes_of_one_direction(levels: list[float]) -> None:
    bars = closes(*levels)
    move = last(bars)
    changes = [moves.of(bars, day(place)).change_pct for place in range(1, len(levels))]
    beyond = [one for one in changes if (one > changes[-1] if changes[-1] >= 0 else one < changes[-1])]
    assert move.day
    assert (move.day.stored.rank, move.day.stored.count) == (len(beyond) + 1, len(changes))


def test_the_sample_file_reads_the_same_with_another_reader(composite: Bars) -> None:
    with (SAMPLE / "bars.csv").open(encoding="utf-8") as file:
        stored = [float(row["close"]) for row in csv.DictReader(file) if row["index"] == "000001.SH"]
    assert composite.close.tolist() == stored


# --- Sessions that are missing ---------------------------------------------------------------------------------------


def stored(*rows: tuple[str, float], index: str = "000001.SH") -> Bars:
    bars = closes(*(level for _, level in rows), index=index)
    return replace(bars, sessions=np.array([session for session, _ in rows], dtype="datetime64[D]"))


OVER_TWO = (("2024-09-27", 3087.53), ("2024-09-30", 3336.50), ("2024-10-09", 3258.86))  # 8 October is missing


def test_a_move_spans_the_sessions_whose_closes_are_missing() -> None:
    move = last(stored(*OVER_TWO))
    assert (move.first_session, move.session, move.unstored) == (
        date(2024, 10, 8),
        date(2024, 10, 9),
        date(2024, 10, 8),
    )
    assert (move.previous_session, move.day, move.high) == (date(2024, 9, 30), None, None)


def test_a_holiday_is_no_missing_session() -> None:
    move = last(stored(*OVER_TWO[:2], ("2024-10-08", 3489.78)))
    assert (move.unstored, move.is_range) == (None, False)


@pytest.mark.parametrize("index", ["HSI", "SPX"])
def test_abroad_nobody_knows_which_sessions_are_missing(index: str) -> None:
    assert last(stored(*OVER_TWO, index=index)).unstored is None


def test_past_the_calendars_end_nobody_knows_either() -> None:
    assert last(stored(("2098-12-30", 4000.0), ("2099-01-05", 4070.25))).unstored is None


def test_a_change_over_missing_sessions_is_no_sessions_change() -> None:
    assert np.isnan(moves.session_pcts(stored(*OVER_TWO))).tolist() == [True, False, True]
