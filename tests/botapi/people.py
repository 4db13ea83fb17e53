"""What people do: they open chats, write, press, ask, add and remove the bot; and what they then see."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from . import formatting, shapes
from .records import (
    Button,
    Chat,
    GuestQuestion,
    InlineQuestion,
    Member,
    Message,
    Press,
    Topic,
    User,
)
from .shapes import ADMIN_RIGHTS, CHANNEL_RIGHTS, GROUP_RIGHTS
from .updates import Signal
from .world import SUPERGROUP, Answer, Question, Standing, World

Q = TypeVar("Q", Press, InlineQuestion, GuestQuestion)

EVERY_RIGHT = frozenset((*ADMIN_RIGHTS, *CHANNEL_RIGHTS, *GROUP_RIGHTS))
OWNER = User(1, "Owner")
WAIT_S = 5.0


class People:
    """Drives a World as people drive Telegram; FakeTelegram is one."""

    world: World

    # Chats come into being.

    def person(self, name: str = "Wei", language_code: str = "", *, username: str = "", started: bool = True) -> Chat:
        """A person's private chat with the bot, which they have opened unless told otherwise."""
        user = User(self.world.person_number(), name, username, language_code)
        chat = self.world.add(Chat(user.id, "private", user=user))
        self._standing(chat).started = started
        return chat

    def crowd(self, size: int, first: int = 5_000_000_000) -> range:
        """That many private chats in one go, for broadcasts; their ids."""
        for user_id in range(first, first + size):
            chat = self.world.add(Chat(user_id, "private", user=User(user_id, f"P{user_id}")))
            self._standing(chat).started = True
        return range(first, first + size)

    def group(self, title: str = "Funds", *, owner: Chat | None = None) -> Chat:
        return self._place(Chat(-self.world.person_number(), "group", title), owner)

    def supergroup(self, title: str = "A shares", *, owner: Chat | None = None, is_forum: bool = False) -> Chat:
        chat_id = SUPERGROUP - self.world.person_number()
        return self._place(Chat(chat_id, "supergroup", title, is_forum=is_forum), owner)

    def channel(self, title: str = "Closes", *, owner: Chat | None = None, username: str = "") -> Chat:
        chat_id = SUPERGROUP - self.world.person_number()
        return self._place(Chat(chat_id, "channel", title, username), owner)

    def _place(self, chat: Chat, owner: Chat | None) -> Chat:
        self.world.add(chat)
        user = owner.person if owner else OWNER
        self._standing(chat).members[user.id] = Member(user, "creator")
        return chat

    def topic(self, chat: Chat, name: str = "Markets", *, closed: bool = False) -> Topic:
        topic = Topic(self.world.number(), name, closed=closed)
        self._standing(chat).topics[topic.id] = topic
        return topic

    def _standing(self, chat: Chat) -> Standing:
        return self.world.standing(chat)

    # The bot comes, goes, and is given or refused rights.

    async def adds_bot(self, chat: Chat, by: Chat | None = None, rights: Iterable[str] | None = None) -> None:
        """Add the bot: as a member to a group, with `rights` (or to a channel, with all) as an administrator."""
        if rights is None and chat.kind != "channel":
            await self._bot_becomes(chat, by, "member", ())
            self._service(chat, by, {"new_chat_members": [shapes.user(self.world.bot)]})
        else:
            await self._bot_becomes(chat, by, "administrator", EVERY_RIGHT if rights is None else rights)

    async def removes_bot(self, chat: Chat, by: Chat | None = None) -> None:
        await self._bot_becomes(chat, by, "kicked", ())

    async def promotes_bot(self, chat: Chat, rights: Iterable[str] = EVERY_RIGHT, by: Chat | None = None) -> None:
        await self._bot_becomes(chat, by, "administrator", rights)

    async def restricts_bot(self, chat: Chat, allowed: Iterable[str] = (), by: Chat | None = None) -> None:
        await self._bot_becomes(chat, by, "restricted", allowed)

    async def blocks(self, person: Chat) -> None:
        self._standing(person).blocked = True
        self._tell_change(person, person, Member(self.world.bot, "member"), Member(self.world.bot, "kicked"))

    async def unblocks(self, person: Chat) -> None:
        self._standing(person).blocked = False
        self._tell_change(person, person, Member(self.world.bot, "kicked"), Member(self.world.bot, "member"))

    async def _bot_becomes(self, chat: Chat, by: Chat | None, status: str, allowed: Iterable[str]) -> None:
        old = self.world.bot_in(chat)
        new = Member(self.world.bot, status, frozenset(allowed))
        self._standing(chat).members[self.world.bot.id] = new
        self._tell_change(chat, by, old, new)

    def _tell_change(self, chat: Chat, by: Chat | None, old: Member, new: Member) -> None:
        change = shapes.member_change(chat, by.person if by else OWNER, old, new, self.world.now())
        self.world.updates.add("my_chat_member", change)

    def joins(self, person: Chat, chat: Chat, status: str = "member") -> None:
        self._standing(chat).members[person.id] = Member(person.person, status)

    def allows(self, chat: Chat, *permissions: str) -> None:
        """Set what ordinary members of a group may do; everything else is refused them."""
        self._standing(chat).allowed = frozenset(permissions)

    def forbids_writing(self, chat: Chat) -> None:
        self._standing(chat).write_forbidden = True

    def deactivates(self, person: Chat) -> None:
        self._standing(person).deactivated = True

    def deletes_group(self, chat: Chat) -> None:
        self._standing(chat).deleted = True

    def closes_topic(self, chat: Chat, topic: Topic) -> None:
        self._standing(chat).topics[topic.id] = replace(topic, closed=True)

    def deletes_topic(self, chat: Chat, topic: Topic) -> None:
        del self._standing(chat).topics[topic.id]

    async def migrates(self, group: Chat) -> Chat:
        """Upgrade a group: it goes on under a new id, and the old one is refused with it."""
        new = self.supergroup(group.title)
        self._standing(new).members = dict(self._standing(group).members)
        self._service(group, None, {"migrate_to_chat_id": new.id})
        self._standing(group).migrated_to = new.id
        self._service(new, None, {"migrate_from_chat_id": group.id})
        return new

    def _service(self, chat: Chat, by: Chat | None, what: dict[str, object]) -> None:
        sender = by.person if by else OWNER
        message = Message(self.world.number(), chat, sender, self.world.now(), service=what)
        self._arrives(self.world.store(message))

    # People write and press.

    async def starts(self, person: Chat, payload: str = "") -> Message:
        """Press Start in the private chat, which also lifts a block."""
        if self._standing(person).blocked:
            await self.unblocks(person)
        return await self.says(person, f"/start {payload}".strip())

    async def says(
        self,
        person: Chat,
        text: str,
        chat: Chat | None = None,
        *,
        reply_to: Message | None = None,
        topic: Topic | None = None,
    ) -> Message:
        """Write a message: to the bot, or in a group, in reply to another or in a topic."""
        place = chat or person
        self._enters(person, place)
        message = Message(
            id=self.world.number(),
            chat=place,
            sender=person.person,
            date=self.world.now(),
            text=text,
            entities=formatting.detected(text),
            reply_to=reply_to.id if reply_to else None,
            thread_id=topic.id if topic else None,
        )
        return self._said(message)

    def _said(self, message: Message) -> Message:
        self.world.store(message)
        self.world.limits.hears(message.chat.id, self.clock())
        if self._reaches_bot(message):
            self._arrives(message)
        return message

    def _enters(self, person: Chat, place: Chat) -> None:
        if place == person:
            self._standing(person).started = True
        elif not self.world.member(place, person.person).is_inside:
            self.joins(person, place)

    async def posts(self, channel: Chat, text: str) -> Message:
        """Post in a channel, as its owner does; it reaches the bot when that is an administrator."""
        number = self.world.number()
        message = Message(number, channel, None, self.world.now(), text, formatting.detected(text))
        self.world.store(message)
        if self.world.bot_in(channel).is_admin:
            self.world.updates.add("channel_post", shapes.message(message))
        return message

    def _arrives(self, message: Message) -> None:
        self.world.updates.add("message", shapes.message(message, self.world.reply_of(message)))

    def _reaches_bot(self, message: Message) -> bool:
        """What privacy mode lets through (core.telegram.org/bots/features#privacy-mode)."""
        if message.chat.user:
            return not self._standing(message.chat).blocked
        bot = self.world.bot_in(message.chat)
        return bot.is_inside and (not self.world.privacy.on or bot.is_admin or self._is_meant(message))

    def _is_meant(self, message: Message) -> bool:
        replied = self.world.reply_of(message)
        to_bot = replied is not None and replied.from_bot
        return to_bot or message.via_bot is not None or self._commands(message) or self._mentions(message)

    def _commands(self, message: Message) -> bool:
        names = [command.partition("@")[2].lower() for command in message.marked("bot_command")]
        return any(name in {"", self.world.bot.username.lower()} for name in names)

    def _mentions(self, message: Message) -> bool:
        mentions = [mention.lower() for mention in message.marked("mention")]
        return self.world.privacy.mentions and f"@{self.world.bot.username.lower()}" in mentions

    async def presses(self, person: Chat, message: Message, button: Button | str) -> Press:
        """Press a button of a message as it is now; `answer_to` is what the bot answers."""
        current = self._standing(message.chat).messages[message.id]
        pressed = current.button(button if isinstance(button, str) else button.text)
        press = Press(self._question_id(), self.clock(), current, pressed.data)
        self.world.limits.hears(message.chat.id, self.clock())
        return self._asks(press, "callback_query", shapes.press(press, person.person))

    async def asks_inline(self, person: Chat, query: str) -> InlineQuestion:
        """Type @bot and a query in any chat."""
        question = InlineQuestion(self._question_id(), self.clock(), query)
        return self._asks(question, "inline_query", shapes.inline_query(question, person.person))

    async def asks_as_guest(self, person: Chat, text: str, chat: Chat) -> GuestQuestion:
        """Mention the bot in a chat that it is no member of (guest mode, Bot API 10.0)."""
        question_id = self._question_id()
        message = Message(
            id=self.world.number(),
            chat=chat,
            sender=person.person,
            date=self.world.now(),
            text=text,
            entities=formatting.detected(text),
            guest_query_id=question_id,
        )
        question = GuestQuestion(question_id, self.clock(), self.world.store(message))
        return self._asks(question, "guest_message", shapes.message(message))

    def _asks(self, question: Q, kind: str, shape: shapes.Shape) -> Q:
        self.world.questions[question.id] = question
        self.world.updates.add(kind, shape)
        return question

    def _question_id(self) -> str:
        return str(4_000_000_000 + self.world.number())

    # What people see.

    def sent(self, chat: Chat) -> list[Message]:
        """The bot's messages in a chat as they are now, oldest first."""
        standing = self._standing(chat)
        return [standing.messages[number] for number in standing.sent]

    async def next_message(self, chat: Chat, timeout: float = WAIT_S) -> Message:  # noqa: ASYNC109 - the caller's patience
        """The bot's next message in a chat that was not yet read by this; LookupError when none comes in time."""
        standing = self._standing(chat)
        if not await self._signal.until(lambda: len(standing.sent) > standing.read, timeout):
            msg = f"no message in {chat.name} within {timeout} s"
            raise LookupError(msg)
        standing.read += 1
        return standing.messages[standing.sent[standing.read - 1]]

    async def next_edit(self, message: Message, timeout: float = WAIT_S) -> Message:  # noqa: ASYNC109 - as above
        """The message once it differs from the one given."""
        messages = self._standing(message.chat).messages
        if not await self._signal.until(lambda: messages.get(message.id) != message, timeout):
            msg = f"message {message.id} was not edited within {timeout} s"
            raise LookupError(msg)
        return messages[message.id]

    async def answer_to(self, question: Question, timeout: float = WAIT_S) -> Answer:  # noqa: ASYNC109 - as above
        """What the bot answered to a press, an inline query or a guest question."""
        answers = self.world.answers
        if not await self._signal.until(lambda: question.id in answers, timeout):
            msg = f"no answer to {question} within {timeout} s"
            raise LookupError(msg)
        return answers[question.id]

    @property
    def _signal(self) -> Signal:
        return self.world.updates.signal

    def clock(self) -> float:
        """Seconds of the clock that limits and faults go by."""
        raise NotImplementedError
