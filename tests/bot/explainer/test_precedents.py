"""What followed earlier notes and releases, counted from the closes by hand."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from bot.explainer.precedents import LEAST, MOST, Precedents, precedents
from index.reader import Reader
from index.sessions import close_of
from tests.bot.explainer.conftest import move_of

Beside = Callable[..., Reader]
HEADER = "announced_at,effective_on,driver,polarity,title_en,title_zh,url"
# Closes of the Composite, Shanghai Stock Exchange: 6 Sep 2765.81, 9 Sep 2736.49, 10 Sep 2744.19, 11 Sep 2721.80,
# 12 Sep 2717.12, 13 Sep 2704.09, 18 Sep 2717.28.
CUTS = ("2024-09-06T18:00", "2024-09-10T09:00", "2024-09-10T18:00", "2024-09-12T09:00", "2024-09-14T12:00")
CHANGES = (
    100 * (2736.49 / 2765.81 - 1),
    100 * (2744.19 / 2736.49 - 1),
    100 * (2721.80 / 2744.19 - 1),
    100 * (2717.12 / 2721.80 - 1),
    100 * (2717.28 / 2704.09 - 1),
)


def noted(beside: Beside, moments: Sequence[str], polarity: int = 1) -> Reader:
    return beside(events=[HEADER, *(f"{moment},,policy.monetary,{polarity},A cut,降准," for moment in moments)])


def found(reader: Reader, before: date = date(2024, 9, 20), polarity: int = 0) -> Precedents | None:
    bars = reader.bars("000001.SH", close_of(date(2024, 9, 30)))
    return precedents(reader, bars, ("policy.monetary",), close_of(before), polarity)


def test_each_counts_for_the_session_whose_close_was_the_first_after_it(beside: Beside) -> None:
    told = found(noted(beside, CUTS))
    assert told is not None
    assert [one.change_pct for one in reversed(told.latest)] == pytest.approx(CHANGES, abs=0.001)


def test_rises_and_the_median_are_those_of_the_sessions(beside: Beside) -> None:
    told = found(noted(beside, CUTS))
    assert told is not None
    assert (told.count, told.rises) == (5, 2)
    assert told.median_pct == pytest.approx(sorted(CHANGES)[2], abs=0.001)


def test_two_notes_of_one_session_count_once(beside: Beside) -> None:
    told = found(noted(beside, [*CUTS, "2024-09-09T18:00"]))
    assert told is not None
    assert told.count == len(CUTS)


def test_fewer_than_a_handful_are_not_counted(beside: Beside) -> None:
    assert found(noted(beside, CUTS[: LEAST - 1])) is None


def test_only_those_that_pointed_the_same_way_are_counted(beside: Beside) -> None:
    reader = noted(beside, CUTS, polarity=-1)
    assert found(reader, polarity=1) is None
    assert found(reader) is not None


def test_nothing_that_closed_after_the_moment_is_counted(beside: Beside) -> None:
    assert found(noted(beside, CUTS), before=date(2024, 9, 13)) is None


def test_releases_that_missed_by_more_than_usual_are_counted_too(reader: Reader) -> None:
    bars = reader.bars("000001.SH", close_of(date(2024, 9, 30)))
    told = precedents(reader, bars, ("data.pmi",), move_of(reader, "2024-09-30").published_at)
    assert told is not None
    assert told.count <= MOST
    assert {one.indicator and one.indicator[:3] for one in told.latest} == {"pmi"}
