"""Kinds that only live sources fill: nothing in them counts before its publisher says it."""

from datetime import date, datetime

import pytest

from index import publication
from index.kinds import KINDS
from index.sessions import BEIJING

SESSION = date(2024, 9, 30)  # the last session before a week of holidays


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("breadth", datetime(2024, 9, 30, 15, 0, tzinfo=BEIJING)),
        ("connect", datetime(2024, 9, 30, 18, 0, tzinfo=BEIJING)),
        ("etf_shares", datetime(2024, 10, 8, 9, 0, tzinfo=BEIJING)),
    ],
)
def test_a_live_figure_is_public_when_its_publisher_shows_it(kind: str, expected: datetime) -> None:
    assert KINDS[kind].published(SESSION) == expected


def test_a_reserve_ratio_counts_from_the_end_of_the_day_of_its_announcement() -> None:
    at = publication.rate("rrr_large_pct", SESSION)
    assert at == datetime(2024, 9, 30, 23, 59, 59, tzinfo=BEIJING)
