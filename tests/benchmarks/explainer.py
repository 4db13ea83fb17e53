"""The explainer on the development history: ``python -m tests.benchmarks.explainer``.

Agreement with closing reports is printed by ``whyup evaluate`` and, cross-validated, by ``fit_weights``. This prints
what must hold whatever reports say: no look-ahead, no cause where there is no evidence, and the time a session takes.
"""

import random
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter

from rich.console import Console
from sqlalchemy import delete

from bot.explainer.explanation import Explanation, explain, gather, weigh
from index import moves, sessions
from index.catalog import SHANGHAI_COMPOSITE
from index.moves import Move
from index.reader import Reader
from index.refresh import load_folder
from index.store import METADATA, Store, stamp
from tests.benchmarks.reports import HISTORY, LAST, history

FIRST, UNTIL = date(2015, 1, 5), date(2024, 12, 31)
CUT = 200  # random sessions of the look-ahead test
SEED = 5


def days(reader: Reader, first: date = FIRST, until: date = UNTIL) -> list[date]:
    """The stored sessions of a stretch."""
    bars = reader.bars(SHANGHAI_COMPOSITE.code, sessions.close_of(LAST))
    return [day for day in (bars.session(place) for place in range(1, len(bars))) if first <= day <= until]


def move_of(reader: Reader, session: date) -> Move:
    """The Composite's move of a session."""
    return moves.of(reader.bars(SHANGHAI_COMPOSITE.code, sessions.close_of(session)), session)


def answer(reader: Reader, session: date) -> Explanation:
    """What is said at a session's close."""
    return explain(move_of(reader, session), reader, sessions.close_of(session))


def claimed(found: Sequence[Explanation]) -> str:
    """How many explanations name any driver, and how many tell one as the reason."""
    named = sum(bool(one.drivers) for one in found) / len(found)
    told = sum(one.drivers[0].tier == "clear" for one in found if one.drivers) / len(found)
    return f"{named:.1%} name a driver, {told:.1%} tell one as the reason"


def milliseconds(reader: Reader) -> float:
    """The average time of a session, one after the other, with the tables read beforehand."""
    answer(reader, FIRST)
    wanted = days(reader)
    began = perf_counter()
    for session in wanted:
        answer(reader, session)
    return 1000 * (perf_counter() - began) / len(wanted)


def without_evidence(*, with_indices_abroad: bool) -> list[Explanation]:
    """Answers from a store that holds bars only: of all indices, or of the Composite alone."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bars.csv.gz").symlink_to(HISTORY / "bars.csv.gz")
        store = Store(f"sqlite:///{folder}/bars.db")
        load_folder(store, Path(folder), datetime.now(UTC))  # noqa: TID251 - a benchmark's own clock
        if not with_indices_abroad:
            _keep_only(store, SHANGHAI_COMPOSITE.code)
        reader = Reader(store)
        return [answer(reader, session) for session in days(reader)]


def _keep_only(store: Store, index: str) -> None:
    table = METADATA.tables["bars"]
    with store.engine.begin() as connection:
        connection.execute(delete(table).where(table.c.index != index))


def with_other_days_evidence(reader: Reader) -> list[Explanation]:
    """Moves explained by what was known on another session, drawn at random."""
    drawn = random.Random(SEED).sample(days(reader), 2 * CUT)
    found = [
        (move_of(reader, one), move_of(reader, other)) for one, other in zip(drawn[:CUT], drawn[CUT:], strict=True)
    ]
    return [weigh(move, gather(other, reader, other.published_at), move.published_at) for move, other in found]


def seen_ahead(reader: Reader) -> int:
    """Of random sessions, those whose answer changes when everything later is taken away."""
    drawn = sorted(random.Random(SEED).sample(days(reader, until=LAST), CUT), reverse=True)
    with tempfile.TemporaryDirectory() as folder:
        cut = Store(f"sqlite:///{folder}/cut.db")
        load_folder(cut, HISTORY, datetime.now(UTC))  # noqa: TID251 - a benchmark's own clock
        return sum(then != answer(reader, session) for session, then in zip(drawn, _cut(cut, drawn), strict=True))


def _cut(store: Store, drawn: Sequence[date]) -> Iterator[Explanation]:
    """Answers as rows are taken away from the newest close backwards."""
    for session in drawn:
        moment = stamp(sessions.close_of(session))
        with store.engine.begin() as connection:
            for table in METADATA.sorted_tables:
                if "known_at" in table.c:
                    connection.execute(delete(table).where(table.c.known_at > moment))
        yield answer(Reader(store), session)


def main() -> None:
    """Print every figure."""
    say = Console(highlight=False).print
    with history() as reader:
        say(f"a session of 2015-2024: {milliseconds(reader):.1f} ms on average")
        say(f"a cause claimed with all evidence: {claimed([answer(reader, one) for one in days(reader)[::10]])}")
        say(f"… with the bars of all indices only: {claimed(without_evidence(with_indices_abroad=True))}")
        say(f"… with the Composite's own bars only: {claimed(without_evidence(with_indices_abroad=False))}")
        say(f"… with the evidence of another session: {claimed(with_other_days_evidence(reader))}")
        say(f"answers that later rows change: {seen_ahead(reader)} of {CUT}")


if __name__ == "__main__":
    main()
