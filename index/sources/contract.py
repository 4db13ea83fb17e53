"""What a source is: a host that may be asked, the calls it takes, and how its answers become rows of the format.

A source never touches the network itself: it says which calls it needs, somebody else makes them and gives it the
answers (`index.sources.asking`). So every source is tested on recorded shapes, and a hanging library can be killed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

import pandas as pd

from index import sessions
from index.catalog import BY_CODE
from index.errors import CalendarEnds
from index.faults import Fault
from index.kinds import KINDS, Kind
from index.quality import Rejected

Record = Mapping[str, Any]  # one row as the publisher words it
Row = Mapping[str, Any]  # one row in the format's columns and units
Answer = pd.DataFrame | str

SETTLING = timedelta(minutes=1)  # the closing auction's last figures arrive seconds to two minutes after 15:00
DELAYED = timedelta(minutes=20)  # overseas quotes are free because they are late


class Why(StrEnum):
    """Why a call has no usable answer."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"  # no connection, a refusal, a page instead of data
    MISSING_LIBRARY = "missing_library"
    CRASHED = "crashed"
    BROKEN = "broken"  # the library stumbled over what came
    SHAPE = "shape"  # columns are not those we know
    OUT_OF_TIME = "out_of_time"  # nobody's fault: the run had to end


class Unanswered(Exception):
    """A call without a usable answer.

    Attributes:
        why: what kept it.
        detail: for the operator; never shown to a reader.
    """

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(why, detail)
        self.why = why
        self.detail = detail

    @property
    def is_hosts(self) -> bool:
        """Whether the host as a whole is to blame, so that its other calls would fare no better."""
        return self.why in {Why.TIMEOUT, Why.UNREACHABLE, Why.MISSING_LIBRARY}


@dataclass(frozen=True, slots=True)
class Host:
    """A party that can ban us.

    Attributes:
        family: two sources of one family are one opinion, whatever their addresses.
        interval_s: the least time between two calls.
        cool_down: how long it is left alone after a first failure; doubled with each further one.
    """

    family: str
    interval_s: float = 1.0
    cool_down: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Request:
    """What is wanted: days from `since` to `until`, both included, asked for at the moment `at`."""

    since: date
    until: date
    at: datetime

    def span(self) -> dict[str, str]:
        """The days as AkShare's and Tushare's functions take them."""
        return {"start_date": f"{self.since:%Y%m%d}", "end_date": f"{self.until:%Y%m%d}"}

    def days(self) -> Iterator[date]:
        """The weekdays wanted, oldest first."""
        wanted = (self.since + timedelta(days=step) for step in range((self.until - self.since).days + 1))
        return (day for day in wanted if day.weekday() <= sessions.FRIDAY)

    def sessions(self) -> Iterator[date]:
        """The days wanted on which Shanghai trades, or may trade where the calendar does not reach."""
        return (day for day in self.days() if may_be_session(day))

    def connect_days(self) -> Iterator[date]:
        """The days wanted on which Stock Connect is open, or may be."""
        return (day for day in self.days() if may_be_connect_day(day))


@dataclass(frozen=True, slots=True)
class Call:
    """One function of a library, to be run where it can be stopped.

    Attributes:
        function: ``module:name``.
        arguments: by keyword.
        subject: whose figures are asked for, where the answer does not say.
    """

    function: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    subject: str = ""


Ask = Callable[["Source", Call], Answer]  # raises Unanswered


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that the source itself does not vouch for, and why."""

    subject: str
    fault: Fault


@dataclass(slots=True)
class Reading:
    """What a source answered: rows in the format's columns, rows it refused, calls it left unanswered."""

    rows: list[Row] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    failures: list[Unanswered] = field(default_factory=list)

    def newest(self, source: "Source") -> date | None:
        """The newest day among the rows."""
        return max((day_of(KINDS[source.kind], row) for row in self.rows), default=None)


def table_rows(answer: Answer, _request: Request) -> Iterable[Record]:
    """The rows of a table as they stand."""
    if not isinstance(answer, pd.DataFrame):
        raise Unanswered(Why.SHAPE, f"{type(answer).__name__} instead of a table")
    return [{str(name): cell for name, cell in row.items()} for row in answer.to_dict("records")]


@dataclass(frozen=True, slots=True)
class Source:
    """One series of figures of one publisher.

    Attributes:
        name: ``tencent.closes``.
        host: who is asked.
        kind: the kind of the format that its rows belong to.
        publisher: as readers are told.
        calls: a request → the calls that answer it.
        row: one record → a row of the format in its units, or None when it is about something else. Raises Rejected.
        records: an answer → records; by default the rows of a table.
        shape: the columns that a table must have; what `whyup doctor --live` compares.
        deadline_s: for one call.
        is_latest_only: whether it only knows the newest session.
        slice_days: how many days to ask for at a time where each session is a call of its own; 0: all at once.
    """

    name: str
    host: Host
    kind: str
    publisher: str
    calls: Callable[[Request], Iterable[Call]]
    row: Callable[[Record, Call, Request], Row | None]
    records: Callable[[Answer, Request], Iterable[Record]] = table_rows
    shape: tuple[str, ...] = ()
    deadline_s: float = 30.0
    is_latest_only: bool = False
    slice_days: int = 0

    def fetch(self, request: Request, ask: Ask) -> Reading:
        """Ask, and read what came back; calls that fail are part of the reading, never an error.

        Args:
            request: the days wanted; rows of other days are left out.
            ask: makes one call.
        """
        reading = Reading()
        for call in self.calls(request):
            try:
                self._read(ask(self, call), call, request, reading)
            except Unanswered as failure:
                reading.failures.append(failure)
                if failure.is_hosts or failure.why is Why.OUT_OF_TIME:
                    break
        return reading

    def missing_columns(self, answer: Answer) -> tuple[str, ...]:
        """The columns of the known shape that an answer lacks."""
        return tuple(name for name in self.shape if name not in answer) if isinstance(answer, pd.DataFrame) else ()

    def _read(self, answer: Answer, call: Call, request: Request, reading: Reading) -> None:
        missing = self.missing_columns(answer)
        if missing and len(answer):  # an empty table has no columns at all
            raise Unanswered(Why.SHAPE, f"no column {', '.join(missing)}")
        for record in self._records(answer, request):
            try:
                row = self.row(record, call, request)
                reading.rows.extend([row] if row and _is_wanted(KINDS[self.kind], row, request) else [])
            except Rejected as rejection:
                reading.refused.append(Refusal(call.subject, rejection.fault))

    def _records(self, answer: Answer, request: Request) -> list[Record]:
        try:
            return list(self.records(answer, request))
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise Unanswered(Why.SHAPE, f"{type(error).__name__}: {error}") from error


def _is_wanted(kind: Kind, row: Row, request: Request) -> bool:
    return request.since <= day_of(kind, row) <= request.until


def day_of(kind: Kind, row: Row) -> date:
    """The day that a row is about, as its publisher dates it."""
    dated: date | datetime = row[kind.dated_by[-1]]
    return dated.astimezone(sessions.BEIJING).date() if isinstance(dated, datetime) else dated


def may_be_session(day: date) -> bool:
    """Whether Shanghai trades on a day, or may trade where the calendar does not reach."""
    return sessions.opening(day) is not sessions.Opening.CLOSED


def may_be_connect_day(day: date) -> bool:
    """Whether Stock Connect is open on a day, or may be."""
    try:
        return sessions.connect_is_open(day)
    except CalendarEnds:
        return may_be_session(day)


def settled(session: date, request: Request, index: str = "", lag: timedelta = SETTLING) -> date:
    """The session, when its closing figures can be final at the moment of asking.

    Daily tables carry a row for the running session whose "close" is the last price.

    Raises:
        Rejected: the session is not over, or only just.
    """
    known = BY_CODE.get(index)
    if sessions.close_of(session, known.mic if known else "XSHG") + lag > request.at:
        raise Rejected(Fault("unsettled", "session", session.isoformat()))
    return session


def undated(request: Request) -> date:
    """The session that a table without a date is about.

    Such a table holds the last session's figures until the next opening auction, also under another date. It is
    believed from the close to the next morning only, and only where the calendar knows which session that is.

    Raises:
        Rejected: it cannot be told which session the figures belong to.
    """
    local = request.at.astimezone(sessions.BEIJING)
    try:
        session = sessions.latest_closed(local)
        is_over = not sessions.is_session(local.date()) or session == local.date() or local.time() < _AUCTION
    except CalendarEnds:
        raise Rejected(Fault("undated")) from None
    if not is_over:
        raise Rejected(Fault("unsettled", "session", local.date().isoformat()))
    return settled(session, request)


_AUCTION = time(9, 15)  # from here on quote tables are about the new session
