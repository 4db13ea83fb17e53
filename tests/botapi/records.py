"""What the fake remembers and tests read: frozen, plain, without behaviour beyond look-ups."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class User:
    """A person, or the bot."""

    id: int
    first_name: str
    username: str = ""
    language_code: str = ""
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Chat:
    """Somewhere that messages go; a private chat is also the person it is with."""

    id: int
    kind: str
    title: str = ""
    username: str = ""
    user: User | None = None
    is_forum: bool = False

    @property
    def name(self) -> str:
        return self.user.first_name if self.user else self.title

    @property
    def person(self) -> User:
        if self.user is None:
            msg = f"{self.title} is a {self.kind}, not a person"
            raise ValueError(msg)
        return self.user


@dataclass(frozen=True, slots=True)
class Member:
    """Someone's standing in a chat; `allowed` names an administrator's rights or what a restricted member may do."""

    user: User
    status: str
    allowed: frozenset[str] = frozenset()

    @property
    def is_inside(self) -> bool:
        return self.status not in {"left", "kicked"}

    @property
    def is_admin(self) -> bool:
        return self.status in {"administrator", "creator"}


@dataclass(frozen=True, slots=True)
class Topic:
    """A forum topic; its id is the message_thread_id."""

    id: int
    name: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Entity:
    """A marked part of a text, in UTF-16 code units as Telegram counts."""

    type: str
    offset: int
    length: int
    url: str = ""
    language: str = ""
    custom_emoji_id: str = ""

    @property
    def end(self) -> int:
        return self.offset + self.length

    def of(self, text: str) -> str:
        """The part of `text` this entity marks."""
        units = text.encode("utf-16-le")
        return units[2 * self.offset : 2 * self.end].decode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: `data` comes back when pressed, `url` opens."""

    text: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Markup:
    """A reply markup: the rows of inline buttons in it, and all of it as sent."""

    buttons: tuple[tuple[Button, ...], ...] = ()
    sent: Mapping[str, object] = field(default_factory=lambda: NOTHING, repr=False)


@dataclass(frozen=True, slots=True)
class Photo:
    """A stored photo: its bytes as uploaded, and the id by which it is sent again."""

    file_id: str
    unique_id: str
    width: int
    height: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """A message as its readers see it: `text` is what is shown (a caption too), `html` what was sent."""

    id: int
    chat: Chat
    sender: User | None
    date: int
    text: str = ""
    entities: tuple[Entity, ...] = ()
    html: str = ""
    photo: Photo | None = None
    markup: Markup = Markup()
    reply_to: int | None = None
    thread_id: int | None = None
    edit_date: int | None = None
    silent: bool = False
    protected: bool = False
    preview: bool = True
    via_bot: User | None = None
    guest_query_id: str = ""
    service: Mapping[str, object] = field(default_factory=lambda: NOTHING)

    @property
    def from_bot(self) -> bool:
        return self.sender is not None and self.sender.is_bot

    @property
    def buttons(self) -> tuple[tuple[Button, ...], ...]:
        return self.markup.buttons

    def button(self, text: str) -> Button:
        """The button that shows `text` (or begins with it)."""
        shown = [button for row in self.buttons for button in row]
        for button in shown:
            if button.text.startswith(text):
                return button
        msg = f"no button {text!r} among {[button.text for button in shown]}"
        raise LookupError(msg)

    def marked(self, kind: str) -> list[str]:
        """The parts of the text that carry entities of this kind."""
        return [entity.of(self.text) for entity in self.entities if entity.type == kind]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call of a Bot API method: when (monotonic), to whom, how it ended."""

    at: float
    method: str
    chat_id: int | None
    code: int
    outcome: str
    message_id: int | None = None
    fault: str = ""
    paid: bool = False

    @property
    def accepted(self) -> bool:
        return self.code == 200

    @property
    def is_send(self) -> bool:
        return self.method in SENDS


SENDS = frozenset({"sendMessage", "sendPhoto"})


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button, waiting for answerCallbackQuery."""

    id: str
    at: float
    message: Message
    data: str


@dataclass(frozen=True, slots=True)
class PressAnswer:
    """What the presser is shown: a passing line, or an alert."""

    text: str
    alert: bool = False


@dataclass(frozen=True, slots=True)
class InlineQuestion:
    """An inline query, waiting for answerInlineQuery."""

    id: str
    at: float
    query: str


@dataclass(frozen=True, slots=True)
class InlineAnswer:
    """What an inline query brought: results as sent, already checked."""

    results: tuple[Mapping[str, object], ...]
    cache_time: int
    is_personal: bool
    next_offset: str


@dataclass(frozen=True, slots=True)
class GuestQuestion:
    """A question put to the bot in a chat it is no member of, waiting for answerGuestQuery."""

    id: str
    at: float
    message: Message


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where updates are pushed while one is set."""

    url: str
    secret: str = ""
    max_connections: int = 40


@dataclass(frozen=True, slots=True)
class Privacy:
    """What of a group's talk reaches the bot (core.telegram.org/bots/features#privacy-mode).

    Plain @mentions do not reach a bot in privacy mode, whatever @BotFather's wording says; `mentions` is
    there for the day they do.
    """

    on: bool = True
    mentions: bool = False
