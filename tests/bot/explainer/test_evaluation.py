"""Agreement with closing reports, counted by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.explainer.drivers.driver import Driver
from bot.explainer.evaluation import BY, Compared, Named, Report, agreement, misses, rate, split
from index.moves import Move
from index.reader import Reader
from tests.bot.explainer.conftest import move_of

FIRST_DAY = date(2024, 9, 2)


@pytest.fixture
def rise(reader: Reader) -> Move:
    return move_of(reader, "2024-09-30")


def compared(move: Move, ours: Sequence[str], theirs: Sequence[str], day: int = 0) -> Compared:
    session = FIRST_DAY + timedelta(days=day)
    drivers = tuple(Driver(label, 1, "announced", 1.0, ()) for label in ours)
    named = tuple(Named(label, 1) for label in theirs)
    return Compared(Report(session, "000001.SH", "a paper", named), replace(move, session=session), drivers)


def test_the_first_driver_agrees_by_group_even_where_the_labels_differ(rise: Move) -> None:
    found = agreement([compared(rise, ["policy.market"], ["policy.monetary"])])
    assert (found.top1_group.share, found.top1_label.share) == (1.0, 0.0)


def test_a_first_driver_named_second_counts_as_named_but_not_as_first(rise: Move) -> None:
    found = agreement([compared(rise, ["data.pmi"], ["policy.monetary", "data.trade"])])
    assert (found.top1_group.share, found.first_named.share) == (0.0, 1.0)


def test_reports_without_a_reason_are_counted_apart(rise: Move) -> None:
    silent, talkative = compared(rise, [], [], day=0), compared(rise, ["data.pmi"], [], day=1)
    found = agreement([silent, talkative, compared(rise, ["data.pmi"], ["data.pmi"], day=2)])
    assert (found.top1_group.share, found.top1_group.cases) == (1.0, 1)
    assert (found.silent.share, found.silent.cases) == (0.5, 2)
    assert found.top1_with_none.share == pytest.approx(2 / 3)


def test_recall_is_over_groups_not_labels(rise: Move) -> None:
    theirs = ["policy.market", "policy.property", "data.pmi"]
    assert agreement([compared(rise, ["policy.monetary"], theirs)]).recall.share == 0.5


def test_always_policy_is_the_share_of_reports_that_name_it(rise: Move) -> None:
    labels = (["policy.market"], ["data.pmi", "policy.market"], ["data.pmi"], ["event.covid"])
    found = agreement([compared(rise, [], theirs, day) for day, theirs in enumerate(labels)])
    assert (found.always_policy.share, found.always_policy_named.share) == (0.25, 0.5)


def test_the_usual_group_is_learnt_from_other_sessions_only(rise: Move) -> None:
    found = agreement([compared(rise, [], ["data.pmi"], 0), compared(rise, [], ["policy.market"], 1)])
    assert found.usual.share == 0.0


def test_a_silent_answer_has_no_polarity_to_be_wrong(rise: Move) -> None:
    assert agreement([compared(rise, [], ["data.pmi"])]).polarity.share is None


def test_reports_of_one_session_move_together_in_the_interval(rise: Move) -> None:
    alike = [compared(rise, ["data.pmi"], ["data.pmi"]) for _ in range(50)]
    apart = [compared(rise, ["data.pmi"], ["event.covid"], 1) for _ in range(50)]
    found = agreement([*alike, *apart]).top1_group
    assert (found.low, found.high) == (0.0, 1.0)


@given(some.lists(some.booleans(), min_size=1, max_size=40))
def test_a_rate_lies_inside_its_interval(reader: Reader, hits: list[bool]) -> None:
    move = move_of(reader, "2024-09-30")
    cases = [compared(move, ["data.pmi"] if hit else [], ["data.pmi"], day) for day, hit in enumerate(hits)]
    found = rate(cases, lambda one: bool(one.drivers))
    assert found.share == pytest.approx(sum(hits) / len(hits))
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.share <= found.high


def test_a_miss_is_a_report_with_a_reason_that_we_do_not_put_first(rise: Move) -> None:
    wrong, silent = compared(rise, ["data.pmi"], ["event.covid"]), compared(rise, ["data.pmi"], [])
    assert misses([wrong, silent, compared(rise, ["data.pmi"], ["data.trade"])]) == (wrong,)


@pytest.mark.parametrize(("by", "part"), [("year", "2024"), ("direction", "up"), ("size", "large")])
def test_every_breakdown_puts_the_rise_of_8_percent_where_it_belongs(rise: Move, by: str, part: str) -> None:
    assert set(BY) == {"year", "direction", "size"}
    assert list(split([compared(rise, ["data.pmi"], ["data.pmi"])], by)) == [part]


def test_calibration_counts_how_often_drivers_of_one_confidence_are_named(rise: Move) -> None:
    beside = [compared(rise, ["data.pmi", "event.covid"], ["data.trade"]), compared(rise, [], ["data.trade"], 1)]
    (only,) = agreement(beside).calibration
    assert (only.drivers, only.named_share) == (2, 0.5)
