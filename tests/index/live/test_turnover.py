"""The session's turnover is read again after hours, beside the exchange's own count."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from index.live.chains import Figure, after_hours, figures
from index.live.pulls import refresh
from index.live.reports import FigureReport, Outcome
from index.sessions import BEIJING
from index.sources.contract import Answer, Ask, Call, Source, Unanswered, Why
from index.store import Store
from tests.index.pulled import AFTER_CLOSE, FRIDAY, MONDAY, closes, host, saying, table

SHANGHAI = "000001.SH"
AFTER_HOURS = datetime(2024, 9, 30, 15, 36, tzinfo=BEIJING)
(TURNOVER,) = [figure for figure in figures() if figure.name == "turnover"]
AT_THE_BELL, WHOLE = 1_161.3e9, 1_167.8e9  # yuan
CLOSE = 3336.50

Said = Mapping[str, Answer | Why]


def quotes(turnover: float, close: float = CLOSE) -> str:
    """Tencent's page with the Composite alone, in its units."""
    cells = [
        "1",
        "",
        "000001",
        f"{close}",
        "3087.53",
        "3147.21",
        *[""] * 24,
        "20240930153600",
        "",
        "",
        "3358.48",
        "3147.21",
    ]
    return f'v_sh000001="{"~".join([*cells, f"{close}/1102337917/{turnover:.0f}", ""])}";'


def sina(turnover: float) -> str:
    cells = ["", "3147.21", "3087.53", f"{CLOSE}", "3358.48", "3147.21", "0", "0", "1102337917", f"{turnover:.0f}"]
    return f'var hq_str_sh000001="{",".join([*cells, *["0"] * 20, "2024-09-30", "15:36:00", "00", ""])}";'


def deals(turnover: float) -> str:
    line = f'"TRADE_DATE":"20240930","TRADE_VOL":"1102.34","TRADE_AMT":"{turnover / 1e8:.2f}","PRODUCT_CODE":"17"'
    return f'{{"result":[{{{line}}}]}}'


def answering(said: Said, asked: list[str] | None = None) -> Ask:
    def ask(source: Source, _call: Call) -> Answer:
        if asked is not None:
            asked.append(source.name)
        answer = said[source.host.family]
        if isinstance(answer, Why):
            raise Unanswered(answer)
        return answer

    return ask


def at_the_bell(store: Store, turnover: float | None = AT_THE_BELL) -> None:
    """Two hosts agree on Friday's close and then on Monday's, with a turnover that is not whole yet."""
    one, two = host("tencent", "tencent.closes"), host("yahoo")
    one = replace(one, publisher="Tencent Finance")
    for now, session, close in ((AFTER_CLOSE - timedelta(days=3), FRIDAY, 3087.53), (AFTER_CLOSE, MONDAY, CLOSE)):
        said = table({session: close}, turnover)
        refresh(store, now, session, sources=[closes(one, two)], ask=lambda _source, _call, said=said: said)


def again(store: Store, said: Said, now: datetime = AFTER_HOURS, figure: Figure = TURNOVER) -> FigureReport:
    return refresh(store, now, sources=[figure], ask=answering(said)).figures[0]


def stored(store: Store, at: datetime) -> Any:  # noqa: ANN401 - a stored row
    (row,) = [row for row in store.rows("bars", at, index=SHANGHAI) if row["session"] == MONDAY]
    return row


def told(report: FigureReport) -> set[str]:
    return {finding.fault.code for finding in report.doubtful}


def test_a_later_turnover_is_a_revision_and_the_first_one_is_kept(store: Store) -> None:
    at_the_bell(store)
    report = again(store, {"tencent": quotes(WHOLE), "sse": deals(WHOLE)})
    assert stored(store, AFTER_HOURS - timedelta(minutes=1))["turnover_cny"] == AT_THE_BELL
    assert stored(store, AFTER_HOURS)["turnover_cny"] == WHOLE
    assert (report.new, report.is_current, report.differing) == (1, True, [])


def test_the_same_turnover_is_no_revision(store: Store) -> None:
    again(store, {"tencent": quotes(WHOLE), "sse": deals(WHOLE)})
    later = AFTER_HOURS + timedelta(minutes=30)
    assert again(store, {"tencent": quotes(WHOLE), "sse": deals(WHOLE)}, later).new == 0


def test_the_exchanges_own_count_confirms_what_terminals_show(store: Store) -> None:
    report = again(store, {"tencent": quotes(WHOLE), "sse": deals(WHOLE * 1.0006)})
    assert [attempt.outcome for attempt in report.attempts] == [Outcome.ANSWERED, Outcome.ANSWERED]
    assert (report.differing, told(report)) == ([], set())


def test_an_exchange_that_counted_something_else_makes_the_turnover_doubtful(store: Store) -> None:
    report = again(store, {"tencent": quotes(WHOLE), "sse": deals(WHOLE * 1.03)})
    assert (report.differing, told(report)) == ([(SHANGHAI, MONDAY)], {"differs"})
    assert stored(store, AFTER_HOURS)["turnover_cny"] == WHOLE


def test_two_hosts_that_agree_on_the_close_may_differ_about_its_turnover(store: Store) -> None:
    again(store, {"tencent": quotes(WHOLE), "sse": Why.TIMEOUT, "sina": Why.TIMEOUT, "csindex": Why.TIMEOUT})
    later = AFTER_HOURS + timedelta(hours=2)
    said = {"sse": Why.TIMEOUT, "sina": sina(WHOLE * 0.9), "csindex": Why.TIMEOUT}
    assert again(store, said, later).differing == [(SHANGHAI, MONDAY)]


def test_a_turnover_that_no_terminal_gave_is_the_exchanges(store: Store) -> None:
    at_the_bell(store, turnover=None)
    report = again(store, {"sse": deals(WHOLE), "tencent": Why.TIMEOUT, "sina": Why.TIMEOUT, "csindex": Why.TIMEOUT})
    row = stored(store, AFTER_HOURS)
    assert (row["turnover_cny"], row["close"], report.new) == (WHOLE, CLOSE, 1)
    assert row.publisher == "Tencent Finance, Shanghai Stock Exchange"
    assert stored(store, AFTER_HOURS - timedelta(minutes=1))["turnover_cny"] is None


def test_without_a_stored_close_the_exchanges_count_is_nothing_to_tell(store: Store) -> None:
    report = again(store, {"sse": deals(WHOLE), "tencent": Why.TIMEOUT, "sina": Why.TIMEOUT, "csindex": Why.TIMEOUT})
    assert (report.new, store.count("bars")) == (0, 0)


def test_without_the_exchange_two_other_hosts_are_asked(store: Store) -> None:
    said = {"tencent": Why.TIMEOUT, "sse": Why.TIMEOUT, "sina": sina(WHOLE), "csindex": Why.TIMEOUT}
    report = again(store, said)
    assert [attempt.source for attempt in report.attempts][2:] == ["sina.turnover", "csindex.turnover"]
    assert stored(store, AFTER_HOURS)["turnover_cny"] == WHOLE


def test_nobody_is_asked_again_for_a_turnover_that_is_known(store: Store) -> None:
    again(store, {"tencent": quotes(WHOLE), "sse": deals(WHOLE)})
    asked: list[str] = []
    ask = answering({}, asked)
    report = refresh(store, AFTER_HOURS + timedelta(minutes=5), sources=[TURNOVER], ask=ask)
    assert (asked, report.is_current) == ([], True)


def test_a_close_at_the_bell_does_not_count_as_the_reading_after_hours(store: Store) -> None:
    refresh(store, AFTER_CLOSE, sources=[closes(host("tencent"))], ask=saying({"tencent": {MONDAY: CLOSE}}))
    asked: list[str] = []
    refresh(
        store, AFTER_HOURS, sources=[TURNOVER], ask=answering({"tencent": quotes(WHOLE), "sse": deals(WHOLE)}, asked)
    )
    assert asked == ["tencent.turnover", "sse.deals"]


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2024-09-30T15:29:59", "2024-09-27"),
        ("2024-09-30T15:30:00", "2024-09-30"),
        ("2024-10-05T12:00:00", "2024-09-30"),
    ],
)
def test_turnover_is_whole_when_trading_at_the_closing_price_is_over(now: str, due: str) -> None:
    assert after_hours(datetime.fromisoformat(now).replace(tzinfo=BEIJING)) == date.fromisoformat(due)


def test_a_turnover_that_cannot_be_is_left_out_and_the_close_is_kept(store: Store) -> None:
    one, two = replace(host("tencent", "tencent.closes"), publisher="Tencent Finance"), host("yahoo")
    said = table({MONDAY: CLOSE}, 11_613.0)  # in 亿, and no session before it to measure it by
    (report,) = refresh(store, AFTER_CLOSE, MONDAY, sources=[closes(one, two)], ask=lambda *_: said).figures
    assert (stored(store, AFTER_CLOSE)["close"], stored(store, AFTER_CLOSE)["turnover_cny"]) == (CLOSE, None)
    assert "out_of_bounds" in told(report)
