"""Whether a day has a close to send; sessions and holidays by the exchange's notice for 2024."""

from datetime import date, datetime

import pytest

from bot.commands.closing import has_closed
from bot.pages import LANGUAGES
from index.errors import BeforeHistory
from index.sessions import BEIJING
from tests.bot.conftest import Whyup

EVENING = datetime(2024, 9, 30, 18, tzinfo=BEIJING)
NOON = datetime(2024, 9, 30, 12, tzinfo=BEIJING)
LATER = datetime(2024, 10, 9, 18, tzinfo=BEIJING)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_session_that_has_closed_has_a_close(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert has_closed(date(2024, 9, 30), EVENING, language)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("day", "now", "what", "beside"),
    [
        (date(2024, 10, 2), LATER, "Wed 2 Oct 2024 is no session", ["Mon 30 Sep 2024", "Tue 8 Oct 2024"]),
        (date(2024, 9, 30), NOON, "Mon 30 Sep 2024 has not closed yet", ["Fri 27 Sep 2024", "Tue 8 Oct 2024"]),
        (date(2024, 10, 5), NOON, "Sat 5 Oct 2024 is no session", ["Fri 27 Sep 2024", "Tue 8 Oct 2024"]),
        (date(2099, 1, 5), NOON, "Mon 5 Jan 2099 has not closed yet", ["Fri 27 Sep 2024"]),
    ],
    ids=["a holiday", "today before its close", "a weekend to come", "a day that no calendar knows"],
)
def test_a_day_without_a_close_is_told_with_the_sessions_beside_it(
    capsys: pytest.CaptureFixture[str], day: date, now: datetime, what: str, beside: list[str]
) -> None:
    assert not has_closed(day, now, "en")
    first, *others = capsys.readouterr().err.strip().split(". ")
    assert first == f"{what}, so there is no close to send"
    assert [one.strip(".").partition(": ")[2] for one in others] == beside


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_told_in_each_language(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert not has_closed(date(2024, 10, 2), LATER, language)
    assert "2024" in capsys.readouterr().err


def test_before_the_exchange_opened_there_was_no_close() -> None:
    with pytest.raises(BeforeHistory):
        has_closed(date(1989, 6, 1), EVENING, "en")


def test_a_holiday_is_not_broadcast(whyup: Whyup, empty: dict[str, str]) -> None:
    result = whyup("broadcast", "2024-10-02", "--dry-run", **empty)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Wed 2 Oct 2024 is no session")
