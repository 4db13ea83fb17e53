"""CSI 300, CSI 500, SSE 50 and their kin: members named by reviews, weighted by free float in steps.

Source: the CSI rules as the China Financial Futures Exchange explains them (2010-11-24): the total of A shares is
multiplied by an inclusion ratio; corporate actions and dividends follow the same divisor rules as Shanghai's.
"""

import numpy as np

from index.bars import Numbers
from index.rules.maintenance import Rules, daily
from index.rules.market import Flags, Market, days

UNSTEPPED = 0.1  # a free float up to this share counts as it is
STEP = 0.1
ALL_FROM = 0.8  # above this share all shares count
# a ratio such as 0.3 is 3.0000000000000004 steps; a hair above a boundary is still on it
SLACK = 1e-9


def inclusion_ratio(free_float: Numbers) -> Numbers:
    """The stepped share of a company's shares that counts (分级靠档).

    Up to 10 % as it is; then rounded up to the next ten percent; above 80 % everything.

    >>> inclusion_ratio(np.array([0.07, 0.35, 0.4, 0.81])).tolist()
    [0.07, 0.4, 0.4, 1.0]

    Args:
        free_float: freely traded shares over all A shares.
    """
    stepped = np.ceil(free_float / STEP - SLACK) / (1 / STEP)
    return np.where(free_float <= UNSTEPPED, free_float, np.where(free_float > ALL_FROM + SLACK, 1.0, stepped))


def counted(market: Market) -> Numbers:
    """A shares times the inclusion ratio."""
    return market.shares * inclusion_ratio(market.float_shares / market.shares)


def members(market: Market) -> Flags:
    """The review lists: from the day of joining to before the day of leaving."""
    member = np.zeros(market.price.shape, np.bool_)
    lists = market.records.members
    terms = np.column_stack((days(lists["joined"]), days(lists["left"])))
    for code, term in zip(lists["code"], terms, strict=True):
        # NaT, a day of leaving that has not come, sorts last
        member[slice(*np.searchsorted(market.sessions, term)), market.position(code)] = True
    return member


RULES = Rules("CSI", members, counted, daily)
