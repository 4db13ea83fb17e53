"""A close that is revised after it was pushed edits what was sent, once; a doubtful one is not sent at all."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bot.close_pages import explained
from bot.corrections import Said
from bot.delivery.transport import Wire
from index.live.crosscheck import Verdict
from index.live.pulls import refresh, verdict_of
from index.sources.contract import Answer, Call, Record, Request, Row, Source, Unanswered, Why, settled
from index.store import Store
from tests.bot.closing import SAMPLE, SESSION, TODAYS_BAR, Bench, beijing, until_friday
from tests.botapi import NO_LIMITS, Chat, FakeTelegram
from tests.index.pulled import closes, host

REVISED = TODAYS_BAR.replace("3336.5,", "3335.5,")
FRIDAYS_BAR = "000001.SH,2024-09-27,3049.1,3087.53,3017.45,3080.53,67541000000,740000000000"
FRIDAY = date(2024, 9, 27)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = until_friday(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture
async def bench(store: Store, tmp_path: Path) -> AsyncIterator[Bench]:
    folder = tmp_path / "today"
    folder.mkdir()
    async with FakeTelegram(rates=NO_LIMITS) as telegram, Wire(telegram.base_url, telegram.token) as wire:
        yield Bench(store, telegram, wire, folder)


async def pushed(bench: Bench, language: str = "en") -> Chat:
    """A subscriber who has got the close."""
    bench.bar_comes()
    person = bench.subscribe(language)
    await bench.push().run()
    assert len(bench.telegram.sent(person)) == 1
    return person


async def revised(bench: Bench, later: timedelta, *bars: str) -> None:
    bench.now += later
    bench.bar_comes(*bars)
    await bench.push().run()


def shown(bench: Bench, person: Chat) -> str:
    """What the one message that a person has says by now."""
    (message,) = bench.telegram.sent(person)
    return message.text


def edits(bench: Bench) -> int:
    return sum(attempt.method.startswith("editMessage") for attempt in bench.telegram.ledger)


HOUR = timedelta(hours=1)


# --- Corrections ------------------------------------------------------------------------------------------------------


async def test_a_revised_close_edits_what_was_sent_and_says_so(bench: Bench) -> None:
    ann = await pushed(bench)
    await revised(bench, HOUR, REVISED)
    text = shown(bench, ann)
    assert text.startswith(
        "Corrected 30 Sep 2024 16:00 Beijing: an earlier message said"
        " Shanghai Composite 3,336.50 (+248.97 points, +8.06%)."
    )
    assert "Shanghai Composite 3,335.50" in text
    assert "+8.03%" in text  # 3335.50 / 3087.53 - 1


async def test_the_picture_is_drawn_anew(bench: Bench) -> None:
    ann = await pushed(bench)
    (before,) = bench.telegram.sent(ann)
    await revised(bench, HOUR, REVISED)
    (after,) = bench.telegram.sent(ann)
    assert before.photo
    assert after.photo
    assert before.photo.data != after.photo.data


@pytest.mark.parametrize(("language", "mark"), [("zh-hans", "更正"), ("zh-hant", "更正")])
async def test_a_correction_is_told_in_the_readers_language(bench: Bench, language: str, mark: str) -> None:
    wei = await pushed(bench, language)
    await revised(bench, HOUR, REVISED)
    assert shown(bench, wei).startswith(mark)


async def test_a_revised_close_of_the_session_before_corrects_the_change(bench: Bench) -> None:
    ann = await pushed(bench)
    await revised(bench, HOUR, FRIDAYS_BAR)
    assert "Shanghai Composite 3,336.50" in shown(bench, ann)
    assert "+8.31%" in shown(bench, ann)  # 3336.50 / 3080.53 - 1


async def test_the_same_figures_are_never_told_twice(bench: Bench) -> None:
    await pushed(bench)
    await revised(bench, HOUR, REVISED)
    assert edits(bench) == 1
    for _ in range(3):
        await revised(bench, HOUR, REVISED)
    assert edits(bench) == 1


async def test_what_changes_nothing_that_people_read_corrects_nothing(bench: Bench) -> None:
    ann = await pushed(bench)
    await revised(bench, HOUR, TODAYS_BAR.replace("1167772000000", "1167773000000"))
    await revised(bench, HOUR, TODAYS_BAR.replace("3336.5,", "3336.501,"))
    assert edits(bench) == 0
    assert "Corrected" not in shown(bench, ann)


async def test_each_revision_is_told_with_what_was_said_before_it(bench: Bench) -> None:
    ann = await pushed(bench)
    await revised(bench, HOUR, REVISED)
    await revised(bench, HOUR, TODAYS_BAR.replace("3336.5,", "3334.5,"))
    assert "an earlier message said Shanghai Composite 3,335.50" in shown(bench, ann)
    assert edits(bench) == 2


async def test_a_revision_back_to_the_first_figures_is_told_too(bench: Bench) -> None:
    ann = await pushed(bench)
    await revised(bench, HOUR, REVISED)
    await revised(bench, HOUR, TODAYS_BAR.replace("1167772000000", "1167773000000"))
    assert "an earlier message said Shanghai Composite 3,335.50" in shown(bench, ann)
    assert "Shanghai Composite 3,336.50" in shown(bench, ann)


@pytest.mark.parametrize(
    ("at", "is_told"), [("2024-10-04T11:00", True), ("2024-10-04T12:30", False)], ids=["in time", "too late"]
)
async def test_a_correction_is_worth_telling_for_three_days_after_the_message(
    bench: Bench, at: str, *, is_told: bool
) -> None:
    ann = await pushed(bench)
    await revised(bench, beijing(at) - bench.now, REVISED)
    assert shown(bench, ann).startswith("Corrected") is is_told


async def test_a_revision_that_came_while_the_campaign_was_written_is_not_overlooked(bench: Bench) -> None:
    """It counts as known before the campaign was stored, though the campaign does not tell it."""
    bench.bar_comes()
    ann = bench.subscribe("en")
    push = bench.push()
    found = explained(push._desk, SESSION, bench.now)
    bench.bar_comes(REVISED)
    bench.now += timedelta(seconds=2)
    push._enqueue(found)
    await bench.push().run()
    assert "Shanghai Composite 3,335.50" in shown(bench, ann)


async def test_who_has_not_got_it_yet_gets_the_corrected_one_only(bench: Bench) -> None:
    bench.bar_comes()
    ann = bench.subscribe("en")
    push = bench.push()
    push._enqueue(explained(push._desk, SESSION, bench.now))  # written down, and revised before it is sent
    await revised(bench, HOUR, REVISED)
    assert "Shanghai Composite 3,335.50" in shown(bench, ann)
    assert edits(bench) == 0


CSI_300 = "000300.SH,2024-09-30,,,,4017.85,,"


async def test_a_revised_close_of_an_index_edits_only_who_reads_it(bench: Bench) -> None:
    bench.bar_comes(TODAYS_BAR, CSI_300)
    ann, ben = bench.subscribe("en", closes=("000001.SH", "000300.SH")), bench.subscribe("en")
    lin = bench.subscribe("en", closes=("000300.SH",))
    await bench.push().run()
    await revised(bench, HOUR, CSI_300.replace("4017.85", "4018.85"))
    for person in (ann, lin):
        said = "an earlier message said CSI 300 4,017.85 (+314.17 points, +8.48%)."
        assert said in shown(bench, person)
        assert "CSI 300 4,018.85" in shown(bench, person)
    assert "Corrected" not in shown(bench, ben)
    assert edits(bench) == 2
    await revised(bench, HOUR, CSI_300.replace("4017.85", "4018.85"))
    assert edits(bench) == 2


async def test_a_revised_close_that_nobody_was_told_corrects_nothing(bench: Bench) -> None:
    bench.bar_comes(TODAYS_BAR, CSI_300)
    ann = bench.subscribe("en")
    await bench.push().run()
    await revised(bench, HOUR, CSI_300.replace("4017.85", "4018.85"))
    assert edits(bench) == 0
    assert "Corrected" not in shown(bench, ann)


async def test_an_index_that_comes_after_the_push_corrects_nothing(bench: Bench) -> None:
    bench.bar_comes()
    ann = bench.subscribe("en", closes=("000001.SH", "000300.SH"))
    await bench.push().run()
    await revised(bench, HOUR, CSI_300)
    assert "No close of CSI 300 is stored yet." in shown(bench, ann)
    assert edits(bench) == 0


async def test_two_indices_that_are_revised_are_corrected_together(bench: Bench) -> None:
    bench.bar_comes(TODAYS_BAR, CSI_300)
    ann = bench.subscribe("en", closes=("000001.SH", "000300.SH"))
    await bench.push().run()
    await revised(bench, HOUR, REVISED, CSI_300.replace("4017.85", "4018.85"))
    said = "said Shanghai Composite 3,336.50 (+248.97 points, +8.06%); CSI 300 4,017.85 (+314.17 points, +8.48%)."
    assert said in shown(bench, ann)
    assert edits(bench) == 1


def test_two_sayings_that_print_the_same_are_the_same() -> None:
    assert Said(3336.5, 248.97, 8.0637).printed == Said(3336.501, 248.971, 8.0640).printed
    assert Said(3336.5, 248.97, 8.06).printed != Said(3336.49, 248.97, 8.06).printed


# --- Closes that one source gives, or that sources disagree about ---------------------------------------------------

TENCENT, SINA = host("tencent"), host("sina")
Table = dict[date, dict[str, float]]


def bar_of(line: str) -> dict[str, float]:
    _, _, *numbers = line.split(",")
    names = ("open", "high", "low", "close", "volume_shares", "turnover_cny")
    return dict(zip(names, map(float, numbers), strict=True))


def stored_line(session: date) -> str:
    lines = (SAMPLE / "bars.csv").read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith(f"000001.SH,{session}"))


FRIDAYS, TODAYS = bar_of(stored_line(FRIDAY)), bar_of(TODAYS_BAR)
GOOD: Table = {FRIDAY: FRIDAYS, SESSION: TODAYS}
STALE: Table = {FRIDAY: FRIDAYS, SESSION: FRIDAYS}  # yesterday's table under today's date
OTHER: Table = {FRIDAY: FRIDAYS, SESSION: TODAYS | {"close": 3335.5}}


def _row(record: Record, call: Call, request: Request) -> Row:
    return {"index": call.subject, **record, "session": settled(record["session"], request)}


def whole(source: Source) -> Source:
    """A source that gives whole bars of the Shanghai Composite."""

    def calls(request: Request) -> tuple[Call, ...]:
        return tuple(call for call in source.calls(request) if call.subject == "000001.SH")

    return replace(source, row=_row, calls=calls)


def pull(bench: Bench, tencent: Table | Why, sina: Table | Why) -> None:
    """Ask both hosts, which say what a test says."""
    said: dict[str, Any] = {"tencent": tencent, "sina": sina}

    def ask(source: Source, _call: Call) -> Answer:
        table = said[source.host.family]
        if isinstance(table, Why):
            raise Unanswered(table)
        return pd.DataFrame([{"session": session, **bar} for session, bar in table.items()], dtype=object)

    bench.now = max(bench.now, beijing("2024-09-30T15:02"))
    refresh(bench.store, bench.now, FRIDAY, sources=[closes(whole(TENCENT), whole(SINA))], ask=ask)


def verdict(bench: Bench) -> Verdict | None:
    return verdict_of(bench.store, "000001.SH", SESSION)


async def gives_up(bench: Bench) -> None:
    """A run of the push until the next noon, in naps of half an hour."""
    bench.nap = timedelta(minutes=30)
    await bench.push().run()


async def test_a_close_that_two_hosts_give_is_pushed_without_reserve(bench: Bench) -> None:
    ann = bench.subscribe("en")
    pull(bench, GOOD, GOOD)
    await bench.push().run()
    assert verdict(bench) is Verdict.ACCEPTED
    assert "Shanghai Composite 3,336.50" in shown(bench, ann)
    assert "one source" not in shown(bench, ann)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Only one source"), ("zh-hans", "只有一个来源"), ("zh-hant", "只有一個來源")],
)
async def test_a_close_that_one_host_gives_is_pushed_with_a_reserve(bench: Bench, language: str, words: str) -> None:
    person = bench.subscribe(language)
    pull(bench, GOOD, Why.TIMEOUT)
    await bench.push().run()
    assert verdict(bench) is Verdict.PROVISIONAL
    assert words in shown(bench, person)


async def test_yesterdays_table_under_todays_date_pushes_nothing_wrong(bench: Bench) -> None:
    ann = bench.subscribe("en")
    pull(bench, STALE, Why.TIMEOUT)
    await gives_up(bench)
    assert verdict(bench) is Verdict.MISSING
    assert bench.telegram.sent(ann) == []
    assert bench.told == [("close_missing", SESSION)]


async def test_yesterdays_table_of_one_host_keeps_no_other_from_telling_todays(bench: Bench) -> None:
    ann = bench.subscribe("en")
    pull(bench, STALE, GOOD)
    await bench.push().run()
    assert "Shanghai Composite 3,336.50" in shown(bench, ann)
    assert "Only one source" in shown(bench, ann)


async def test_a_close_that_hosts_disagree_about_is_not_pushed(bench: Bench) -> None:
    ann = bench.subscribe("en")
    pull(bench, GOOD, OTHER)
    await gives_up(bench)
    assert verdict(bench) is Verdict.DISPUTED
    assert bench.telegram.sent(ann) == []


async def test_a_close_that_is_disputed_after_it_was_stored_is_not_pushed(bench: Bench) -> None:
    ann = bench.subscribe("en")
    pull(bench, GOOD, Why.TIMEOUT)
    bench.now += HOUR
    pull(bench, GOOD, OTHER)
    await gives_up(bench)
    assert verdict(bench) is Verdict.DISPUTED
    assert bench.telegram.sent(ann) == []
