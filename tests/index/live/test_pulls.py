"""Pulls: sources in their order, closes that two hosts agree on, and nobody asked twice or in anger."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from index.live.chains import NORTHBOUND, figures
from index.live.crosscheck import Verdict
from index.live.pulls import refresh, source_states, verdict_of
from index.live.reports import Ended, Outcome, RefreshReport
from index.sessions import BEIJING
from index.sources.contract import Answer, Ask, Call, Request, Source, Why
from index.store import Store
from tests.index.pulled import (
    AFTER_CLOSE,
    CLOSES,
    FRIDAY,
    MONDAY,
    Asked,
    closes,
    headlines,
    host,
    saying,
    table,
)
from tests.index.sources.recorded import SOURCES, answer, answering, failing

SHANGHAI = "000001.SH"
ONE, TWO, THREE = host("tencent"), host("sina"), host("yahoo")
STALE = {FRIDAY: CLOSES[FRIDAY], MONDAY: CLOSES[FRIDAY]}  # yesterday's table under today's date


def pull(
    store: Store, ask: Ask, *sources: Source, now: datetime = AFTER_CLOSE, since: date | None = None
) -> RefreshReport:
    return refresh(store, now, since, sources=[closes(*sources)], ask=ask)


def outcomes(report: RefreshReport) -> list[tuple[str, str]]:
    return [(attempt.source, attempt.outcome.value) for figure in report.figures for attempt in figure.attempts]


def stored(store: Store, now: datetime = AFTER_CLOSE) -> dict[date, float]:
    return {row["session"]: row["close"] for row in store.rows("bars", now, index=SHANGHAI)}


def test_a_close_that_two_hosts_agree_on_is_accepted_and_no_third_is_asked(store: Store) -> None:
    report = pull(store, saying({"tencent": CLOSES, "sina": CLOSES, "yahoo": CLOSES}), ONE, TWO, THREE)
    assert verdict_of(store, SHANGHAI, MONDAY) is Verdict.ACCEPTED
    assert outcomes(report) == [("tencent.closes", "answered"), ("sina.closes", "answered")]
    assert report.is_current
    assert stored(store) == CLOSES


def test_the_same_close_rounded_in_two_ways_is_the_same(store: Store) -> None:
    precise = {FRIDAY: 3087.5292, MONDAY: 3336.4981}
    pull(store, saying({"tencent": CLOSES, "sina": precise}), ONE, TWO)
    assert verdict_of(store, SHANGHAI, MONDAY) is Verdict.ACCEPTED


def test_one_host_alone_makes_a_close_provisional(store: Store) -> None:
    report = pull(store, saying({"tencent": CLOSES, "sina": Why.UNREACHABLE}), ONE, TWO)
    assert verdict_of(store, SHANGHAI, MONDAY) is Verdict.PROVISIONAL
    assert (SHANGHAI, MONDAY) in report.figures[0].provisional
    assert not report.is_current
    assert stored(store) == CLOSES


def test_two_hosts_that_differ_by_more_than_a_hundredth_store_nothing(store: Store) -> None:
    other = CLOSES | {MONDAY: 3336.52}
    report = pull(store, saying({"tencent": CLOSES, "sina": other}), ONE, TWO)
    assert verdict_of(store, SHANGHAI, MONDAY) is Verdict.DISPUTED
    assert (SHANGHAI, MONDAY) in report.figures[0].disputed
    assert "disagrees" in {finding.fault.code for finding in report.figures[0].rejected}


def test_a_third_host_settles_a_dispute(store: Store) -> None:
    other = CLOSES | {MONDAY: 3336.52}
    report = pull(store, saying({"tencent": CLOSES, "sina": other, "yahoo": other}), ONE, TWO, THREE)
    assert verdict_of(store, SHANGHAI, MONDAY) is Verdict.ACCEPTED
    assert stored(store)[MONDAY] == 3336.52
    assert report.figures[0].disputed == []


def test_two_sources_of_one_family_are_one_opinion(store: Store) -> None:
    pull(store, saying({"tencent": CLOSES}), ONE, host("tencent", "tencent.other"))
    assert verdict_of(store, SHANGHAI, MONDAY) is Verdict.PROVISIONAL


def test_yesterdays_table_under_todays_date_is_never_told(store: Store) -> None:
    report = pull(store, saying({"tencent": STALE, "sina": Why.TIMEOUT}), ONE, TWO)
    assert stored(store) == {FRIDAY: CLOSES[FRIDAY]}
    assert verdict_of(store, SHANGHAI, MONDAY) is not Verdict.ACCEPTED
    assert {"stale", "placeholder"} & {finding.fault.code for finding in report.figures[0].rejected}


def test_a_provisional_close_is_accepted_when_the_second_host_comes_later(store: Store) -> None:
    asked: Asked = []
    pull(store, saying({"tencent": CLOSES, "sina": {FRIDAY: CLOSES[FRIDAY]}}), ONE, TWO)
    pull(store, saying({"tencent": CLOSES, "sina": CLOSES}, asked), ONE, TWO, now=AFTER_CLOSE + timedelta(minutes=5))
    assert verdict_of(store, SHANGHAI, MONDAY) is Verdict.ACCEPTED
    assert {name for name, _arguments in asked} == {"sina.closes"}  # the first one has said all it has to say
    assert {arguments["since"] for _name, arguments in asked} == {"2024-09-28"}


def test_nobody_is_asked_twice_for_a_session_that_is_known(store: Store) -> None:
    hosts = {"tencent": CLOSES, "sina": CLOSES}
    pull(store, saying(hosts), ONE, TWO)
    asked: Asked = []
    again = pull(store, saying(hosts, asked), ONE, TWO)
    assert (asked, again.new, again.is_current) == ([], 0, True)


def test_a_source_of_the_newest_session_alone_is_not_asked_for_older_ones(store: Store) -> None:
    latest = host("sina", "sina.latest", is_latest_only=True)
    report = pull(store, saying({"tencent": CLOSES, "sina": CLOSES}), latest, ONE, since=date(2024, 9, 23))
    assert outcomes(report)[0] == ("sina.latest", "latest_only")


def test_a_turnover_from_the_host_that_has_one_is_stored_with_its_close(store: Store) -> None:
    def ask(source: Source, _call: Call) -> Answer:
        return table(CLOSES, turnover=1.1613e12 if source is TWO else None)

    pull(store, ask, ONE, TWO)
    (row,) = [row for row in store.rows("bars", AFTER_CLOSE, index=SHANGHAI) if row["session"] == MONDAY]
    assert (row["turnover_cny"], row.publisher) == (1.1613e12, "Sina")


def test_a_volume_that_does_not_go_with_its_turnover_is_left_out_and_said(store: Store) -> None:
    def ask(source: Source, call: Call) -> Answer:
        return recorded_by_source()(source, Call(call.function, call.arguments, ""))

    quotes = SOURCES["tencent.latest_closes"], SOURCES["sina.latest_closes"]
    slipped = answer("tencent.latest_closes")
    assert isinstance(slipped, str)
    slipped = slipped.replace("3336.50/864312300/", "3336.50/86431230000/")  # shares where lots are meant
    now = datetime(2024, 9, 30, 16, tzinfo=BEIJING)
    report = refresh(
        store, now, MONDAY, sources=[closes(*quotes)],
        ask=lambda source, call: slipped if source.host.family == "tencent" else ask(source, call),
    )  # fmt: skip
    (row,) = store.rows("bars", now, index=SHANGHAI)
    assert (row["close"], row["volume_shares"], row["turnover_cny"]) == (3336.50, None, 1_161_296_000_000.0)
    assert "unit" in {finding.fault.code for finding in report.figures[0].doubtful}


def test_the_pages_of_two_hosts_make_todays_close(store: Store) -> None:
    quotes = SOURCES["tencent.latest_closes"], SOURCES["sina.latest_closes"]
    now = datetime(2024, 9, 30, 15, 31, tzinfo=BEIJING)
    refresh(store, now, MONDAY, sources=[closes(*quotes)], ask=recorded_by_source())
    assert verdict_of(store, SHANGHAI, MONDAY) is Verdict.ACCEPTED
    assert verdict_of(store, "399001.SZ", MONDAY) is Verdict.ACCEPTED


def test_an_imported_close_is_not_rewritten_by_another_publisher(store: Store) -> None:
    pull(store, saying({"tencent": CLOSES, "sina": CLOSES}), ONE, TWO)
    later = pull(store, saying({"yahoo": CLOSES | {FRIDAY: 3087.60}, "east": Why.TIMEOUT}), THREE, host("east"))
    assert later.new == 0
    assert stored(store) == CLOSES


def test_a_failing_host_is_left_alone_and_asked_again_when_it_has_cooled(store: Store) -> None:
    hosts = {"tencent": CLOSES, "sina": Why.UNREACHABLE}
    pull(store, saying(hosts), ONE, TWO)
    asked: Asked = []
    soon = pull(store, saying(hosts, asked), ONE, TWO, now=AFTER_CLOSE + timedelta(minutes=9))
    assert outcomes(soon)[-1] == ("sina.closes", "cooling")
    assert asked == []
    late = pull(store, saying({"tencent": CLOSES, "sina": CLOSES}), ONE, TWO, now=AFTER_CLOSE + timedelta(minutes=11))
    assert late.is_current


def test_a_host_that_keeps_failing_is_left_alone_longer_each_time(store: Store) -> None:
    now, pauses = AFTER_CLOSE, []
    for _ in range(4):
        pull(store, saying({"tencent": CLOSES, "sina": Why.UNREACHABLE}), ONE, TWO, now=now, since=FRIDAY)
        until = source_states(store)["sina"].cool_until
        assert until is not None
        pauses.append(until - now)
        now = until
    assert pauses == [timedelta(minutes=minutes) for minutes in (10, 20, 40, 80)]


def test_a_changed_page_cools_the_source_and_not_its_host(store: Store) -> None:
    pull(store, saying({"tencent": CLOSES, "sina": Why.SHAPE}), ONE, TWO)
    states = source_states(store)
    assert states["sina.closes"].is_cooling(AFTER_CLOSE)
    assert "sina" not in states


def test_when_nobody_answers_it_is_us_and_no_host_is_blamed(store: Store) -> None:
    report = refresh(store, AFTER_CLOSE, ask=failing())
    assert report.ended is Ended.OFFLINE
    assert not any(state.is_cooling(AFTER_CLOSE) for state in source_states(store).values())


def test_every_source_may_fail_and_the_report_says_why(store: Store) -> None:
    report = refresh(store, AFTER_CLOSE, ask=failing(Why.BROKEN))
    failed = [attempt for figure in report.figures for attempt in figure.attempts if attempt.outcome is Outcome.FAILED]
    assert len(failed) > 30
    assert {attempt.why for attempt in failed} == {"broken"}
    assert report.new == 0


def test_a_run_ends_at_its_deadline(store: Store) -> None:
    report = refresh(store, AFTER_CLOSE, sources=[closes(ONE, TWO)], ask=saying({"tencent": CLOSES}), deadline_s=0.0)
    assert (report.ended, report.new) == (Ended.OUT_OF_TIME, 0)


def test_an_interrupted_run_is_finished_by_the_next(store: Store) -> None:
    calls = iter(range(1000))

    def interrupted(_source: Source, _call: Call) -> Answer:
        if next(calls) == 12:
            raise KeyboardInterrupt
        return table(CLOSES)

    with pytest.raises(KeyboardInterrupt):
        pull(store, interrupted, ONE, TWO)
    finished = pull(store, saying({"tencent": CLOSES, "sina": CLOSES}), ONE, TWO)
    assert finished.is_current
    assert stored(store) == CLOSES


def test_the_bar_of_a_day_on_which_the_exchange_was_shut_is_rejected(store: Store) -> None:
    holiday = {date(2024, 10, 1): 3336.5}
    report = pull(store, saying({"tencent": holiday}), ONE, now=datetime(2024, 10, 1, 18, tzinfo=BEIJING), since=MONDAY)
    assert {finding.fault.code for finding in report.figures[0].rejected} == set()  # it is not among the days asked for
    assert stored(store, datetime(2024, 10, 9, tzinfo=BEIJING)) == {}


def test_past_the_calendars_end_a_bar_dated_today_from_two_hosts_is_a_close(store: Store) -> None:
    monday = date(2027, 3, 1)
    said = {monday: 4000.0}
    now = datetime(2027, 3, 1, 15, 5, tzinfo=BEIJING)
    report = pull(store, saying({"tencent": said, "sina": said}), ONE, TWO, now=now)
    assert report.figures[0].due == monday
    assert verdict_of(store, SHANGHAI, monday) is Verdict.ACCEPTED


def test_series_without_sessions_are_asked_for_again_after_a_while(store: Store) -> None:
    at = AFTER_CLOSE - timedelta(minutes=30)
    asked = []

    def row(_record: Any, _call: Call, _request: Request) -> dict[str, Any]:  # noqa: ANN401 - the recorded row
        asked.append(1)
        return {"published_at": at, "title": "降准", "source": "Wire", "url": None, "lang": "zh"}

    figure = headlines(row, again=timedelta(minutes=3))
    for minutes in (0, 1, 4):
        now = AFTER_CLOSE + timedelta(minutes=minutes)
        refresh(store, now, sources=[figure], ask=answering(answer("ths.headlines")))
    assert len(asked) == 2
    assert store.count("headlines") == 1


def test_the_recorded_figures_of_a_day_are_stored_once(store: Store) -> None:
    chosen = [figure for figure in figures() if figure.name in {"margin", "connect", "releases", "prime_rates"}]
    asks = recorded_by_source()
    first = refresh(store, EVENING_AFTER, date(2024, 9, 20), sources=chosen, ask=asks)
    again = refresh(store, EVENING_AFTER + timedelta(days=1), date(2024, 9, 20), sources=chosen, ask=asks)
    assert first.new > 5
    assert again.new == 0


def test_funds_whose_table_repeats_the_session_before_are_rejected(store: Store) -> None:
    def funds(now: str, day: str) -> RefreshReport:
        page = str(answer("tencent.latest_closes")).replace("v_sh000001", "v_sh510050").replace("20240930", day)
        page = page.replace("3336.50/864312300/1161296000000", "3.135/22158003/6790125000").replace("3336.50", "3.135")
        (figure,) = [figure for figure in figures() if figure.name == "funds"]
        first = replace(figure, paths=figure.paths[:1])
        return refresh(
            store, datetime.fromisoformat(now).replace(tzinfo=BEIJING), date.fromisoformat(now[:10]), sources=[first],
            ask=lambda _source, _call: page,
        )  # fmt: skip

    assert funds("2024-09-27T16:00", "20240927").new == 1
    repeated = funds("2024-09-30T16:00", "20240930")
    assert repeated.new == 0
    assert "repeated" in {finding.fault.code for finding in repeated.figures[0].rejected}


def test_reading_a_table_again_finds_nothing_strange_in_it(store: Store) -> None:
    (figure,) = [figure for figure in figures() if figure.name == "margin"]
    later = EVENING_AFTER + timedelta(days=1)
    refresh(store, EVENING_AFTER, date(2024, 9, 20), sources=[figure], ask=recorded_by_source())
    report = refresh(store, later, date(2024, 9, 20), sources=[figure], ask=recorded_by_source())
    assert report.figures[0].doubtful == []


def test_northbound_years_come_only_when_asked_for(store: Store) -> None:
    report = refresh(
        store, AFTER_CLOSE, date(2024, 8, 1), sources=[NORTHBOUND], ask=answering(answer("eastmoney.northbound"))
    )
    assert [row["net_buy_cny"] for row in store.rows("northbound", AFTER_CLOSE)] == [12_206_000_000.0, -6_775_000_000.0]
    assert report.figures[0].is_current
    assert "northbound" not in {figure.name for figure in figures()}


def test_progress_is_told_for_each_source(store: Store) -> None:
    told: list[tuple[str, int, int]] = []
    refresh(
        store, AFTER_CLOSE, None, lambda *step: told.append(step), sources=[closes(ONE, TWO)],
        ask=saying({"tencent": CLOSES, "sina": CLOSES}),
    )  # fmt: skip
    assert told == [("tencent.closes", 0, 1), ("tencent.closes", 1, 1), ("sina.closes", 0, 1), ("sina.closes", 1, 1)]


EVENING_AFTER = datetime(2024, 10, 8, 19, tzinfo=BEIJING)


def recorded_by_source() -> Ask:
    asked: dict[str, Ask] = {}

    def ask(source: Source, call: Call) -> Answer:
        once = asked.setdefault(source.name, answering(answer(source.name)))
        return once(source, call)

    return ask
