"""What the index had done before: a fall after a run of gains, a rise after a run of losses.

Measured over ten sessions before the move, against what ten sessions usually bring (daily standard deviation of the
year × √10). A turn is told only when the run before it was out of the ordinary.
"""

from collections.abc import Iterator

import numpy as np

from bot.explainer.evidence import Evidence, Window
from index import moves, sessions
from index.catalog import BY_CODE
from index.moves import YEAR, Move
from index.reader import Reader

RUN = 10  # sessions
UNUSUAL = 1.0  # standard deviations
CAP = 3.0


def observe(reader: Reader, move: Move, window: Window) -> Iterator[Evidence]:
    """The run that the move turned against."""
    if not BY_CODE[move.index].is_mainland or move.is_range:
        return
    past = reader.bars(move.index, window.until).until(move.previous_session)
    if len(past) <= YEAR:
        return
    changes = moves.change_pcts(past.rows(len(past) - YEAR - 1, len(past)).close)[1:]
    run_pct = float(100 * (past.close[-1] / past.close[-1 - RUN] - 1))
    z = run_pct / (float(np.std(changes)) * RUN**0.5)
    if abs(z) >= UNUSUAL:
        yield _evidence(move, run_pct, z, past.sources[-1])


def _evidence(move: Move, run_pct: float, z: float, source: str) -> Evidence:
    return Evidence(
        topic="run",
        driver="sentiment.profit_taking" if z > 0 else "sentiment.valuation",
        kind="coincident",
        polarity=-1 if z > 0 else 1,
        strength=min(abs(z), CAP),
        published_at=sessions.close_of(move.previous_session),
        source=source,
        facts={"run_pct": run_pct, "is_rise": run_pct > 0, "sessions": RUN},
        figure="run_pct",
    )
