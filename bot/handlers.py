"""Telegram's updates → the desk → a reply: what the bot does in private chats, groups and channels."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from telegram import (
    Bot,
    CallbackQuery,
    ChatMember,
    ChatMemberUpdated,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    Update,
)
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.chat.asked import Habits
from bot.delivery import chats
from bot.desk import Desk
from bot.pages import CAPTION_LIMIT, LANGUAGES, Page, render, words_of
from index.catalog import CATALOG

Context = ContextTypes.DEFAULT_TYPE
Command = Callable[[Message, str], Awaitable[None]]
AnyApplication = Application[Any, Any, Any, Any, Any, Any]

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
INSIDE = (ChatMember.MEMBER, ChatMember.RESTRICTED, ChatMember.ADMINISTRATOR, ChatMember.OWNER)
ADMINS = (ChatMember.ADMINISTRATOR, ChatMember.OWNER)
GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
_COMMAND = re.compile(r"/(?P<name>\w+)(?:@(?P<bot>\w+))?(?:\s+(?P<rest>.*))?", re.DOTALL)

_log = structlog.get_logger(__name__)


def register(application: AnyApplication, desk: Desk) -> None:
    """Give an application everything the bot answers to."""
    talk = Talk(desk, application.bot)
    posts = filters.UpdateType.MESSAGE | filters.UpdateType.CHANNEL_POST
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, talk.migrated))
    application.add_handler(MessageHandler(posts & filters.TEXT, talk.said))
    application.add_handler(CallbackQueryHandler(talk.language_chosen, pattern="^language:"))
    application.add_handler(ChatMemberHandler(talk.membership_changed, ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_error_handler(report)


async def report(_update: object, context: Context) -> None:
    """The one place where an unforeseen error ends; the log says what, never what somebody wrote."""
    _log.error("update_failed", error=type(context.error).__name__, exc_info=context.error)


class Talk:
    """What the bot says to whom."""

    def __init__(self, desk: Desk, bot: Bot) -> None:
        self.desk, self.bot = desk, bot
        self.commands: Mapping[str, Command] = {
            "start": self.start,
            "help": self.help,
            "why": self.why,
            "close": self.close,
            "subscribe": self.subscribe,
            "unsubscribe": self.unsubscribe,
            "language": self.language,
            "forget": self.forget,
        }

    async def said(self, update: Update, _context: Context) -> None:
        """A text in a private chat, a group or a channel."""
        message = update.effective_message
        if message is None or not message.text:
            return
        found = _COMMAND.fullmatch(message.text)
        if found and self._is_mine(found["bot"]) and found["name"].lower() in self.commands:
            await self.commands[found["name"].lower()](message, (found["rest"] or "").strip())
        elif question := self._question(message, is_command=found is not None):
            await self._answer(message, question)

    def _is_mine(self, addressed: str | None) -> bool:
        return addressed is None or addressed.casefold() == self.bot.username.casefold()

    def _question(self, message: Message, *, is_command: bool) -> str:
        """The question in a message; empty when it is not meant for the bot."""
        text = message.text or ""
        if message.chat.type == ChatType.PRIVATE:
            return text
        mention = f"@{self.bot.username}"
        is_mentioned = mention.casefold() in text.casefold()
        replied = message.reply_to_message and message.reply_to_message.from_user
        is_reply = bool(replied and replied.id == self.bot.id) and not is_command
        if message.chat.type not in GROUPS or not (is_mentioned or is_reply):
            return ""
        return re.sub(re.escape(mention), " ", text, flags=re.IGNORECASE).strip()

    async def _answer(self, message: Message, question: str) -> None:
        answer = await asyncio.to_thread(self.desk.answer, question, self._habits(message))
        await self._reply(message, answer.page)

    def _habits(self, message: Message) -> Habits:
        """A group has one language; in private the question's own counts, and the colours that were chosen."""
        chosen = self.desk.chat(message.chat_id)
        if chosen is None:
            return Habits(colours=self.desk.settings.colours)
        return Habits(chosen.language if message.chat.type in GROUPS else "", chosen.colours)

    def _language(self, message: Message) -> str:
        user = message.from_user
        return self.desk.language_of(message.chat_id, _language_of(user.language_code or "") if user else "")

    async def _reply(self, message: Message, page: Page, markup: InlineKeyboardMarkup | None = None) -> None:
        quote = message.chat.type in GROUPS
        await message.reply_text(
            page.text, parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW, do_quote=quote, reply_markup=markup
        )

    async def _say(self, message: Message, template: str, language: str = "", **values: object) -> None:
        await self._reply(message, render(template, language or self._language(message), values))

    # --- Commands ---------------------------------------------------------------------------------------------------

    async def start(self, message: Message, _rest: str) -> None:
        """/start: who I am; a chat that had blocked the bot is reachable again."""
        chats.revive(self.desk.store.engine, message.chat_id)
        await self._say(message, "start")

    async def help(self, message: Message, _rest: str) -> None:
        """/help: how to ask."""
        await self._say(message, "help", indices=[index.code for index in CATALOG])

    async def why(self, message: Message, rest: str) -> None:
        """/why [question]: the latest session and its reasons, or the answer to the question."""
        if rest:
            await self._answer(message, rest)
            return
        language, colours = self._looks(message)
        await self._reply(message, (await asyncio.to_thread(self.desk.latest, "why_move", language, colours)).page)

    async def close(self, message: Message, _rest: str) -> None:
        """/close: the latest close as a picture with its figures."""
        language, colours = self._looks(message)
        answer = await asyncio.to_thread(self.desk.latest, "level", language, colours)
        if answer.error or answer.page.length > CAPTION_LIMIT:
            await self._reply(message, answer.page)
            return
        picture = await asyncio.to_thread(self.desk.picture, answer, colours)
        quote = message.chat.type in GROUPS
        await message.reply_photo(picture, caption=answer.page.text, parse_mode=ParseMode.HTML, do_quote=quote)

    async def subscribe(self, message: Message, _rest: str) -> None:
        """/subscribe: the close and its reasons after every session, in this chat and topic."""
        if not await self._may_change(message):
            return
        language, colours = self._looks(message)
        topic = message.message_thread_id if message.is_topic_message else None
        kind = str(message.chat.type)
        engine = self.desk.store.engine
        chats.subscribe(engine, message.chat_id, kind, language=language, colours=colours, thread_id=topic)
        await self._say(message, "subscribed", language)

    async def unsubscribe(self, message: Message, _rest: str) -> None:
        """/unsubscribe: no more closes in this chat."""
        if await self._may_change(message):
            was = chats.unsubscribe(self.desk.store.engine, message.chat_id)
            await self._say(message, "unsubscribed", was=was)

    async def language(self, message: Message, rest: str) -> None:
        """/language [en|zh-hans|zh-hant]: the language of this chat, by word or by button."""
        if not await self._may_change(message):
            return
        if rest in LANGUAGES:
            self._set_language(message, rest)
            await self._say(message, "language_set", rest)
            return
        buttons = [InlineKeyboardButton(words_of(one)["name"], callback_data=f"language:{one}") for one in LANGUAGES]
        page = render("language", self._language(message), {})
        await self._reply(message, page, InlineKeyboardMarkup([[button] for button in buttons]))

    async def forget(self, message: Message, _rest: str) -> None:
        """/forget: everything stored about this chat is deleted."""
        if await self._may_change(message):
            language = self._language(message)
            chats.forget(self.desk.store.engine, message.chat_id)
            await self._say(message, "forgotten", language)

    def _looks(self, message: Message) -> tuple[str, str]:
        """The language and colours in which a chat is answered unasked."""
        language, chosen = self._language(message), self.desk.chat(message.chat_id)
        return language, chosen.colours if chosen else self.desk.colours_in(language)

    # --- Who may, and what changes ------------------------------------------------------------------------------------

    async def _may_change(self, message: Message) -> bool:
        """Whether the writer may change this chat's settings; a group's member who may not is told so."""
        if message.chat.type not in GROUPS or await self._is_admin(message.chat_id, message):
            return True
        await self._say(message, "not_admin")
        return False

    async def _is_admin(self, chat_id: int, message: Message | CallbackQuery) -> bool:
        sender = message.sender_chat if isinstance(message, Message) else None
        if sender and sender.id == chat_id:  # an anonymous admin writes as the group itself
            return True
        user = message.from_user
        return user is not None and (await self.bot.get_chat_member(chat_id, user.id)).status in ADMINS

    def _set_language(self, message: Message, language: str) -> None:
        colours = self.desk.colours_in(language)
        engine = self.desk.store.engine
        chats.change(engine, message.chat_id, str(message.chat.type), language=language, colours=colours)

    async def language_chosen(self, update: Update, _context: Context) -> None:
        """A pressed language button: the message itself says what was chosen."""
        query = update.callback_query
        if query is None or not isinstance(query.message, Message):
            return
        message, language = query.message, str(query.data).partition(":")[2]
        if message.chat.type in GROUPS and not await self._is_admin(message.chat_id, query):
            await query.answer(render("not_admin", self._language(message), {}).plain)
            return
        if language in LANGUAGES:
            self._set_language(message, language)
            await query.answer()
            await _edit(query, render("language_set", language, {}))

    async def membership_changed(self, update: Update, _context: Context) -> None:
        """The bot was added, removed, blocked or let in again: the source of truth for whom it reaches."""
        change = update.my_chat_member
        if change is None:
            return
        if change.new_chat_member.status in INSIDE:
            chats.revive(self.desk.store.engine, change.chat.id)
            await self._greet(change)
        else:
            chats.retire(self.desk.store.engine, change.chat.id, change.new_chat_member.status)

    async def _greet(self, change: ChatMemberUpdated) -> None:
        """Say in a new group what the bot is for; a channel's readers are left alone."""
        is_new = change.old_chat_member.status not in INSIDE
        if is_new and change.chat.type in GROUPS and change.new_chat_member.status != ChatMember.RESTRICTED:
            language = self.desk.language_of(change.chat.id, _language_of(change.from_user.language_code or ""))
            page = render("added", language, {"bot": self.bot.username})
            await self.bot.send_message(change.chat.id, page.text, parse_mode=ParseMode.HTML)

    async def migrated(self, update: Update, _context: Context) -> None:
        """A group became a supergroup: what it had chosen moves along."""
        message = update.effective_message
        if message and message.migrate_to_chat_id:
            chats.migrate(self.desk.store.engine, message.chat_id, message.migrate_to_chat_id)


async def _edit(query: CallbackQuery, page: Page) -> None:
    try:
        await query.edit_message_text(page.text, parse_mode=ParseMode.HTML)
    except BadRequest as error:
        if "not modified" not in error.message.lower():
            raise


def _language_of(code: str) -> str:
    """A template language for Telegram's language code: ``zh-hant-tw`` → ``zh-hant``."""
    if not code.startswith("zh"):
        return "en"
    return "zh-hant" if any(part in code.lower() for part in ("hant", "tw", "hk", "mo")) else "zh-hans"
