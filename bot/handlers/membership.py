"""The bot comes into chats, leaves them, is blocked and let in again."""

from telegram import ChatMember, ChatMemberUpdated, Update
from telegram.constants import ParseMode

from bot.delivery import chats
from bot.handlers.addressed import GROUPS
from bot.handlers.talk import Context, Talk, language_of
from bot.pages import render

INSIDE = (ChatMember.MEMBER, ChatMember.RESTRICTED, ChatMember.ADMINISTRATOR, ChatMember.OWNER)


class Membership:
    """Whom the bot reaches: what Telegram says of it is the source of truth."""

    def __init__(self, talk: Talk) -> None:
        self._talk, self._desk = talk, talk.desk

    async def changed(self, update: Update, _context: Context) -> None:
        """The bot was added, removed, blocked or let in again."""
        change = update.my_chat_member
        if change is None:
            return
        engine = self._desk.store.engine
        if change.new_chat_member.status in INSIDE:
            chats.revive(engine, change.chat.id)
            await self._greet(change)
        else:
            chats.retire(engine, change.chat.id, change.new_chat_member.status)

    async def _greet(self, change: ChatMemberUpdated) -> None:
        """Say in a new group what the bot is for; a channel's readers are left alone."""
        is_new = change.old_chat_member.status not in INSIDE
        if is_new and change.chat.type in GROUPS and change.new_chat_member.status != ChatMember.RESTRICTED:
            language = self._desk.language_of(change.chat.id, language_of(change.from_user))
            page = render("added", language, {"bot": self._talk.bot.username})
            await self._talk.bot.send_message(change.chat.id, page.text, parse_mode=ParseMode.HTML)

    async def migrated(self, update: Update, _context: Context) -> None:
        """A group became a supergroup: what it had chosen moves along."""
        message = update.effective_message
        if message and message.migrate_to_chat_id:
            chats.migrate(self._desk.store.engine, message.chat_id, message.migrate_to_chat_id)
