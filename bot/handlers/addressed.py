"""Whether a message is meant for the bot, and what it then says: in a group only commands, mentions and replies are."""

import re
from dataclasses import dataclass

from telegram import Message
from telegram.constants import ChatType

GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
_COMMAND = re.compile(r"/(?P<name>\w+)(?:@(?P<bot>\w+))?(?:\s+(?P<rest>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Command:
    """``/why@whyup_bot last Friday`` → ``why`` and ``last Friday``."""

    name: str
    rest: str


def command_in(text: str, username: str) -> Command | None:
    """The command in a text, when it is addressed to nobody else."""
    found = _COMMAND.fullmatch(text)
    if found is None or (found["bot"] or username).casefold() != username.casefold():
        return None
    return Command(found["name"].lower(), (found["rest"] or "").strip())


def question_in(message: Message, bot_id: int, username: str) -> str:
    """The question in a message; empty when it is not meant for the bot."""
    text = message.text or ""
    if message.chat.type == ChatType.PRIVATE:
        return text
    mention = f"@{username}"
    is_meant = mention.casefold() in text.casefold() or _is_reply(message, bot_id)
    if message.chat.type not in GROUPS or not is_meant:
        return ""
    return without_mention(text, username)


def without_mention(text: str, username: str) -> str:
    """The text without the bot's name."""
    return re.sub(re.escape(f"@{username}"), " ", text, flags=re.IGNORECASE).strip()


def _is_reply(message: Message, bot_id: int) -> bool:
    """Whether it answers one of the bot's messages; a command to another bot does not."""
    replied = message.reply_to_message and message.reply_to_message.from_user
    is_command = (message.text or "").startswith("/")
    return bool(replied and replied.id == bot_id) and not is_command
