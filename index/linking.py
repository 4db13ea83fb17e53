"""Effects on returns over several periods: Brinson attribution, linked by Carino or Frongello.

Points need none of this, they add. Returns compound, so that effects of single periods do not add up to the whole; the
methods differ (by up to 19 percentage points a segment in Frongello's own table 3), so say which one was used.
All returns and effects are ratios: 0.015 is 1.5 %.
"""

from dataclasses import dataclass

import numpy as np

from index.bars import Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """Effects by period and segment; together a period's are its excess return.

    Attributes:
        allocation: of weighting a segment otherwise than the benchmark does.
        selection: of holding other things in it, the interaction with the weight included.
    """

    allocation: Numbers
    selection: Numbers


def brinson_fachler(
    portfolio_weights: Numbers, benchmark_weights: Numbers, portfolio_returns: Numbers, benchmark_returns: Numbers
) -> Effects:
    """Single-period effects, ``(wp - wb)·(rb - Rb)`` and ``wp·(rp - rb)``.

    Source: Brinson and Fachler (1985), as Bacon (2008) tabulates it in table 8.1.

    Args:
        portfolio_weights: periods x segments, each period adding up to one; the others likewise.
        benchmark_weights: the benchmark's.
        portfolio_returns: by segment.
        benchmark_returns: by segment.
    """
    benchmark = total(benchmark_weights, benchmark_returns)[:, np.newaxis]
    allocation = (portfolio_weights - benchmark_weights) * (benchmark_returns - benchmark)
    return Effects(allocation, portfolio_weights * (portfolio_returns - benchmark_returns))


def total(weights: Numbers, returns: Numbers) -> Numbers:
    """Each period's return of a whole from those of its segments."""
    whole: Numbers = (weights * returns).sum(axis=1)
    return whole


def carino(effect: Numbers, portfolio: Numbers, benchmark: Numbers) -> Numbers:
    """Effects over all periods, which add up to the compounded excess return.

    Source: Carino (1999), "Combining attribution effects over time".

    Args:
        effect: periods x segments.
        portfolio: each period's return.
        benchmark: each period's return.

    Returns:
        One number a segment.
    """
    scale = _carino(portfolio, benchmark) / _carino(_compounded(portfolio), _compounded(benchmark))
    linked: Numbers = scale @ effect
    return linked


def frongello(effect: Numbers, portfolio: Numbers, benchmark: Numbers) -> Numbers:
    """Effects over all periods: each grows with the portfolio before it, and earns the benchmark after it.

    Source: Frongello (2002), "Linking single period attribution results".

    Args:
        effect: periods x segments.
        portfolio: each period's return.
        benchmark: each period's return.

    Returns:
        One number a segment.
    """
    linked, grown = np.zeros(effect.shape[1]), 1.0
    for single, of_portfolio, of_benchmark in zip(effect, portfolio, benchmark, strict=True):
        linked = linked * (1 + of_benchmark) + single * grown
        grown *= 1 + of_portfolio
    return linked


def _carino(portfolio: Numbers, benchmark: Numbers) -> Numbers:
    """``(ln(1 + p) - ln(1 + b)) / (p - b)``, and its limit ``1 / (1 + b)`` where both are equal."""
    excess = portfolio - benchmark
    safe = np.where(excess == 0, 1.0, excess)
    return np.where(excess == 0, 1 / (1 + benchmark), (np.log1p(portfolio) - np.log1p(benchmark)) / safe)


def _compounded(returns: Numbers) -> Numbers:
    whole: Numbers = np.prod(1 + returns, keepdims=True) - 1
    return whole
