"""The bot comes into chats, leaves them, is blocked and let in again."""

import asyncio
from contextlib import suppress

from telegram import ChatMember, ChatMemberAdministrator, ChatMemberUpdated, Update
from telegram.constants import ChatType, ParseMode
from telegram.error import Forbidden

from bot.delivery import chats
from bot.figures import sourced
from bot.handlers.addressed import GROUPS
from bot.handlers.talk import Context, Talk, language_of
from bot.pages import Page, render

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
            await asyncio.to_thread(chats.revive, engine, change.chat.id)
            await self._greet(change)
        else:
            await asyncio.to_thread(chats.retire, engine, change.chat.id, change.new_chat_member.status)

    async def _greet(self, change: ChatMemberUpdated) -> None:
        """Say in a new chat what the bot is for."""
        is_new = change.old_chat_member.status not in INSIDE
        if is_new and change.chat.type in GROUPS and change.new_chat_member.status != ChatMember.RESTRICTED:
            await self._greet_group(change)
        elif is_new and change.chat.type == ChatType.CHANNEL:
            await self._greet_adder(change)

    async def _greet_group(self, change: ChatMemberUpdated) -> None:
        language = await self._language(change.chat.id, change)
        await self._send(change.chat.id, render("added", language, {"bot": self._talk.bot.username}))

    async def _greet_adder(self, change: ChatMemberUpdated) -> None:
        """Tell who added the bot to a channel, in private: the channel's readers are left alone."""
        language = await self._language(change.from_user.id, change)
        me = change.new_chat_member
        may_post = isinstance(me, ChatMemberAdministrator) and bool(me.can_post_messages)
        title = sourced(change.chat.title or "", "title", "Telegram", change.date)
        page = render("added_channel", language, {"title": title, "may_post": may_post})
        with suppress(Forbidden):  # a bot cannot write first to somebody who never started it
            await self._send(change.from_user.id, page)

    async def _language(self, chat_id: int, change: ChatMemberUpdated) -> str:
        return await asyncio.to_thread(self._desk.language_of, chat_id, language_of(change.from_user))

    async def _send(self, chat_id: int, page: Page) -> None:
        await self._talk.bot.send_message(chat_id, page.text, parse_mode=ParseMode.HTML)

    async def migrated(self, update: Update, _context: Context) -> None:
        """A group became a supergroup: what it had chosen moves along."""
        message = update.effective_message
        if message and message.migrate_to_chat_id:
            engine, new_id = self._desk.store.engine, message.migrate_to_chat_id
            await asyncio.to_thread(chats.migrate, engine, message.chat_id, new_id)
