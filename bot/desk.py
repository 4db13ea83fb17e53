"""Where chats ask: the store behind a reader that follows it, each chat's own habits and its conversation."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from bot.chat.answer import Answer
from bot.chat.answering import answer, reply_to, spoken_language, turn
from bot.chat.asked import Asked, Habits
from bot.chat.conversation import ALONE, Thread, Turn
from bot.clock import Clock
from bot.delivery import chats, memory
from bot.delivery.chats import Subscriber
from bot.pages import words_of
from bot.settings import Settings
from index.catalog import BY_CODE, SHANGHAI_COMPOSITE
from index.reader import Reader
from index.store import Store

Speaker = tuple[int, int]  # a chat and a person in it: in a group everybody has a conversation of their own
KEPT = 256  # answers of the running minute that whoever asks the same is given


@dataclass(frozen=True, slots=True)
class _Asking:
    """All that an answer depends on beside the figures and the moment."""

    text: str
    habits: Habits
    thread: Thread


class Desk:
    """Answers questions from the newest figures."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self.store, self.settings, self.clock = store, settings, clock
        self._reader, self._version = Reader(store), store.version()
        self._answered = lru_cache(maxsize=KEPT)(self._answer)
        self._shown = lru_cache(maxsize=KEPT)(self._show)

    @property
    def reader(self) -> Reader:
        """A reader that has seen everything stored by now."""
        version = self.store.version()
        if version != self._version:
            self._reader, self._version = Reader(self.store), version
        return self._reader

    # --- What a chat has chosen ---------------------------------------------------------------------------------------

    def chat(self, chat_id: int) -> Subscriber | None:
        """What a chat has chosen, if it has chosen anything."""
        return chats.get(self.store.engine, chat_id)

    def language_of(self, chat_id: int, spoken: str = "") -> str:
        """The language of a chat: its own choice, else what is spoken there, else the operator's."""
        chosen = self.chat(chat_id)
        return chosen.language if chosen else spoken_language(spoken) if spoken else self.settings.language

    def habits_of(self, chat_id: int, *, speaks: bool) -> Habits:
        """How a chat is answered.

        Args:
            chat_id: the chat.
            speaks: whether its language counts more than that of the question, as in a group.
        """
        chosen = self.chat(chat_id)
        if chosen is None:
            return Habits(colours=self.settings.colours)
        index = BY_CODE.get(chosen.indices[0], SHANGHAI_COMPOSITE) if chosen.indices else SHANGHAI_COMPOSITE
        return Habits(chosen.language if speaks else "", chosen.colours, index)

    def colours_in(self, language: str) -> str:
        """The operator's colours, else the language's habit."""
        return self.settings.colours or str(words_of(language)["colours"])

    # --- Answers ------------------------------------------------------------------------------------------------------

    def answer(self, text: str, habits: Habits, thread: Thread = ALONE) -> Answer:
        """Answer a question asked now; whoever asks the same in the same minute gets the same answer."""
        return self._answered(_Asking(text, habits, thread), *self._moment())

    def show(self, view: Turn, habits: Habits) -> Answer:
        """Answer what a button or a command asks, in the view's language."""
        return self._shown(view, habits, *self._moment())

    def latest(self, intent: str, habits: Habits, driver: str | None = None) -> Answer:
        """The latest session of a chat's usual index, as if that had been asked for in the habits' language."""
        return self.show(Turn(intent, habits.language, habits.index.code, driver=driver), habits)

    def picture(self, answer: Answer, colours: str) -> bytes:
        """The close picture of an answer's move.

        Raises:
            ValueError: the answer has no move.
        """
        from bot.chat.picture import draw  # noqa: PLC0415 - matplotlib loads when the first picture is wanted

        move = answer.told.move
        if move is None:
            raise ValueError(answer.question.intent)
        return draw(self.reader.bars(move.index, self.clock.now()), move, answer.language, colours)

    def _moment(self) -> tuple[int, datetime]:
        """The store's version and the running minute: while neither changes, no answer does."""
        return self.store.version(), self.clock.now().replace(second=0, microsecond=0)

    def _answer(self, asking: _Asking, _version: int, minute: datetime) -> Answer:
        return answer(asking.text, minute, self.reader, asking.habits, asking.thread)

    def _show(self, view: Turn, habits: Habits, _version: int, minute: datetime) -> Answer:
        return reply_to(Asked(view.question, minute, self.reader, spoken_language(view.language), habits))

    # --- Conversation -------------------------------------------------------------------------------------------------

    def converse(self, speaker: Speaker, text: str, habits: Habits, thread: Thread = ALONE) -> Answer:
        """Answer a question within a conversation, and remember what the next one may refer to.

        Args:
            speaker: who asks, and where.
            text: what was typed.
            habits: of the chat.
            thread: what the text is known to be about; else it is about what was told last.
        """
        last = thread.last or self._last(speaker) or _fresh(habits)
        found = self.answer(text, habits, replace(thread, last=last))
        self.note(speaker, found, habits)
        return found

    def note(self, speaker: Speaker, found: Answer, habits: Habits) -> None:
        """Remember what somebody was told, when a follow-up can refer to it."""
        told = turn(found, habits)
        if told:
            memory.remember(self.store.engine, *speaker, told.as_text(), self.clock.now())

    def _last(self, speaker: Speaker) -> Turn | None:
        told = memory.recall(self.store.engine, *speaker, self.clock.now())
        return Turn.from_text(told) if told else None

    def forget(self, chat_id: int) -> None:
        """Delete everything that is stored about a chat."""
        chats.forget(self.store.engine, chat_id)
        memory.forget(self.store.engine, chat_id)


def _fresh(habits: Habits) -> Turn:
    """Where nothing was told lately, "and yesterday?" asks why the usual index moved."""
    return Turn("why_move", "", habits.index.code)
