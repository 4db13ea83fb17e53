"""Turnover of broad index funds: unusual or not. It has no sign, so it never says who bought or sold.

January 2026 showed the same spikes while state funds were selling (domain.md, 4): turnover is context, not a cause.
"""

from collections.abc import Iterator

import numpy as np

from bot.explainer.evidence import Evidence, Window
from index import sessions
from index.catalog import BY_CODE
from index.moves import Move
from index.reader import Reader

# Funds that closing reports watch for state buying: CSI 300, SSE 50, CSI 500, CSI 1000, STAR 50.
BROAD = ("510300", "510310", "510330", "159919", "510050", "510500", "512100", "159845", "588000")
MEDIAN_OF = 20  # sessions
UNUSUAL = 2.0  # times that median


def observe(reader: Reader, move: Move, window: Window) -> Iterator[Evidence]:
    """The broad fund whose turnover stands out most, when one does."""
    ratios = [found for code in BROAD if (found := _ratio(reader, code, move, window))]
    if ratios and max(ratios)[0] >= UNUSUAL and BY_CODE[move.index].is_mainland:
        yield _evidence(*max(ratios), move)


def _ratio(reader: Reader, code: str, move: Move, window: Window) -> tuple[float, str, float, str] | None:
    turnovers = reader.series("etf", "turnover_cny", window.until, code)
    if len(turnovers) <= MEDIAN_OF or turnovers.day(-1) != move.session or move.is_range:
        return None
    today, before = float(turnovers.values[-1]), turnovers.values[-1 - MEDIAN_OF : -1]
    if np.isnan(today) or np.isnan(before).any():
        return None
    return today / float(np.median(before)), code, today, turnovers.source


def _evidence(ratio: float, code: str, turnover_cny: float, source: str, move: Move) -> Evidence:
    return Evidence(
        topic="fund_turnover",
        driver="",
        kind="measured",
        polarity=0,
        strength=0.0,
        published_at=sessions.close_of(move.session),
        source=source,
        facts={"code": code, "turnover_cny": turnover_cny, "ratio_times": ratio, "sessions": MEDIAN_OF},
        figure="ratio_times",
    )
