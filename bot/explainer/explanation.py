"""Drivers ranked, what disagrees, what stays unexplained."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.explainer import days
from bot.explainer.drivers import company, data, event, flows, policy, sector, sentiment, world
from bot.explainer.drivers.driver import Driver
from bot.explainer.evidence import Evidence, window_of
from bot.explainer.observations import (
    breadth,
    connect,
    etf_shares,
    events,
    funds,
    holidays,
    margin,
    news,
    northbound,
    peers,
    policy_rates,
    rates,
    releases,
    results_season,
    runs,
    sectors,
    style,
)
from bot.explainer.weights import WEIGHTS, Weights
from index.catalog import BY_CODE, MAINLAND
from index.moves import Move
from index.reader import Reader

MOST = 4  # drivers; nobody remembers a fifth
LEAST_SCORE = 0.15  # a score below this is no reason; a sector that stands out makes about 0.2
SMALL_PCT = 0.25  # the smaller a move is beside this, the more a reason must weigh to be one

Rule = Callable[[Move, Sequence[Evidence], Weights], Driver | None]
RULES: Mapping[str, Rule] = {
    "policy": policy.find,
    "data": data.find,
    "flows": flows.find,
    "global": world.find,
    "company": company.find,
    "sector": sector.find,
    "sentiment": sentiment.find,
    "event": event.find,
}
OBSERVERS = (
    events.observe,
    policy_rates.observe,
    news.observe,
    releases.observe,
    northbound.observe,
    margin.observe,
    etf_shares.observe,
    connect.observe,
    peers.observe,
    rates.observe,
    sectors.observe,
    style.observe,
    runs.observe,
    holidays.observe,
    funds.observe,
    breadth.observe,
    results_season.observe,
)


CHINESE = MAINLAND | {"XHKG"}
WORLDWIDE = frozenset({"global", "event", ""})  # groups of drivers; the empty one is context


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an index moved, as far as the figures show.

    Attributes:
        drivers: at most four, the likeliest first; empty when the figures do not show why.
        against: drivers whose evidence points the other way.
        context: facts that claim no cause: other indices, fund turnover, sectors, data that came as expected.
        as_of: nothing that became public later was looked at.
    """

    drivers: tuple[Driver, ...]
    against: tuple[Driver, ...]
    context: tuple[Evidence, ...]
    as_of: datetime

    @property
    def unexplained(self) -> float:
        """The share of such days on which reports name none of what our first driver is; 1 when there is no driver."""
        return 1 - self.drivers[0].confidence if self.drivers else 1.0

    @property
    def told(self) -> tuple[Driver, ...]:
        """The drivers that are as likely as the first; a message is headed by what these are."""
        return tuple(one for one in self.drivers if one.tier == self.drivers[0].tier)

    @property
    def rest(self) -> tuple[Driver, ...]:
        """The drivers that point the same way with less behind them, but for open meetings, which go with any move."""
        return tuple(one for one in self.drivers if one.tier != self.drivers[0].tier and not one.is_open)


def explain(move: Move, reader: Reader, at: datetime) -> Explanation:
    """Explain a move from what was public by its close, or by the moment of asking when that is earlier."""
    return weigh(move, gather(move, reader, at), min(at, window_of(move, at).until))


def gather(move: Move, reader: Reader, at: datetime) -> tuple[Evidence, ...]:
    """Every fact that was public in time, in the order of its kinds; over several sessions by the days that made it."""
    window = window_of(move, at)
    found = (one for observe in OBSERVERS for one in observe(reader, move, window) if _concerns(one, move))
    if not move.is_range:
        return tuple(found)
    return (*days.spoken(move, reader, at, gather), *(one for one in found if one.topic not in days.DATED))


def _concerns(evidence: Evidence, move: Move) -> bool:
    """Whether a fact read for mainland shares says something of this index: abroad only what moves all markets does."""
    return BY_CODE[move.index].mic in CHINESE or evidence.group in WORLDWIDE


def weigh(move: Move, evidence: Sequence[Evidence], as_of: datetime, weights: Weights = WEIGHTS) -> Explanation:
    """Rank what evidence there is."""
    sign = (move.change_pct > 0) - (move.change_pct < 0)
    drivers = _drivers(move, [one for one in evidence if sign and one.polarity == sign], weights)
    against = _drivers(move, [one for one in evidence if sign and one.polarity == -sign], weights)
    used = {id(one) for driver in (*drivers, *against) for one in driver.evidence}
    context = tuple(one for one in evidence if id(one) not in used)
    return Explanation(drivers, against, context, as_of)


def _drivers(move: Move, evidence: Sequence[Evidence], weights: Weights) -> tuple[Driver, ...]:
    found = [driver for find in RULES.values() if (driver := find(move, evidence, weights))]
    clear = [driver for driver in found if driver.score >= _least(move)]
    return tuple(sorted(clear, key=_place)[:MOST])


def _place(driver: Driver) -> tuple[float, float]:
    """The heavier first; of two that weigh the same the newer one, because the older had been traded on."""
    return -round(driver.score, 6), -driver.evidence[0].published_at.timestamp()


def _least(move: Move) -> float:
    return LEAST_SCORE * max(1.0, SMALL_PCT / abs(move.change_pct)) if move.change_pct else LEAST_SCORE
