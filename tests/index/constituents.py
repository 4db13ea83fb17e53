"""Tables of constituents for tests: written by hand, or drawn by hypothesis."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from hypothesis import settings
from hypothesis import strategies as st

patient = settings(deadline=None, max_examples=50)  # pandas is slow on small tables, the more so on a busy machine

COLUMNS = ("session", "code", "sector", "price", "reference", "shares", "fx")
MONDAY, TUESDAY, WEDNESDAY = pd.to_datetime(["2024-09-23", "2024-09-24", "2024-09-25"])
SESSIONS = pd.bdate_range("2024-01-01", periods=6).as_unit("s")
CODES = ("600000.SH", "600519.SH", "601398.SH", "688981.SH", "900901.SH")
SECTORS = ("bank", "liquor", "chip")


def table(*rows: Sequence[Any]) -> pd.DataFrame:
    """Rows of ``session, code, sector, price, reference, shares, fx`` as a table."""
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(("price", "reference", "shares", "fx"), "float64"))


def day(session: pd.Timestamp, *rows: Sequence[Any]) -> pd.DataFrame:
    """Rows of one session: ``code, sector, price, reference, shares``, in yuan."""
    return table(*((session, *row, 1.0) for row in rows))


_prices = st.floats(0.5, 2_000)
_rows = st.tuples(
    st.sampled_from(SECTORS), _prices, st.floats(0.8, 1.25), st.floats(1e6, 1e11), st.sampled_from((1.0, 7.1))
)


@st.composite
def tables(draw: st.DrawFn, sessions: int = 4) -> pd.DataFrame:
    """A table of a few sessions, each with some of the stocks, no price more than a quarter from its reference."""
    rows = []
    for session in SESSIONS[: draw(st.integers(1, sessions))]:
        for code in draw(st.sets(st.sampled_from(CODES), min_size=1)):
            sector, reference, ratio, shares, fx = draw(_rows)
            rows.append((session, code, sector, reference * ratio, reference, shares, fx))
    return table(*draw(st.permutations(rows)))
