"""Trying sources for real: what came back, compared with the recorded shape."""

import pandas as pd

from index.live.chains import Figure, figures
from index.live.probing import probe
from index.live.reports import Outcome
from index.sources.contract import Answer, Call, Source, Why
from tests.index.sources.recorded import EVENING, SOURCES, answer, failing


def recorded(source: Source, _call: Call) -> Answer:
    return answer(source.name)


def without_closes(source: Source, call: Call) -> Answer:
    given = recorded(source, call)
    return given.drop(columns="收盘") if isinstance(given, pd.DataFrame) and "收盘" in given else given


def only(*names: str) -> list[Figure]:
    return [figure for figure in figures() if figure.name in names]


def test_a_source_that_answers_in_its_shape_says_how_new_it_is() -> None:
    probes = {one.source: one for one in probe(EVENING, sources=only("closes", "margin"), ask=recorded)}
    assert probes["csindex.closes"].outcome is Outcome.ANSWERED
    assert probes["csindex.closes"].newest == EVENING.date()
    assert probes["csindex.closes"].missing == ()


def test_a_lost_column_is_named() -> None:
    probes = {one.source: one for one in probe(EVENING, sources=only("closes"), ask=without_closes)}
    assert probes["csindex.closes"].missing == ("收盘",)
    assert (probes["csindex.closes"].outcome, probes["csindex.closes"].why) == (Outcome.FAILED, "shape")


def test_each_source_is_tried_with_one_call() -> None:
    asked: list[str] = []

    def counting(source: Source, call: Call) -> Answer:
        asked.append(source.name)
        return recorded(source, call)

    probes = probe(EVENING, ask=counting)
    assert sorted(asked) == sorted({one.source for one in probes})
    assert {one.source for one in probes} == {name for name in SOURCES if "tushare" not in name} - {
        "eastmoney.northbound"
    }


def test_a_host_that_cannot_be_reached_is_tried_once() -> None:
    probes = probe(EVENING, sources=only("closes"), ask=failing(Why.TIMEOUT))
    failed = [one.family for one in probes if one.outcome is Outcome.FAILED]
    assert sorted(failed) == sorted(set(failed))
    assert {one.outcome for one in probes} == {Outcome.FAILED, Outcome.COOLING}


def test_nothing_is_tried_after_the_deadline() -> None:
    probes = probe(EVENING, ask=recorded, deadline_s=0.0)
    assert {one.outcome for one in probes} == {Outcome.COOLING}
