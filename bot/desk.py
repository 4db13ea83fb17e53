"""Where chats ask: the store behind a reader that follows it, and each chat's own habits."""

from bot.chat.answer import Answer
from bot.chat.answering import answer, reply_to, spoken_language
from bot.chat.asked import Asked, Habits
from bot.chat.question import Question, When
from bot.clock import Clock
from bot.delivery import chats
from bot.delivery.chats import Subscriber
from bot.pages import words_of
from bot.settings import Settings
from index.catalog import SHANGHAI_COMPOSITE
from index.reader import Reader
from index.store import Store


class Desk:
    """Answers questions from the newest figures."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self.store, self.settings, self.clock = store, settings, clock
        self._reader, self._version = Reader(store), store.version()

    @property
    def reader(self) -> Reader:
        """A reader that has seen everything stored by now."""
        version = self.store.version()
        if version != self._version:
            self._reader, self._version = Reader(self.store), version
        return self._reader

    def chat(self, chat_id: int) -> Subscriber | None:
        """What a chat has chosen, if it has chosen anything."""
        return chats.get(self.store.engine, chat_id)

    def language_of(self, chat_id: int, spoken: str = "") -> str:
        """The language of a chat: its own choice, else what is spoken there, else the operator's."""
        chosen = self.chat(chat_id)
        return chosen.language if chosen else spoken_language(spoken) if spoken else self.settings.language

    def colours_in(self, language: str) -> str:
        """The operator's colours, else the language's habit."""
        return self.settings.colours or str(words_of(language)["colours"])

    def answer(self, text: str, habits: Habits) -> Answer:
        """Answer a question asked now."""
        return answer(text, self.clock.now(), self.reader, habits)

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

    def latest(self, intent: str, language: str, colours: str = "") -> Answer:
        """The latest session of the Shanghai Composite, as if its close or its reasons had been asked for."""
        question = Question("", "en", intent, SHANGHAI_COMPOSITE, (), When(), None, None)
        return reply_to(Asked(question, self.clock.now(), self.reader, language, Habits(language, colours)))
