"""Who and what there is: people, chats, memberships, topics, messages, and who may write where."""

import itertools
import math
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace

from .faults import Faults
from .limits import Limits, Rates
from .parameters import Call
from .records import (
    Chat,
    GuestQuestion,
    InlineAnswer,
    InlineQuestion,
    Member,
    Message,
    Photo,
    Press,
    PressAnswer,
    Privacy,
    Topic,
    User,
)
from .refusals import forbid, migrated, refuse
from .shapes import PERMISSIONS
from .updates import Pusher, Updates

FIRST_PERSON = 1_000_001
SUPERGROUP = -1_000_000_000_000
PLACES = {"group": "group chat", "supergroup": "supergroup chat", "channel": "channel chat"}
RIGHTS = {"can_send_messages": "text messages", "can_send_photos": "photos"}
ALL = frozenset(PERMISSIONS)

Question = Press | InlineQuestion | GuestQuestion
Answer = PressAnswer | InlineAnswer | Message


def wall_clock() -> int:
    """Unix seconds, as in Message.date: Telegram has a clock of its own."""
    return int(time.time())  # noqa: TID251 - the fake stands outside whyup, where the clock is read


@dataclass(slots=True)
class Standing:
    """What else is true of a chat, beside its name: each of these makes sends fail in its own way."""

    started: bool = False
    blocked: bool = False
    deactivated: bool = False
    deleted: bool = False
    write_forbidden: bool = False
    migrated_to: int | None = None
    allowed: frozenset[str] = ALL
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    sent: list[int] = field(default_factory=list)
    read: int = 0


class World:
    """Everything the fake knows; methods change it, tests look at it."""

    def __init__(self, bot: User, rates: Rates, stars: float, privacy: Privacy) -> None:
        self.bot = bot
        self.privacy = privacy
        self.limits = Limits(rates, stars)
        self.faults = Faults()
        self.updates = Updates()
        self.pusher = Pusher(self.updates, wall_clock)
        self.chats: dict[int, Chat] = {}
        self.standings: defaultdict[int, Standing] = defaultdict(Standing)
        self.names: dict[str, int] = {}
        self.photos: dict[str, Photo] = {}
        self.inline_messages: dict[str, str] = {}
        self.questions: dict[str, Question] = {}
        self.answers: dict[str, Answer] = {}
        self.settings: dict[tuple[str, ...], object] = {}
        self.https_only = False
        self.question_lives_s = math.inf
        self._numbers = itertools.count(1)
        self._people = itertools.count(FIRST_PERSON)

    def number(self) -> int:
        """A number not given before."""
        return next(self._numbers)

    def person_number(self) -> int:
        return next(self._people)

    def now(self) -> int:
        return wall_clock()

    def add(self, chat: Chat) -> Chat:
        self.chats[chat.id] = chat
        name = chat.user.username if chat.user else chat.username
        if name:
            self.names[f"@{name.lower()}"] = chat.id
        return chat

    def standing(self, chat: Chat) -> Standing:
        return self.standings[chat.id]

    def chat_of(self, call: Call) -> Chat:
        """The chat that a call names, or the refusal that Telegram has for it."""
        given = call.text("chat_id")
        if not given:
            refuse("chat_id is empty")
        chat_id = self.names.get(given.lower()) if given.startswith("@") else _number(given)
        call.chat_id = chat_id
        chat = self.chats.get(chat_id or 0)
        if chat is None:
            refuse("chat not found")
        self._check_moved(chat)
        return chat

    def _check_moved(self, chat: Chat) -> None:
        moved = self.standing(chat).migrated_to
        if moved is not None:
            raise migrated(moved)

    def member(self, chat: Chat, user: User) -> Member:
        """Someone's standing in a chat; who was never there has left."""
        return self.standing(chat).members.get(user.id, Member(user, "left"))

    def bot_in(self, chat: Chat) -> Member:
        return self.member(chat, self.bot)

    def check_reaches(self, chat: Chat) -> None:
        """Raise the 403 for a chat that the bot cannot reach at all."""
        refusal = self._unreachable_person(chat) if chat.user else self._unreachable_place(chat)
        if refusal:
            forbid(refusal)

    def _unreachable_person(self, chat: Chat) -> str:
        standing = self.standing(chat)
        if chat.person.is_bot:
            return "bot can't send messages to bots"
        if standing.deactivated:
            return "user is deactivated"
        if standing.blocked:
            return "bot was blocked by the user"
        return "" if standing.started else "bot can't initiate conversation with a user"

    def _unreachable_place(self, chat: Chat) -> str:
        if self.standing(chat).deleted:
            return "the group chat was deleted"
        status = self.bot_in(chat).status
        if status == "kicked":
            return f"bot was kicked from the {PLACES[chat.kind]}"
        return f"bot is not a member of the {PLACES[chat.kind]}" if status == "left" else ""

    def check_may_send(self, chat: Chat, right: str, thread_id: int) -> None:
        """Raise the refusal for a message that the bot may not send to this chat or topic."""
        self.check_reaches(chat)
        if self.standing(chat).write_forbidden:
            refuse("CHAT_WRITE_FORBIDDEN")
        if not chat.user:
            self._check_right(chat, right)
        if thread_id:
            self._check_topic(chat, thread_id)

    def _check_right(self, chat: Chat, right: str) -> None:
        bot = self.bot_in(chat)
        if chat.kind == "channel":
            self._check_posts(bot)
        elif not bot.is_admin and right not in self._allowed(chat, bot):
            refuse(f"not enough rights to send {RIGHTS[right]} to the chat")

    def _allowed(self, chat: Chat, bot: Member) -> frozenset[str]:
        allowed = self.standing(chat).allowed
        return allowed & bot.allowed if bot.status == "restricted" else allowed

    def _check_posts(self, bot: Member) -> None:
        if not bot.is_admin or "can_post_messages" not in bot.allowed:
            refuse("need administrator rights in the channel chat")

    def _check_topic(self, chat: Chat, thread_id: int) -> None:
        topic = self.standing(chat).topics.get(thread_id)
        if topic is None:
            refuse("message thread not found")
        if topic.closed and "can_manage_topics" not in self.bot_in(chat).allowed:
            refuse("TOPIC_CLOSED")

    def store(self, message: Message) -> Message:
        standing = self.standing(message.chat)
        standing.messages[message.id] = message
        if message.from_bot and not message.service:
            standing.sent.append(message.id)
        self.updates.signal.fire()
        return message

    def change(self, message: Message, changed: Message) -> Message:
        """Put an edited message in the place of the old one."""
        dated = replace(changed, edit_date=self.now())
        self.standing(message.chat).messages[message.id] = dated
        self.updates.signal.fire()
        return dated

    def reply_of(self, message: Message) -> Message | None:
        return self.standing(message.chat).messages.get(message.reply_to or 0)

    def open_question(self, question_id: str, at: float) -> Question | None:
        """A question still waiting, which is then no longer; None when too old or unknown."""
        question = self.questions.pop(question_id, None)
        return question if question and at - question.at <= self.question_lives_s else None

    def answered(self, question: Question, answer: Answer) -> None:
        self.answers[question.id] = answer
        self.updates.signal.fire()


def _number(given: str) -> int:
    try:
        return int(given)
    except ValueError:
        refuse("chat not found")
