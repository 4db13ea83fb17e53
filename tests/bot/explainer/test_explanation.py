"""Explanations of real sessions from the bundled figures, and what no explanation may do."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from sqlalchemy import delete

from bot.explainer.explanation import MOST, explain, weigh
from index import moves, sessions
from index.moves import Move
from index.reader import Reader
from index.refresh import load_folder
from index.store import METADATA, Store, stamp
from tests.bot.explainer.conftest import SAMPLE, Explain, evidence, move_of

CUT = 25  # random sessions of the look-ahead test
PACKAGE, POLITBURO, PROPERTY = date(2024, 9, 24), date(2024, 9, 26), date(2024, 9, 29)


def test_the_rise_of_30_september_2024_is_explained_by_the_policies_of_the_week_before(explained: Explain) -> None:
    first = explained("2024-09-30").drivers[0]
    assert first.group == "policy"
    assert {one.facts["announced"] for one in first.evidence[:3]} == {PACKAGE, POLITBURO, PROPERTY}


def test_the_manufacturing_survey_of_30_september_2024_is_in_the_answer_with_its_forecast(explained: Explain) -> None:
    found = explained("2024-09-30")
    told = [*found.context, *(one for driver in (*found.drivers, *found.against) for one in driver.evidence)]
    survey = next(one for one in told if one.facts.get("indicator") == "pmi_manufacturing")
    assert (survey.facts["actual"], survey.facts["forecast"]) == (49.8, 49.4)


def test_the_fall_of_22_january_2024_has_reasons_that_point_down(explained: Explain) -> None:
    drivers = explained("2024-01-22").drivers
    assert drivers
    assert {driver.polarity for driver in drivers} == {-1}


def test_foreign_money_claims_nothing_once_its_direction_is_no_longer_published(explained: Explain) -> None:
    found = explained("2024-08-20")
    assert not [driver for driver in (*found.drivers, *found.against) if driver.label == "flows.northbound"]
    assert "northbound_unpublished" in {one.topic for one in found.context}


def test_fund_turnover_is_context_even_on_the_busiest_days(explained: Explain) -> None:
    found = explained("2024-09-30")
    assert "fund_turnover" in {one.topic for one in found.context}


def test_every_driver_carries_evidence_with_source_and_moment_from_before_the_close(reader: Reader) -> None:
    for session in _sessions(reader)[300:]:
        close = sessions.close_of(session)
        found = explain(_move(reader, session), reader, close)
        shown = [one for driver in (*found.drivers, *found.against) for one in driver.evidence]
        assert all(one.source and one.published_at <= close for one in shown), session


def test_no_explanation_names_more_than_four_drivers_or_one_that_points_the_other_way(reader: Reader) -> None:
    for session in _sessions(reader)[300:]:
        move = _move(reader, session)
        found = explain(move, reader, sessions.close_of(session))
        assert len(found.drivers) <= MOST
        assert all(driver.polarity * move.change_pct > 0 for driver in found.drivers), session


def test_what_became_public_after_a_close_changes_nothing_about_it(sample: Store, tmp_path: Path) -> None:
    """Rows are taken away from the newest close backwards, so one copy of the store serves every session."""
    later = Reader(sample)
    drawn = sorted(random.Random(7).sample(_sessions(later)[100:], CUT), reverse=True)
    cut = Store(f"sqlite:///{tmp_path}/cut.db")
    load_folder(cut, SAMPLE, datetime(2024, 10, 1, tzinfo=UTC))
    for session in drawn:
        _forget(cut, sessions.close_of(session))
        then = Reader(cut)
        close = sessions.close_of(session)
        assert explain(_move(then, session), then, close) == explain(_move(later, session), later, close), session


def test_with_its_evidence_removed_a_session_has_no_cause(tmp_path: Path) -> None:
    copytree(SAMPLE, tmp_path / "bars", ignore=ignore_patterns(*(f"{name}.csv*" for name in _KINDS_BUT_BARS)))
    bare = Store(f"sqlite:///{tmp_path}/bare.db")
    load_folder(bare, tmp_path / "bars", datetime(2024, 10, 1, tzinfo=UTC))
    reader = Reader(bare)
    found = [explain(_move(reader, one), reader, sessions.close_of(one)) for one in _sessions(reader)[1:]]
    assert sum(1 for one in found if one.drivers) <= 0.05 * len(found)


def test_a_week_is_explained_by_what_came_out_over_all_of_it(reader: Reader) -> None:
    week = move_of(reader, "2024-09-30", first="2024-09-24")
    first = explain(week, reader, sessions.close_of(date(2024, 9, 30))).drivers[0]
    assert first.group == "policy"
    assert {PACKAGE, POLITBURO, PROPERTY} <= {one.facts["announced"] for one in first.evidence}


def test_the_smaller_a_move_the_more_a_reason_must_weigh(reader: Reader) -> None:
    known = [evidence("headline", "global.us_fed", 1, strength=1.5)]
    move = move_of(reader, "2024-09-30")
    slight = replace(move, change_pct=0.05)
    assert weigh(move, known, move.published_at).drivers
    assert not weigh(slight, known, move.published_at).drivers


@pytest.mark.parametrize("change_pct", [0.0, 0.004], ids=["unchanged", "prints as unchanged"])
def test_an_index_that_stood_still_asks_for_no_cause(reader: Reader, change_pct: float) -> None:
    move = replace(move_of(reader, "2024-09-30"), change_pct=change_pct)
    assert weigh(move, [evidence("event", "policy.market", 1)], move.published_at).unexplained == 1


def test_what_is_unexplained_is_what_the_confidence_leaves(reader: Reader) -> None:
    move = move_of(reader, "2024-09-30")
    found = weigh(move, [evidence("event", "policy.market", 1)], move.published_at)
    assert found.unexplained == pytest.approx(1 - found.drivers[0].confidence)


def test_of_two_that_weigh_the_same_the_newer_comes_first(reader: Reader) -> None:
    move = move_of(reader, "2024-09-30")
    saturday = evidence("event", "policy.market", 1)
    monday = replace(evidence("event", "global.us_fed", 1), published_at=saturday.published_at + timedelta(hours=14))
    found = weigh(move, [saturday, monday], move.published_at)
    assert [driver.group for driver in found.drivers] == ["global", "policy"]


def test_an_open_meeting_is_not_told_beside_a_reason(reader: Reader) -> None:
    move = move_of(reader, "2024-09-30")
    meeting = replace(evidence("event", "policy.market", 1, 0.5), facts={"is_open": True})
    found = weigh(move, [evidence("event", "global.us_fed", 1), meeting], move.published_at)
    assert [driver.group for driver in found.drivers] == ["global", "policy"]
    assert not found.rest


def test_a_message_is_headed_by_its_first_driver_and_what_is_as_likely(reader: Reader) -> None:
    move = move_of(reader, "2024-09-30")
    known = [evidence("event", "policy.market", 1), evidence("sector", "sector.rotation", 1)]
    found = weigh(move, known, move.published_at)
    assert [driver.group for driver in found.told] == ["policy"]
    assert [driver.group for driver in found.rest] == ["sector"]


def test_what_points_the_other_way_is_told_as_such(reader: Reader) -> None:
    move = move_of(reader, "2024-09-30")
    found = weigh(
        move, [evidence("event", "policy.market", 1), evidence("event", "global.us_fed", -1)], move.published_at
    )
    assert [driver.label for driver in found.drivers] == ["policy.market"]
    assert [driver.label for driver in found.against] == ["global.us_fed"]


_KINDS_BUT_BARS = ("events", "releases", "headlines", "northbound", "margin", "rates", "sectors", "constituents", "etf")


def _sessions(reader: Reader) -> list[date]:
    bars = reader.bars("000001.SH", datetime(2024, 10, 1, tzinfo=UTC))
    return [bars.session(place) for place in range(1, len(bars))]


def _move(reader: Reader, session: date) -> Move:
    return moves.of(reader.bars("000001.SH", sessions.close_of(session)), session)


def _forget(store: Store, moment: datetime) -> None:
    with store.engine.begin() as connection:
        for table in METADATA.sorted_tables:
            if "known_at" in table.c:
                connection.execute(delete(table).where(table.c.known_at > stamp(moment)))
