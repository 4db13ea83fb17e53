"""The steps that keep an index going: raw records and a rule set → the table of constituents.

One engine for every divisor index: the rules say who is a constituent, with how many shares, and when rates are set
anew. Listings, deletions, share changes, distributions and refreshes then need no step of their own, as each of them
only changes what the constituents of a session were worth before it (`index.level`).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from index.bars import Days, Numbers
from index.errors import BadRow, ConstituentsInvalid
from index.panel import DIVIDEND
from index.rules.market import Flags, Market, Records, Ticks, arrange


@dataclass(frozen=True, slots=True)
class Rules:
    """What tells one divisor index from another.

    Attributes:
        name: of the rule set.
        members: which stocks are constituents in which sessions.
        counted: how many shares of each count.
        refreshes: after which sessions the currency rates are set anew.
        cash_with_shares: see `index.rules.market.arrange`.
    """

    name: str
    members: Callable[[Market], Flags]
    counted: Callable[[Market], Numbers]
    refreshes: Callable[[Days], Flags]
    cash_with_shares: bool = False


def constituents(records: Records, rules: Rules, ticks: Ticks | None = None) -> pd.DataFrame:
    """The table from which `index.level` and `index.contributions` compute.

    Args:
        records: the market's raw records.
        rules: the index's rule set.
        ticks: steps to which ex-prices are rounded, by currency; None: Shanghai's.

    Returns:
        ``session, code, sector, price, reference, shares, fx, dividend``: one row for each constituent of each session,
        suspended ones included; ``dividend`` is for `index.level.total_return`.

    Raises:
        ConstituentsInvalid: a constituent without shares, or see `index.rules.market.arrange`.
    """
    market = arrange(records, rules.refreshes, cash_with_shares=rules.cash_with_shares, ticks=ticks)
    counted = rules.counted(market)
    member = rules.members(market) & ~np.isnan(market.price)
    _check_counted(market, member, counted)
    session, stock = np.nonzero(member)
    return pd.DataFrame(
        {
            "session": pd.DatetimeIndex(market.sessions.astype("datetime64[s]"))[session],
            "code": market.codes[stock],
            "sector": market.column("sector").to_numpy()[stock],
            "price": market.price[member],
            "reference": market.reference[member],
            "shares": counted[member],
            "fx": market.rate[member],
            DIVIDEND: market.dividend[member],
        }
    )


def weekly(sessions: Days) -> Flags:
    """The last session of each week, after which the Shanghai rules set the rates of B shares anew."""
    # datetime64 weeks begin on Thursday, the first day of 1970
    week = (sessions - np.timedelta64(4, "D")).astype("datetime64[W]")
    # whether the last session ends its week is not known yet, nor does it matter to those before
    return np.append(week[1:] != week[:-1], False)


def daily(sessions: Days) -> Flags:
    """Every session."""
    return np.ones(len(sessions), np.bool_)


def _check_counted(market: Market, member: Flags, counted: Numbers) -> None:
    without = np.argwhere(member & ~(counted > 0))
    if len(without):
        code = str(market.codes[without[0][1]])
        raise ConstituentsInvalid((BadRow(None, "missing", "shares", code),), len(without))
