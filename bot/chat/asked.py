"""A question together with what is needed to answer it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from bot.chat.caveats import Caveats, of_stored
from bot.chat.question import Question
from bot.chat.span import Span, resolve
from bot.explainer.explanation import Explanation, explain
from index import moves
from index.bars import Bars
from index.catalog import SHANGHAI_COMPOSITE, Index
from index.moves import Move
from index.reader import Reader


@dataclass(frozen=True, slots=True)
class Habits:
    """What a chat has chosen, or nothing.

    Attributes:
        language: to answer in; the question's own when empty.
        colours: ``red_up`` or ``green_up``; the language's habit when empty.
        index: the one meant when none is named.
    """

    language: str = ""
    colours: str = ""
    index: Index = SHANGHAI_COMPOSITE


NONE = Habits()


@dataclass(frozen=True)  # no slots: what is computed once is kept
class Asked:
    """A question in its place: the moment, the figures and the chat's habits.

    Attributes:
        question: as understood.
        at: the moment of asking; nothing that became public later is seen.
        reader: the stored figures.
        language: of the templates to answer with.
        habits: what the chat has chosen.
    """

    question: Question
    at: datetime
    reader: Reader
    language: str
    habits: Habits = NONE

    @property
    def index(self) -> Index:
        """The index the answer is about."""
        return self.question.index or self.habits.index

    @cached_property
    def bars(self) -> Bars:
        """Its bars as known at the moment of asking."""
        return self.reader.bars(self.index.code, self.at)

    @cached_property
    def span(self) -> Span:
        """The sessions answered about; raises a MarketError where there are none."""
        return resolve(self.question.when, self.bars, self.at)

    @cached_property
    def move(self) -> Move:
        """What the index did over them; from the first stored close on where a period begins with it."""
        after_the_first = [session for session in self.span.sessions if session > self.bars.session(0)]
        return moves.of(self.bars, self.span.last, after_the_first[0] if len(after_the_first) > 1 else None)

    @cached_property
    def caveats(self) -> Caveats:
        """What has to be said about the close that the move ends with."""
        return of_stored(self.move, self.bars, self.reader)

    @cached_property
    def explanation(self) -> Explanation:
        """Why, as far as the figures show."""
        return explain(self.move, self.reader, self.at)
