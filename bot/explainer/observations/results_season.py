"""The weeks in which listed companies must report: context, because a calendar says nothing about what they report.

Annual reports and those of the first quarter by 30 April, half-year reports by 31 August, those of the third quarter
by 31 October (CSRC, Measures on Information Disclosure by Listed Companies, article 13: four months after the year's
end, two after the half-year's, one after a quarter's).
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from bot.explainer.evidence import Evidence, Window
from index import sessions
from index.catalog import BY_CODE
from index.moves import Move
from index.reader import Reader

DEADLINES = ((4, 30), (8, 31), (10, 31))  # month and day
AHEAD = timedelta(days=14)  # most companies report in the last two weeks


def observe(_reader: Reader, move: Move, window: Window) -> Iterator[Evidence]:
    """The deadline that lies within two weeks."""
    if not BY_CODE[move.index].is_mainland or move.is_range:
        return
    for month, day in DEADLINES:
        deadline = date(move.session.year, month, day)
        if timedelta(0) <= deadline - move.session <= AHEAD:
            yield _evidence(deadline, window)


def _evidence(deadline: date, window: Window) -> Evidence:
    begins = datetime.combine(deadline - AHEAD, time(0, 0), sessions.BEIJING)
    return Evidence(
        topic="results_season",
        driver="",
        kind="coincident",
        polarity=0,
        strength=0.0,
        published_at=min(begins, window.after),
        source="CSRC",
        facts={"deadline": deadline},
        figure="deadline",
    )
