"""The ways in which publishers mislead, each seen in the wild (issue numbers are AkShare's)."""

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sessions import BEIJING
from index.sources import cells, flashes, web
from index.sources.contract import Answer, Request, Unanswered, undated
from index.sources.yahoo import long_table
from tests.index.sources.recorded import EVENING, SESSION, codes, read

NOON = datetime(2024, 9, 30, 11, 35, tzinfo=BEIJING)
AT_THE_BELL = datetime(2024, 9, 30, 15, 0, 20, tzinfo=BEIJING)


def edited(**columns: Any) -> Any:  # noqa: ANN401 - a change to any column
    def change(given: Answer) -> Answer:
        assert isinstance(given, pd.DataFrame)
        return given.assign(**columns)

    return change


def replaced(old: str, new: str) -> Any:  # noqa: ANN401 - a change to any text
    return lambda given: str(given).replace(old, new)


def test_tencents_amount_is_volume_in_lots_and_never_turnover() -> None:
    (row,) = read("tencent.closes", "000001.SH").rows
    assert (row["volume_shares"], row["turnover_cny"]) == (864_312_300 * 100.0, None)


@pytest.mark.parametrize("name", ["tencent.closes", "sina.closes", "eastmoney.closes", "csindex.closes"])
@pytest.mark.parametrize("at", [NOON, AT_THE_BELL], ids=["noon", "at_the_bell"])
def test_the_running_sessions_last_price_is_no_close(name: str, at: datetime) -> None:
    reading = read(name, "000001.SH", at=at)
    assert (reading.rows, codes(reading)) == ([], ["unsettled"])


def test_a_quote_from_before_the_closing_auction_is_no_close() -> None:
    reading = read("tencent.latest_closes", change=replaced("20240930155925", "20240930145931"))
    assert [row["index"] for row in reading.rows] == ["399001.SZ"]
    assert codes(reading) == ["unsettled"]


def test_yesterdays_quote_stays_yesterdays() -> None:
    reading = read("sina.latest_closes", change=replaced("2024-09-30", "2024-09-27"))
    assert reading.rows == []


def test_connect_that_was_shut_gives_no_figure_for_the_day() -> None:  # the table of #4364 would repeat the last one
    reading = read("hkex.connect", "2024-09-30", change=replaced('"tradingDay":1', '"tradingDay":0'))
    assert (reading.rows, reading.failures) == ([], [])


def test_shanghai_answers_with_a_null_where_connect_was_shut() -> None:
    reading = read("sse.connect", "2024-09-30", change=lambda _given: 'callback({"result":[null]})')
    assert (reading.rows, reading.refused, reading.failures) == ([], [], [])


@pytest.mark.parametrize(
    ("name", "old"),
    [
        ("hkex.connect", '"date":"2024-09-30"'),
        ("sse.connect", '"TRADE_DATE":"2024-09-30"'),
        ("szse.connect", '"subname":"2024-09-30"'),
    ],
)
def test_a_report_of_another_day_than_asked_is_stale(name: str, old: str) -> None:
    reading = read(name, "2024-09-30", change=replaced(old, old.replace("30", "27")))
    assert reading.rows == []
    assert set(codes(reading)) == {"stale"}


def test_fund_shares_under_the_date_asked_for_are_stale_when_they_state_another() -> None:
    reading = read("sse.fund_shares", "2024-09-30", since=date(2024, 9, 27))
    assert (reading.rows, codes(reading)) == ([], ["stale", "stale"])


def test_net_buying_after_its_end_is_a_dead_field_and_no_zero() -> None:
    reading = read("eastmoney.northbound", since=date(2024, 8, 1), until=date(2024, 9, 30))
    assert [row["net_buy_cny"] for row in reading.rows] == [12_206_000_000.0, -6_775_000_000.0]
    assert codes(reading) == ["dead_field"]


def test_a_release_to_come_is_no_release() -> None:
    at = datetime(2024, 10, 1, 12, tzinfo=BEIJING)
    reading = read("jin10.releases", "pmi_manufacturing", until=date(2024, 12, 31), at=at)
    assert [row["released_at"] for row in reading.rows] == [SESSION]
    assert codes(reading) == ["to_come"]


def test_a_percentage_that_became_nothing_is_not_taken_for_zero() -> None:
    reading = read("baidu.releases", "2024-09-30")
    assert [row["indicator"] for row in reading.rows] == ["pmi_manufacturing"]  # America's row is not ours either
    assert codes(reading) == ["missing"]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("09:30", SESSION),
        ("", SESSION),
        ("14:05", datetime(2024, 9, 30, 14, 5, tzinfo=BEIJING)),
    ],
    ids=["the_usual_hour", "no_hour", "later_than_usual"],
)
def test_a_stated_hour_counts_when_it_is_later_than_the_usual_one(stated: str, expected: object) -> None:
    reading = read("baidu.releases", "2024-09-30", change=edited(时间=stated))
    assert reading.rows[0]["released_at"] == expected


def test_a_bank_rate_before_the_prime_rate_was_one_is_left_out() -> None:
    reading = read("jin10.lpr", since=date(2015, 1, 1), until=date(2024, 12, 31))
    assert [row["date"] for row in reading.rows] == [date(2024, 9, 20)]


def test_five_years_prime_rate_begins_where_it_is_published() -> None:
    reading = read("eastmoney.lpr", since=date(2013, 1, 1))
    assert {row["series"] for row in reading.rows if row["date"].year == 2013} == {"lpr_1y_pct"}


def test_breadth_counts_shanghai_alone_and_no_share_that_did_not_trade() -> None:
    (row,) = read("sina.breadth").rows
    assert row["advancers"] + row["decliners"] + row["unchanged"] == 3  # of six, one suspended and two not Shanghai's


def test_breadth_whose_shares_last_traded_in_the_morning_is_stale() -> None:
    reading = read("sina.breadth", change=edited(时间戳="11:29:59"))
    assert (reading.rows, codes(reading)) == ([], ["stale"])


@pytest.mark.parametrize(
    ("at", "session"),
    [
        ("2024-09-30T15:01", "2024-09-30"),
        ("2024-09-30T23:59", "2024-09-30"),
        ("2024-10-07T12:00", "2024-09-30"),  # a holiday: the table has not changed
        ("2024-10-08T09:14", "2024-09-30"),
    ],
)
def test_a_table_without_a_date_belongs_to_the_session_that_closed_last(at: str, session: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=BEIJING)
    assert undated(Request(SESSION, SESSION, moment)) == date.fromisoformat(session)


@pytest.mark.parametrize(
    ("at", "code"),
    [("2024-09-30T10:00", "unsettled"), ("2024-10-08T09:15", "unsettled"), ("2027-02-01T16:00", "undated")],
    ids=["in_the_session", "from_the_auction_on", "where_the_calendar_does_not_reach"],
)
def test_a_table_without_a_date_is_not_believed(at: str, code: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=BEIJING)
    with pytest.raises(cells.Rejected) as rejection:
        undated(Request(SESSION, SESSION, moment))
    assert rejection.value.fault.code == code


def test_new_yorks_day_is_not_over_in_the_chinese_evening() -> None:
    reading = read("yahoo.world", since=date(2024, 9, 27), until=SESSION)
    assert [row["session"] for row in reading.rows if row["index"] == "SPX"] == [date(2024, 9, 27)]
    assert codes(reading) == ["unsettled"]


def test_a_hole_in_yahoos_rows_is_no_row() -> None:  # yfinance #588
    assert "000300.SH" not in {row["index"] for row in read("yahoo.closes").rows}


def test_yahoos_wide_table_becomes_a_row_for_each_ticker_and_day() -> None:
    days = pd.DatetimeIndex(["2024-09-27", "2024-09-30"])
    prices = {("^HSI", name): [20632.30, 21133.68] for name in ("Open", "High", "Low", "Close", "Volume")}
    table = long_table(pd.DataFrame(prices, index=days), ["^HSI", "^N225"])
    assert table[["ticker", "date", "Close"]].to_numpy().tolist() == [
        ["^HSI", date(2024, 9, 27), 20632.30],
        ["^HSI", date(2024, 9, 30), 21133.68],
    ]


def test_yahoos_silence_is_no_answer() -> None:  # yfinance prints its errors and returns an empty table
    with pytest.raises(ConnectionError):
        long_table(pd.DataFrame(), ["^HSI"])


def test_a_table_that_lost_a_column_is_a_changed_shape_and_gives_nothing() -> None:
    def change(given: Answer) -> Answer:
        assert isinstance(given, pd.DataFrame)
        return given.rename(columns={"收盘": "收盘价"})

    reading = read("csindex.closes", change=change)
    assert reading.rows == []
    assert (reading.failures[0].why, reading.failures[0].detail) == ("shape", "no column 收盘")


@pytest.mark.parametrize("name", ["tencent.latest_closes", "sina.latest_closes", "hkex.connect", "szse.margin"])
def test_a_page_of_another_kind_is_a_changed_shape(name: str) -> None:
    reading = read(name, change=lambda _given: "<html>访问过于频繁</html>")
    assert [failure.why for failure in reading.failures] == ["shape"]


def test_a_channel_file_that_is_not_there_is_no_failure() -> None:
    reading = read("hkex.connect", change=lambda _given: "")
    assert (reading.rows, reading.failures) == ([], [])


@pytest.mark.parametrize(
    ("cell", "scale", "expected"),
    [
        ("1,354.49", 1e8, 135_449_000_000.0),
        ("617.56", 1e4, 6_175_600.0),
        (float("nan"), 1.0, None),
        ("-", 1.0, None),
        ("--", 1e8, None),
        (None, 1.0, None),
        ("0", 1.0, 0.0),
        (-67.75, 1e8, -6_775_000_000.0),
    ],
)
def test_a_cell_is_a_number_in_our_unit_or_unknown_and_unknown_is_not_nought(
    cell: object, scale: float, expected: float | None
) -> None:
    assert cells.number(cell, scale) == expected


@given(st.floats(-1e15, 1e15).map(lambda value: round(value, 2)))
def test_a_grouped_number_is_the_number(value: float) -> None:
    assert cells.number(f"{value:,.2f}") == value


@given(st.text())
def test_any_text_is_a_number_unknown_or_rejected(text: str) -> None:
    try:
        value = cells.number(text)
    except cells.Rejected:
        return
    assert value is None or value == float(text.replace(",", ""))


@pytest.mark.parametrize("cell", ["1,2,", "12,34,567", "1e5x", "12%", "一百", "1.2.3", "∞"])
def test_a_cell_that_only_looks_like_a_number_is_rejected(cell: str) -> None:
    with pytest.raises(cells.Rejected):
        cells.number(cell)


@pytest.mark.parametrize("cell", ["2024-09-30", "20240930", "2024-09-30 00:00:00", pd.Timestamp("2024-09-30"), SESSION])
def test_a_day_is_read_in_every_spelling_publishers_use(cell: object) -> None:
    assert cells.day(cell) == SESSION


@pytest.mark.parametrize("cell", ["2024-13-01", "上午", "", pd.NaT, None])
def test_what_is_no_day_is_rejected(cell: object) -> None:
    with pytest.raises(cells.Rejected):
        cells.day(cell)


def test_a_moment_without_a_zone_is_beijings_and_one_with_keeps_its_own() -> None:
    assert cells.moment("2024-09-30 13:41:55").utcoffset() == timedelta(hours=8)
    assert cells.moment("2024-09-30T05:41:55+00:00") == cells.moment("2024-09-30 13:41:55")


@pytest.mark.parametrize(
    "text", ['callback({"a": [1]})', 'tabData = {"a": [1]};', '\ufeff{"a": [1]}', '  {"a": [1]}  trailing']
)
def test_json_is_found_inside_what_browsers_run(text: str) -> None:
    assert web.json_of(text) == {"a": [1]}


@pytest.mark.parametrize("text", ["", "<html></html>", "{cut off"])
def test_a_page_without_json_is_unanswered(text: str) -> None:
    with pytest.raises(Unanswered):
        web.json_of(text)


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("证监会：支持并购重组", "长文", "证监会：支持并购重组"),
        ("nan", "【央行：降准0.5个百分点】全文", "央行：降准0.5个百分点"),
        ("", "国家统计局：9月制造业PMI为49.8%。较上月上升", "国家统计局：9月制造业PMI为49.8%"),
        ("", "<p>沪指&amp;深指 齐升</p>", "沪指&深指 齐升"),
    ],
)
def test_a_flash_is_called_by_its_title_head_or_first_sentence(title: str, text: str, expected: str) -> None:
    row = flashes.headline(title, text, EVENING, "CLS")
    assert row is not None
    assert row["title"] == expected


def test_a_flash_without_words_is_none() -> None:
    assert flashes.headline("", " ", EVENING, "CLS") is None
