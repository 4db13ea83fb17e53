"""Industries of the stored stocks: where no sector indices are kept, what their members did together.

An industry's change is Σ price·shares·fx ÷ Σ reference·shares·fx − 1 over its stored stocks, session by session: the
weighting of the index itself (index_math, 1), so that ex-dividend days are no losses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from weakref import WeakKeyDictionary

from index import sessions
from index.reader import Reader

MEMBERS = 3  # stored stocks; one or two are no industry
NOT_NAMED = "unknown"


@dataclass(slots=True)
class Legs:
    """Market value of an industry's stored stocks at the prices and at the references of one session."""

    price_cny: float = 0.0
    reference_cny: float = 0.0
    members: int = 0
    source: str = ""

    @property
    def growth(self) -> float:
        """Prices over references: 1.02 for a gain of 2 %."""
        return self.price_cny / self.reference_cny


_SESSIONS: WeakKeyDictionary[Reader, dict[date, Mapping[str, Legs]]] = WeakKeyDictionary()


def of_session(reader: Reader, session: date) -> Mapping[str, Legs]:
    """The industries of a session by name; each session is added up once for a reader."""
    known = _SESSIONS.setdefault(reader, {})
    if session not in known:
        known[session] = _added_up(reader, session)
    return known[session]


def _added_up(reader: Reader, session: date) -> Mapping[str, Legs]:
    close = sessions.close_of(session)
    found: dict[str, Legs] = {}
    since = datetime.combine(session, time(0, 0), sessions.BEIJING)
    for row in reader.rows("constituents", close, since=since):
        name = row["sector"] or NOT_NAMED
        legs, held = found.setdefault(name, Legs(source=row.publisher)), row["shares"] * row["fx"]
        legs.price_cny += row["price"] * held
        legs.reference_cny += row["reference"] * held
        legs.members += 1
    return {name: legs for name, legs in found.items() if legs.members >= MEMBERS and name != NOT_NAMED}
