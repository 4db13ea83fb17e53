"""Rows of the format from what publishers word and measure each in their own way: daily tables, quotes, counts."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from index.faults import Fault
from index.quality import Rejected
from index.sessions import BEIJING, CLOSE
from index.sources.cells import day, moment, number, required, sign
from index.sources.codes import FUNDS, MAINLAND, SECTORS, unprefixed
from index.sources.contract import SETTLING, Call, Record, Request, Row, settled, undated

PRICES = ("open", "high", "low", "close")
Amount = tuple[str, float]  # a column, and what one of its units is in ours


@dataclass(frozen=True, slots=True)
class Daily:
    """How a publisher's daily tables name their columns; each call is about one subject.

    Attributes:
        day: the column of the session.
        prices: the columns of open, high, low and close.
        volume, turnover: the columns of what was traded; None where there is none that can be relied upon.
        lag: after which a session's row is final.
    """

    day: str
    prices: tuple[str, str, str, str]
    volume: Amount | None = None
    turnover: Amount | None = None
    lag: timedelta = SETTLING

    def bar(self, record: Record, call: Call, request: Request) -> Row:
        """A row of an index."""
        session = settled(day(record[self.day]), request, call.subject, self.lag)
        prices = [record[name] for name in self.prices]
        return bar(call.subject, session, prices, amount(record, self.volume), amount(record, self.turnover))

    def sector(self, record: Record, call: Call, request: Request) -> Row:
        """A row of a sector's index or fund."""
        return sector(call.subject, self._session(record, request), record[self.prices[-1]])

    def fund(self, record: Record, call: Call, request: Request) -> Row:
        """A row of a fund."""
        session, close = self._session(record, request), record[self.prices[-1]]
        return fund(call.subject, session, close, amount(record, self.volume), amount(record, self.turnover))

    def _session(self, record: Record, request: Request) -> date:
        return settled(day(record[self.day]), request, lag=self.lag)


@dataclass(frozen=True, slots=True)
class Quotes:
    """How many of ours the units of a quote page are; its records have symbol, moment, prices, volume and turnover.

    Attributes:
        volume: of a bar; None where no unit can be told.
        fund_volume: of a fund.
    """

    volume: float | None
    fund_volume: float

    def bar(self, record: Record, _call: Call, request: Request) -> Row:
        """A row of an index."""
        index, prices = unprefixed(record["symbol"], MAINLAND), [record[name] for name in PRICES]
        volume = None if self.volume is None else number(record["volume"], self.volume)
        return bar(index, quoted_session(record, request), prices, volume, number(record["turnover"]))

    def sector(self, record: Record, _call: Call, request: Request) -> Row:
        """A row of a sector's index or fund."""
        return sector(unprefixed(record["symbol"], SECTORS), quoted_session(record, request), record["close"])

    def fund(self, record: Record, _call: Call, request: Request) -> Row:
        """A row of a fund."""
        code, session = unprefixed(record["symbol"], FUNDS), quoted_session(record, request)
        volume, turnover = number(record["volume"], self.fund_volume), number(record["turnover"])
        return fund(code, session, record["close"], volume, turnover)


def quoted_session(record: Record, request: Request) -> date:
    """The session of the moment that a quote itself states.

    Raises:
        Rejected: it states no moment, or one before the closing auction is in it.
    """
    stated = moment(record["moment"]).astimezone(BEIJING)
    if stated.time() < CLOSE:
        raise Rejected(Fault("unsettled", "session", stated.date().isoformat()))
    return settled(stated.date(), request)


def bar(
    index: str, session: date, prices: Iterable[object], volume: float | None = None, turnover: float | None = None
) -> Row:
    """An index's session: cells of open, high, low and close, then shares and yuan.

    Raises:
        Rejected: a price is no number, or there is no close.
    """
    first, high, low, close = prices
    return {
        "index": index,
        "session": session,
        "open": number(first),
        "high": number(high),
        "low": number(low),
        "close": required(close, "close"),
        "volume_shares": volume,
        "turnover_cny": turnover,
    }


def sector(code: str, session: date, close: object) -> Row:
    """A sector's session, under the name that we know it by."""
    return {"code": code, "name": SECTORS[code], "session": session, "close": required(close, "close")}


def fund(code: str, session: date, close: object, volume: float | None, turnover: float | None) -> Row:
    """A fund's session: shares and yuan."""
    price = required(close, "close")
    return {"code": code, "session": session, "close": price, "volume": volume, "turnover_cny": turnover}


def margin(market: str, session: date, financing: object, lending: object, scale: float = 1.0) -> Row:
    """A market's balances at the end of a session, from cells whose unit is `scale` yuan."""
    return {
        "session": session,
        "market": market,
        "financing_balance_cny": required(financing, "financing_balance_cny", scale),
        "lending_balance_cny": number(lending, scale),
    }


def rate(series: str, dated: date, value: object) -> Row:
    """A rate of a day."""
    return {"series": series, "date": dated, "value": required(value, "value")}


def signs_of(traded: Iterable[Record]) -> Counter[int]:
    """How many shares rose (1), fell (-1) or did neither (0), by the change that their quotes state."""
    changes = (change for record in traded if (change := number(record["涨跌幅"])) is not None)
    return Counter(map(sign, changes))


def with_volume(records: Iterable[Record]) -> Iterator[Record]:
    """The quotes of shares that traded at all."""
    return (record for record in records if number(record["成交量"]))


def breadth(signs: Counter[int], request: Request) -> Row:
    """Shanghai's breadth from a table that carries no date."""
    return {
        "session": undated(request),
        "market": "SSE",
        "advancers": float(signs[1]),
        "decliners": float(signs[-1]),
        "unchanged": float(signs[0]),
    }


def check_stated(stated: date, call: Call) -> None:
    """Refuse a report that states another day than the one asked for.

    Raises:
        Rejected: it does.
    """
    if stated.isoformat() != call.subject:
        raise Rejected(Fault("stale", "session", stated.isoformat()))


def amount(record: Record, column: Amount | None) -> float | None:
    """A cell that some of a publisher's tables lack, in our unit."""
    return number(record.get(column[0]), column[1]) if column else None
