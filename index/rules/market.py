"""Raw records of a market → prices, references, shares and rates of every stock in every session.

Everything a rule set needs stands here as arrays of sessions x stocks; which stocks count, and with how many of their
shares, is the rules' business (`index.rules.sse`, `index.rules.csi`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from index.bars import Days, Numbers
from index.errors import BadRow, ConstituentsInvalid
from index.panel import Labels, Positions

Flags = NDArray[np.bool_]
Ticks = dict[str, float]  # currency → the smallest step of a price

Number = TypeVar("Number", float, Numbers)

HOME = "CNY"
TICK = {"CNY": 0.01, "USD": 0.001, "HKD": 0.01}  # Shanghai quotes A shares in fen and B shares in tenths of a US cent


def _nothing(*columns: str) -> Callable[[], pd.DataFrame]:
    return lambda: pd.DataFrame({column: [] for column in columns})


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """What is known of a market; dates may be dates, timestamps or ISO text.

    Attributes:
        prices: ``session, code, close``. A session without a row, or without a close, is a suspension.
        stocks: ``code, listed`` and, where known, ``sector``, ``currency`` (CNY), ``delisted`` (the first day on which
            it is no constituent any more) and ``issue_price``.
        shares: ``code, effective_on, shares`` and, for free-float rules, ``float_shares``; each row holds until the
            next, and already includes what an action of the same day brings.
        actions: ``code, ex_on`` and, for one share held: ``cash``, ``bonus`` (new shares for none), ``rights`` (new
            shares offered) at ``rights_price``, ``split`` (shares after for one before). All in the stock's currency.
        warnings: ``code, imposed_on, lifted_on``: risk warnings (ST and *ST); an empty end is one still in force.
        rates: ``session, currency, rate``: home currency for one unit.
        members: ``code, joined, left``: review lists, for indices whose members a committee names.
    """

    prices: pd.DataFrame
    stocks: pd.DataFrame
    shares: pd.DataFrame
    actions: pd.DataFrame = field(default_factory=_nothing("code", "ex_on"))
    warnings: pd.DataFrame = field(default_factory=_nothing("code", "imposed_on", "lifted_on"))
    rates: pd.DataFrame = field(default_factory=_nothing("session", "currency", "rate"))
    members: pd.DataFrame = field(default_factory=_nothing("code", "joined", "left"))


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """The same as arrays of sessions x stocks; NaN before a stock's first price.

    Attributes:
        sessions: ascending.
        codes: ascending.
        price: the close, during a suspension the last one, on an ex day without trade the reference.
        reference: the previous price adjusted for the day's actions, cash excepted.
        shares, float_shares: in force during the session.
        rate: home currency for one unit of the stock's, fixed before the session.
        dividend: cash going ex, for one share as they are after the day's actions.
        listed: each stock's first day.
        records: what all this comes from.
    """

    sessions: Days
    codes: Labels
    price: Numbers
    reference: Numbers
    shares: Numbers
    float_shares: Numbers
    rate: Numbers
    dividend: Numbers
    listed: Days
    records: Records

    def value(self) -> Numbers:
        """What all the shares are worth, in the home currency."""
        return self.price * self.shares * self.rate

    def position(self, code: str) -> int:
        """Where a stock stands in the arrays.

        Raises:
            ConstituentsInvalid: the stocks' table does not have it.
        """
        position = int(self.codes.get_indexer(pd.Index([code]))[0])
        if position < 0:
            raise ConstituentsInvalid((BadRow(None, "missing", "stocks", code),), 1)
        return position

    def column(self, name: str) -> "pd.Series[Any]":
        """A column of the stocks' table in the order of `codes`."""
        stocks = self.records.stocks.set_index("code")
        return stocks[name].reindex(self.codes) if name in stocks else pd.Series(index=self.codes, dtype=object)


def ex_price(close: Number, *, cash: Number, paid: Number, multiple: Number) -> Number:
    """The exchange's formula for the price after an action, unrounded: ``(close - cash + paid) / multiple``.

    Args:
        close: the last price before it.
        cash: paid out for one share; nought in a price index.
        paid: what the rights of one share cost, rights x rights price.
        multiple: shares after for one before, split x (1 + bonus + rights).
    """
    return (close - cash + paid) / multiple


def arrange(
    records: Records, refreshes: Callable[[Days], Flags], *, cash_with_shares: bool = False, ticks: Ticks | None = None
) -> Market:
    """Work out every stock's price, reference, shares and rate in every session of the prices.

    Args:
        records: what is known.
        refreshes: after which of the sessions the currency rates are set anew.
        cash_with_shares: whether a cash dividend lowers the reference when shares are distributed on the same day, as
            the exchange's own ex-price does. The index rules say that cash is never adjusted for.
        ticks: the steps to which ex-prices are rounded, by currency; a currency without one is not rounded.

    Raises:
        ConstituentsInvalid: a price or action of an unknown stock, a stock in a currency without rate.
    """
    grid = _Grid.of(records)
    actions = _Actions.of(records, grid)
    price, reference = _prices(
        records, grid, actions, TICK if ticks is None else ticks, cash_with_shares=cash_with_shares
    )
    return Market(
        sessions=grid.sessions,
        codes=grid.codes,
        price=price,
        reference=reference,
        shares=_in_force(grid.steps(records.shares, "effective_on", "shares"), actions.multiple),
        float_shares=_in_force(grid.steps(records.shares, "effective_on", "float_shares"), actions.multiple),
        rate=_rates(records, grid, refreshes(grid.sessions)),
        dividend=actions.cash / actions.multiple,
        listed=days(grid.stocks["listed"]),
        records=records,
    )


def days(column: "pd.Series[Any]") -> Days:
    """Dates of any kind as days, NaT where there is none."""
    return pd.to_datetime(column).to_numpy().astype("datetime64[D]")


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """The sessions and stocks that span the arrays."""

    sessions: Days
    codes: Labels
    stocks: pd.DataFrame

    @classmethod
    def of(cls, records: Records) -> "_Grid":
        stocks = records.stocks.sort_values("code").set_index("code")
        return cls(np.unique(days(records.prices["session"])), stocks.index, stocks)

    def cells(self, table: pd.DataFrame, dated: str) -> tuple[Positions, Positions]:
        """Where a table's rows belong: a day that is no session counts from the next one on."""
        stock = self.codes.get_indexer(pd.Index(table["code"]))
        unknown = table["code"][stock < 0]
        if len(unknown):
            raise ConstituentsInvalid((BadRow(None, "missing", "stocks", str(unknown.iloc[0])),), len(unknown))
        return np.searchsorted(self.sessions, days(table[dated])), stock

    def spread(self, table: pd.DataFrame, dated: str, column: str, default: float) -> Numbers:
        """A column of a table as an array."""
        spread = np.full((len(self.sessions), len(self.codes)), default)
        if column in table:
            session, stock = self.cells(table, dated)
            known = session < len(self.sessions)
            # of several values for one place the last stands
            spread[session[known], stock[known]] = table[column].to_numpy(dtype=np.float64, na_value=default)[known]
        return spread

    def steps(self, table: pd.DataFrame, dated: str, column: str) -> Numbers:
        """Values that hold from their day on, at the sessions from which they do; of several the last."""
        return self.spread(table.sort_values(dated, kind="stable"), dated, column, np.nan)

    def currencies(self) -> "pd.Series[str]":
        """Each stock's currency."""
        if "currency" not in self.stocks:
            return pd.Series(HOME, index=self.codes)
        return self.stocks["currency"].fillna(HOME)


# How several actions of one stock on one day combine.
_TOGETHER = {"cash": "sum", "bonus": "sum", "rights": "sum", "rights_price": "max", "split": "prod"}


@dataclass(frozen=True, slots=True, eq=False)
class _Actions:
    """Actions by the session in which they go ex."""

    cash: Numbers
    paid: Numbers  # for the rights of one share
    multiple: Numbers  # shares after for one before

    @classmethod
    def of(cls, records: Records, grid: _Grid) -> "_Actions":
        # what went ex before the first session is in its prices and shares already
        since = records.actions[days(records.actions["ex_on"]) >= grid.sessions[0]]
        how = {column: way for column, way in _TOGETHER.items() if column in since}
        taken = since.groupby(["code", "ex_on"], as_index=False).agg(how)
        cash, bonus, rights, rights_price, split = (
            grid.spread(taken, "ex_on", column, float(column == "split")) for column in _TOGETHER
        )
        return cls(cash, rights * rights_price, split * (1.0 + bonus + rights))

    def reference(self, session: int, before: Numbers, tick: Numbers, *, cash_with_shares: bool) -> Numbers:
        """The previous prices adjusted for a session's actions and rounded as the exchange quotes them."""
        event = self.multiple[session] != 1.0
        cash = np.where(event & cash_with_shares, self.cash[session], 0.0)
        adjusted = ex_price(before, cash=cash, paid=self.paid[session], multiple=self.multiple[session])
        return np.where(event, _rounded(adjusted, tick), before)


def _prices(
    records: Records, grid: _Grid, actions: _Actions, ticks: Ticks, *, cash_with_shares: bool
) -> tuple[Numbers, Numbers]:
    """Prices with suspensions filled, and their references."""
    close = grid.spread(records.prices, "session", "close", np.nan)
    price, reference = np.empty_like(close), np.empty_like(close)
    tick = np.asarray(grid.currencies().map(ticks), dtype=np.float64)
    before = np.full(close.shape[1], np.nan)
    first = _first_references(grid, close)
    for session in range(len(close)):
        adjusted = actions.reference(session, before, tick, cash_with_shares=cash_with_shares)
        reference[session] = np.where(np.isnan(adjusted), first[session], adjusted)
        price[session] = np.where(np.isnan(close[session]), reference[session], close[session])
        before = price[session]
    return price, reference


def _first_references(grid: _Grid, close: Numbers) -> Numbers:
    """For a stock's first price: the issue price on the day of listing, otherwise that price, which adds no point."""
    first = close.copy()
    if "issue_price" in grid.stocks:
        issued = grid.stocks["issue_price"].to_numpy(dtype=np.float64)
        on_listing = (grid.sessions[:, np.newaxis] == days(grid.stocks["listed"])) & ~np.isnan(issued)
        first = np.where(on_listing, issued, first)
    return first


def _in_force(steps: Numbers, multiple: Numbers) -> Numbers:
    """Counts that hold until the next one and grow with the stock's own actions."""
    held = steps.copy()
    for session in range(1, len(steps)):
        grown = held[session - 1] * multiple[session]
        held[session] = np.where(np.isnan(steps[session]), grown, steps[session])
    return held


def _rates(records: Records, grid: _Grid, refreshes: Flags) -> Numbers:
    """For each stock the rate fixed at the last refresh before the session, at first the earliest known."""
    fixed = np.maximum.accumulate(np.where(refreshes, np.arange(len(refreshes)), 0))
    in_force = np.concatenate((fixed[:1] * 0, fixed[:-1]))
    currencies = grid.currencies()
    by_currency = {currency: _quoted(records, grid, currency)[in_force] for currency in currencies.unique()}
    return np.column_stack([by_currency[currency] for currency in currencies])


def _quoted(records: Records, grid: _Grid, currency: str) -> Numbers:
    """A currency's last known rate at each session."""
    if currency == HOME:
        return np.ones(len(grid.sessions))
    rates = records.rates[records.rates["currency"] == currency]
    if rates.empty:
        raise ConstituentsInvalid((BadRow(None, "missing", "rate", currency),), 1)
    known = pd.Series(
        rates["rate"].to_numpy(dtype=np.float64), index=pd.DatetimeIndex(days(rates["session"]))
    ).sort_index()
    return known.reindex(pd.DatetimeIndex(grid.sessions), method="ffill").bfill().to_numpy(dtype=np.float64)


def _rounded(price: Numbers, tick: Numbers) -> Numbers:
    """To the nearest step, halves up; unrounded where there is no step."""
    steps = np.round(1.0 / tick)  # prices are whole steps over this, which division gives without a stray last bit
    # a half that binary fractions hold as a hair less is still a half
    stepped = np.floor(price * steps + 0.5 + 1e-9) / steps
    return np.where(np.isnan(tick), price, stepped)
