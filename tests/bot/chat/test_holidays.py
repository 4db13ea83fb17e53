"""Times around the long closures; the days by the Shanghai Stock Exchange's notices of its holidays."""

from datetime import date

import pytest

from bot.chat.timewords import Asking
from bot.chat.when import resolve, spot


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("国庆节前一周", ["2024-09-24", "2024-09-30"]),
        ("2024年春节前一周", ["2024-02-02", "2024-02-08"]),
        ("the week before chinese new year 2024", ["2024-02-02", "2024-02-08"]),
        ("五一节前一周", ["2024-04-24", "2024-04-30"]),
        ("节后第一天", ["2024-10-08"]),
        ("春节后第一天", ["2024-02-19"]),
        ("国庆后以来", ["2024-10-08", "2024-12-02"]),
    ],
)
def test_a_time_counts_from_the_closure_of_the_exchange(text: str, days: list[str]) -> None:
    found = resolve(spot(text), Asking(date(2024, 12, 2)))
    assert [day.isoformat() for day in found.days] == days
