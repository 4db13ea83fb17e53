"""Net buying of mainland shares through Hong Kong, as long as anybody published it.

Last published for 2024-08-16 (SSE notice of 2024-07-26). Afterwards vendors fill the dead field with 0 or nothing;
this file then says that the direction is not published and claims nothing.
"""

from collections.abc import Iterator

import numpy as np

from bot.explainer.evidence import Evidence, Window
from index import publication
from index.catalog import BY_CODE
from index.moves import Move
from index.reader import Reader

LEAST_HISTORY = 60  # sessions, to say what is usual
UNUSUAL = 0.75  # standard deviations; smaller flows are named by nobody
CAP = 3.0


def observe(reader: Reader, move: Move, window: Window) -> Iterator[Evidence]:
    """The flow of the session if it was public by the close; afterwards the end of publication, as context."""
    if not BY_CODE[move.index].is_mainland:
        return
    if move.session > publication.NORTHBOUND_LAST:
        yield _not_published(window)
    else:
        yield from _flow(reader, move, window)


def _flow(reader: Reader, move: Move, window: Window) -> Iterator[Evidence]:
    flows = reader.series("northbound", "net_buy_cny", window.until)
    first = int(np.searchsorted(flows.days, np.datetime64(move.first_session)))
    within, before = flows.values[first:], flows.values[max(first - LEAST_HISTORY, 0) : first]
    if not len(within) or flows.day(-1) != move.session or len(before) < LEAST_HISTORY:
        return
    net_buy_cny = float(within.sum())
    if not net_buy_cny:  # a table's placeholder: buying and selling of billions never meet to the yuan
        return
    z = net_buy_cny / (float(before.std()) * len(within) ** 0.5)
    yield Evidence(
        topic="northbound",
        driver="flows.northbound" if abs(z) >= UNUSUAL else "",
        kind="measured",
        polarity=((z > 0) - (z < 0)) if abs(z) >= UNUSUAL else 0,
        strength=min(abs(z), CAP),
        published_at=publication.northbound(move.session),
        source=flows.source,
        facts={"net_buy_cny": net_buy_cny, "is_buying": net_buy_cny > 0},
        figure="net_buy_cny",
    )


def _not_published(window: Window) -> Evidence:
    return Evidence(
        topic="northbound_unpublished",
        driver="",
        kind="measured",
        polarity=0,
        strength=0.0,
        published_at=window.until,
        source="SSE notice of 2024-07-26",
        facts={"last_published": publication.NORTHBOUND_LAST},
    )
