"""A reader answers what the store answers, for any moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.bars import Bars
from index.reader import LARGE, Reader
from index.store import Known, Row, Store, stamp, stamp_exactly

START = datetime(2024, 1, 1, 7, tzinfo=UTC)
PUBLISHERS = ("East Money", "Tencent")
LATER = datetime(2024, 10, 8, tzinfo=UTC)

Case = tuple[int, int, int, int]  # day, publisher, value, days until it came in


def row(kind: str, figures: dict[str, Any], publisher: str, published: datetime, late: int) -> Row:
    return {
        **figures,
        "publisher": publisher,
        "known_at": stamp(published),
        "retrieved_at": stamp_exactly(published + timedelta(days=late, seconds=figures.get("value", 0))),
        "digest": blake2b(repr((kind, publisher, figures)).encode(), digest_size=8).hexdigest(),
    }


def bar(case: Case) -> Row:
    day, publisher, value, late = case
    session = START + timedelta(days=day)
    numbers = dict.fromkeys(("open", "high", "low", "volume_shares"))
    figures = {"index": "000001.SH", "session": session.date().isoformat(), **numbers, "close": 3000.0 + value}
    return row("bars", figures | {"turnover_cny": 1e9 * value}, PUBLISHERS[publisher], session, late)


def rate(case: Case) -> Row:
    day, publisher, value, late = case
    published = START + timedelta(days=day)
    figures = {"series": ("usdcny", "dxy")[day % 2], "date": published.date().isoformat(), "value": float(value)}
    return row("rates", figures, PUBLISHERS[publisher], published, late)


# Few days and few values, so that rows contradict, repeat and replace each other.
cases = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 1), st.integers(1, 4), st.integers(0, 15)), unique=True, max_size=16
)
cuts = st.lists(st.integers(-24, 24 * 30), min_size=1, max_size=6)


@contextmanager
def stored(kind: str, rows: list[Row]) -> Iterator[Store]:
    with TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'figures.db'}")
        for one in sorted(rows, key=lambda one: one["retrieved_at"]):
            store.add(kind, [one])
        yield store
        store.engine.dispose()


def seen(bars: Bars) -> list[tuple[object, ...]]:
    turnovers = np.nan_to_num(bars.turnover_cny, nan=-1).tolist()
    return list(zip(bars.sessions.tolist(), bars.close.tolist(), turnovers, bars.sources, strict=True))


def moments(hours: list[int]) -> list[datetime]:
    return [START + timedelta(hours=hour) for hour in hours]


@settings(max_examples=25, deadline=None)
@given(cases=cases, hours=cuts)
def test_bars_are_what_the_store_knew_at_any_moment(cases: list[Case], hours: list[int]) -> None:
    with stored("bars", [bar(case) for case in cases]) as store:
        reader = Reader(store)
        for at in moments(hours):
            assert seen(reader.bars("000001.SH", at)) == seen(store.bars("000001.SH", at))


@settings(max_examples=25, deadline=None)
@given(cases=cases, hours=cuts, days=st.integers(0, 20))
def test_rows_are_what_the_store_knew_at_any_moment(cases: list[Case], hours: list[int], days: int) -> None:
    with stored("rates", [rate(case) for case in cases]) as store:
        reader = Reader(store)
        for at in moments(hours):
            since = at - timedelta(days=days)
            assert told(reader.rows("rates", at)) == told(store.rows("rates", at))
            assert told(reader.rows("rates", at, since=since)) == told(store.rows("rates", at, since=since))
            assert told(reader.rows("rates", at, series="dxy")) == told(store.rows("rates", at, series="dxy"))


def told(rows: tuple[Known, ...]) -> list[tuple[datetime, date, float, str]]:
    """Rows as they are, those of one moment in the order of their days: a moment has no order inside."""
    found = [(known.published_at, known["date"], known["value"], known.publisher) for known in rows]
    assert [one[0] for one in found] == sorted(one[0] for one in found)
    return sorted(found, key=lambda one: one[:2])


@settings(max_examples=25, deadline=None)
@given(cases=cases, hours=cuts)
def test_a_series_holds_the_newest_value_of_each_day(cases: list[Case], hours: list[int]) -> None:
    with stored("rates", [rate(case) for case in cases]) as store:
        reader = Reader(store)
        for at in moments(hours):
            newest = {known["date"]: known["value"] for known in store.rows("rates", at, series="usdcny")}
            series = reader.series("rates", "value", at, "usdcny")
            assert list(zip(series.days.tolist(), series.values.tolist(), strict=True)) == sorted(newest.items())


@pytest.mark.parametrize("kind", ["etf", "events", "margin", "northbound", "rates", "releases", "sectors"])
@pytest.mark.parametrize("at", ["2023-06-30T12:00+08:00", "2024-09-30T15:00+08:00"], ids=["amid", "at the last close"])
def test_the_sample_reads_as_the_store_reads_it(sample_store: Store, sample_reader: Reader, kind: str, at: str) -> None:
    moment = datetime.fromisoformat(at)
    assert plain(sample_reader.rows(kind, moment)) == plain(sample_store.rows(kind, moment))


def plain(rows: tuple[Known, ...]) -> list[str]:
    return sorted(f"{known.published_at} {known.publisher} {dict(known.values)}" for known in rows)


def test_nothing_published_later_is_seen(sample_reader: Reader) -> None:
    at = datetime.fromisoformat("2024-09-26T13:00+08:00")
    assert max(known.published_at for known in sample_reader.rows("events", at)) == at
    earlier = sample_reader.rows("events", at - timedelta(seconds=1))
    assert all(known.published_at < at for known in earlier)


def test_a_bar_is_seen_from_its_close_on(sample_reader: Reader) -> None:
    close = datetime.fromisoformat("2024-09-30T15:00+08:00")
    assert sample_reader.bars("000001.SH", close).session(-1) == date(2024, 9, 30)
    assert sample_reader.bars("000001.SH", close - timedelta(seconds=1)).session(-1) == date(2024, 9, 27)


def test_an_unknown_subject_is_an_empty_series(sample_reader: Reader) -> None:
    series = sample_reader.series("etf", "close", LATER, "000000")
    assert (len(series), series.source) == (0, "")


def test_a_series_says_who_publishes_it_and_keeps_unknown_figures_unknown(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'figures.db'}")
    figures = {"code": "510300", "session": "2024-09-30", "close": 4.1, "volume": None, "turnover_cny": None}
    store.add("etf", [row("etf", figures, "TDX", LATER, 0)])
    series = Reader(store).series("etf", "turnover_cny", LATER, "510300")
    assert (series.source, series.day(0), np.isnan(series.values).all()) == ("TDX", date(2024, 9, 30), True)
    store.engine.dispose()


def test_subjects_are_those_that_are_stored(sample_reader: Reader) -> None:
    assert set(sample_reader.subjects("etf")) == {"510300", "510050"}
    assert sample_reader.subjects("northbound") == ("",)


def test_a_reader_is_a_snapshot(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'figures.db'}")
    store.add("bars", [bar((0, 0, 1, 0))])
    reader = Reader(store)
    assert len(reader.bars("000001.SH", LATER)) == 1
    store.add("bars", [bar((1, 0, 1, 0))])
    assert len(reader.bars("000001.SH", LATER)) == 1
    assert len(Reader(store).bars("000001.SH", LATER)) == 2
    store.engine.dispose()


def test_large_kinds_are_read_by_window(tmp_path: Path) -> None:
    assert "headlines" in LARGE
    store = Store(f"sqlite:///{tmp_path / 'figures.db'}")
    titles = ("Stocks rise", "Stocks fall")
    for day, title in enumerate(titles):
        figures = {"published_at": f"2024-01-0{day + 1}", "title": title, "source": "Reuters", "url": None}
        published = START + timedelta(days=day)
        store.add("headlines", [row("headlines", figures | {"lang": "en"}, "a wire", published, 0)])
    found = Reader(store).rows("headlines", LATER, since=START + timedelta(hours=1))
    assert [known["title"] for known in found] == ["Stocks fall"]
    store.engine.dispose()
