"""Every error the project raises on purpose. The reader's words for each stand in ``templates/<language>/errors.j2``.

MarketError
├── UnknownIndex         a code or name outside the catalogue
├── BeforeHistory        a day before the exchange opened on 1990-12-19
├── NotYet               a day or close that has not come
├── NoFigures            the store holds nothing for that index and session
├── CalendarEnds         a day past the last one whose holidays are known
├── ConstituentsInvalid  a constituents table with rows that no index can be computed from
├── FolderUnreadable     an import folder, or a file in it, that cannot be read
├── StoreUnreachable     the database cannot be opened
├── SettingInvalid       an environment variable that makes no sense
├── RulesInvalid         a file of rules that an operator edited makes no sense
├── TelegramUnreachable  the Bot API does not answer when the bot comes up
└── TokenRefused         Telegram does not know the bot token
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar


@dataclass(eq=False)
class MarketError(Exception):
    """Root of the tree: data about what went wrong; the words come from templates."""

    exit_status: ClassVar[int] = 1

    def __str__(self) -> str:
        return f"{type(self).__name__}{vars(self)}"


@dataclass(eq=False)
class UnknownIndex(MarketError):
    """A code or name outside the catalogue."""

    asked: str
    exit_status: ClassVar[int] = 2


@dataclass(eq=False)
class BeforeHistory(MarketError):
    """A day before the exchange opened."""

    day: date
    first: date
    exit_status: ClassVar[int] = 2


@dataclass(eq=False)
class NotYet(MarketError):
    """A day or close that has not come at the moment of asking."""

    day: date
    exit_status: ClassVar[int] = 2


@dataclass(eq=False)
class NoFigures(MarketError):
    """The store holds nothing for that index and session (``session`` None: nothing at all)."""

    index: str
    session: date | None
    exit_status: ClassVar[int] = 3


@dataclass(eq=False)
class CalendarEnds(MarketError):
    """A day past the last one whose exchange holidays are known."""

    day: date
    last_known: date


@dataclass(frozen=True, slots=True)
class BadRow:
    """One thing wrong with a constituents table.

    Attributes:
        row: in a file the line (the header of a CSV is line 1; a Parquet file's first row is 1), in a DataFrame the
            position from 0; None when the whole table is to blame.
        code: the key of its words in the templates: ``no_column``, ``empty``, ``missing``, ``not_a_number``,
            ``not_a_date``, ``not_positive``, ``negative``, ``duplicate``, ``contradicts``, ``implausible``,
            ``columns``, ``unreadable``.
        column: where, when one cell is to blame.
        cell: what stood there.
    """

    row: int | None
    code: str
    column: str = ""
    cell: str = ""


@dataclass(eq=False)
class ConstituentsInvalid(MarketError):
    """A constituents table with rows that no index can be computed from.

    Attributes:
        rows: the first of them, in the order of the table.
        count: how many there are.
        path: the file, or empty for a DataFrame.
    """

    rows: tuple[BadRow, ...]
    count: int
    path: str = ""
    exit_status: ClassVar[int] = 2


@dataclass(eq=False)
class FolderUnreadable(MarketError):
    """An import folder, or a file in it, that cannot be read."""

    path: str
    reason: str
    exit_status: ClassVar[int] = 2


@dataclass(eq=False)
class StoreUnreachable(MarketError):
    """The database cannot be opened or written."""

    url: str
    reason: str
    exit_status: ClassVar[int] = 4


@dataclass(eq=False)
class SettingInvalid(MarketError):
    """An environment variable that makes no sense."""

    variable: str
    reason: str
    exit_status: ClassVar[int] = 2


@dataclass(eq=False)
class RulesInvalid(MarketError):
    """A rule in a file of rules makes no sense (``rule`` empty: the file itself cannot be read)."""

    file: str
    rule: str
    reason: str
    exit_status: ClassVar[int] = 2


@dataclass(eq=False)
class TokenRefused(MarketError):
    """Telegram does not know the bot token, or none is set."""

    reason: str
    exit_status: ClassVar[int] = 5


@dataclass(eq=False)
class TelegramUnreachable(MarketError):
    """The Bot API does not answer when the bot comes up."""

    reason: str
    exit_status: ClassVar[int] = 6
