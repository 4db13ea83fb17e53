"""Turnover through Hong Kong after its direction ceased to be published: how busy, never which way."""

from collections.abc import Iterator

import numpy as np

from bot.explainer.evidence import Evidence, Window
from index import publication
from index.catalog import BY_CODE
from index.moves import MONTH, Move
from index.reader import Reader

CHANNEL = "northbound_sh"  # shares of Shanghai, which the Composite holds
UNUSUAL = 1.5  # times the month's median


def observe(reader: Reader, move: Move, window: Window) -> Iterator[Evidence]:
    """The last published turnover, when it is unusual."""
    turnover = reader.series("connect", "turnover_cny", window.until, CHANNEL)
    if move.is_range or len(turnover) <= MONTH or not BY_CODE[move.index].is_mainland:
        return
    ratio = float(turnover.values[-1] / np.median(turnover.values[-MONTH - 1 : -1]))
    turnover_cny, session = float(turnover.values[-1]), turnover.day(-1)
    if ratio >= UNUSUAL and window.age(publication.connect(session)) == 0:
        yield Evidence(
            topic="connect_turnover",
            driver="",
            kind="measured",
            polarity=0,
            strength=0.0,
            published_at=publication.connect(session),
            source=turnover.source,
            facts={"turnover_cny": turnover_cny, "ratio_times": ratio, "session": session, "sessions": MONTH},
            figure="turnover_cny",
        )
