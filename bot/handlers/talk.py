"""What every handler needs: who asks, in which language and colours, whether they may, and how a page is sent."""

import asyncio
from collections.abc import Awaitable
from typing import Unpack

from telegram import Bot, CallbackQuery, ChatMember, InlineKeyboardMarkup, LinkPreviewOptions, Message, User
from telegram.constants import ParseMode
from telegram.error import BadRequest
from telegram.ext import ContextTypes

from bot.chat.answer import Answer
from bot.chat.asked import Habits
from bot.chat.conversation import Thread
from bot.delivery import chats
from bot.delivery.chats import Settings
from bot.desk import Desk, Speaker
from bot.figures import Sourced, sourced
from bot.handlers import keyboards
from bot.handlers.addressed import GROUPS
from bot.handlers.limits import PER_GROUP, PER_USER, Admission, Quota
from bot.handlers.wishes import held_by
from bot.pages import Page, render
from index.catalog import SHANGHAI_COMPOSITE

Context = ContextTypes.DEFAULT_TYPE

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
ADMINS = (ChatMember.ADMINISTRATOR, ChatMember.OWNER)
_HARMLESS = ("not modified", "query is too old", "message to edit not found")  # nobody misses anything by these


class Talk:
    """The desk, the bot, and the manners of both."""

    def __init__(self, desk: Desk, bot: Bot) -> None:
        self.desk, self.bot = desk, bot
        self._users, self._groups = Quota(PER_USER), Quota(PER_GROUP)

    # --- Who asks -----------------------------------------------------------------------------------------------------

    def habits(self, message: Message) -> Habits:
        """A group has one language; in private the question's own counts, and the colours that were chosen."""
        return self.desk.habits_of(message.chat_id, speaks=message.chat.type in GROUPS)

    def language(self, message: Message) -> str:
        """The language in which a chat is answered unasked."""
        return self.desk.language_of(message.chat_id, language_of(message.from_user) if message.from_user else "")

    def looks(self, message: Message) -> Habits:
        """Everything that an unasked answer needs to look as the chat has chosen."""
        language, habits = self.language(message), self.habits(message)
        return Habits(language, habits.colours or self.desk.colours_in(language), habits.index)

    def admission(self, chat_id: int, user_id: int) -> Admission:
        """Whether one more question of somebody, or in a group, is answered now."""
        now = self.desk.clock.now()
        mine = self._users.admit(user_id or chat_id, now)
        if chat_id > 0 or not mine.is_admitted:
            return mine
        return self._groups.admit(chat_id, now)

    async def admits(self, message: Message) -> bool:
        """Whether a message is answered; one polite notice says why not."""
        admission = self.admission(*speaker(message))
        if admission.tells:
            await self.say(message, "slower", wait=_seconds(admission))
        return admission.is_admitted

    def notice(self, admission: Admission, language: str) -> str:
        """What somebody who presses too fast is shown."""
        return render("slower", language, {"wait": _seconds(admission)}).plain

    async def may_change(self, message: Message) -> bool:
        """Whether the writer may change this chat's settings; a group's member who may not is told so."""
        if message.chat.type not in GROUPS or await self.is_admin(message.chat_id, message):
            return True
        await self.say(message, "not_admin")
        return False

    async def is_admin(self, chat_id: int, by: Message | CallbackQuery) -> bool:
        """Whether the writer or presser is an admin of a group."""
        sender = by.sender_chat if isinstance(by, Message) else None
        if sender and sender.id == chat_id:  # an anonymous admin writes as the group itself
            return True
        user = by.from_user
        return user is not None and (await self.bot.get_chat_member(chat_id, user.id)).status in ADMINS

    # --- What is sent -------------------------------------------------------------------------------------------------

    async def answer(self, message: Message, question: str, wanted: str = "") -> None:
        """Answer a question, with buttons to go on from there."""
        found = await asyncio.to_thread(self._answered, message, question, wanted)
        await self._reply_with(message, found)

    def _answered(self, message: Message, question: str, wanted: str) -> Answer:
        """The answer; whoever replies to one of the bot's messages speaks of what that shows."""
        about = keyboards.shown_in(message.reply_to_message)
        return self.desk.converse(
            speaker(message), question, self.habits(message), Thread(about, wanted, self.language(message))
        )

    async def show(self, message: Message, found: Answer) -> None:
        """Show an answer that a command asked for, and remember it for follow-ups."""
        await asyncio.to_thread(self.desk.note, speaker(message), found, self.habits(message))
        await self._reply_with(message, found)

    async def _reply_with(self, message: Message, found: Answer) -> None:
        page = self._all_settings(message, found) if found.told.template == "settings" else found.page
        await self.reply(message, page, keyboards.under(found))

    def _all_settings(self, message: Message, found: Answer) -> Page:
        """The settings with the wishes about closes, which only a chat has and an answer knows nothing of."""
        return render("settings", found.language, {**found.told.values, "wishes": self.wishes(message)})

    async def reply(self, message: Message, page: Page, markup: InlineKeyboardMarkup | None = None) -> None:
        """Send a page where a message stands, in a group as a reply to it."""
        await message.reply_text(
            page.text,
            parse_mode=ParseMode.HTML,
            link_preview_options=NO_PREVIEW,
            do_quote=message.chat.type in GROUPS,
            reply_markup=markup,
        )

    async def say(self, message: Message, template: str, language: str = "", **values: object) -> None:
        """Send a page that needs no figures of the market."""
        await self.reply(message, render(template, language or self.language(message), values))

    def wishes(self, message: Message) -> Sourced:
        """What a chat wishes about the closes it is sent, as templates see it."""
        now = self.desk.clock.now()
        return Sourced(held_by(self.desk.chat(message.chat_id), now), "chat", now)

    # --- What is kept -------------------------------------------------------------------------------------------------

    def keep(self, message: Message, spoken: str = "", **chosen: Unpack[Settings]) -> None:
        """Keep what a chat has chosen; one that had chosen nothing yet keeps the language it was answered in.

        Args:
            message: of the chat.
            spoken: the language of the person who chose, where that is not the message's writer.
            **chosen: what was chosen.
        """
        if self.desk.chat(message.chat_id) is None:
            language = chosen.get("language") or spoken or self.language(message)
            chosen = {"language": language, "colours": self.desk.colours_in(language), **chosen}
        chats.change(self.desk.store.engine, message.chat_id, str(message.chat.type), **chosen)

    def keep_language(self, message: Message, language: str) -> None:
        """Keep a language, and its colours unless others were chosen."""
        chosen = self.desk.chat(message.chat_id)
        has_own = chosen and chosen.colours != self.desk.colours_in(chosen.language)
        colours = chosen.colours if chosen and has_own else self.desk.colours_in(language)
        self.keep(message, language=language, colours=colours)

    def keep_index(self, message: Message, code: str, spoken: str = "") -> None:
        """Keep the index that is meant when none is named: the first of those a chat has."""
        chosen = self.desk.chat(message.chat_id)
        others = chosen.indices if chosen else (SHANGHAI_COMPOSITE.code,)
        self.keep(message, spoken, indices=(code, *(one for one in others if one != code)))

    def subscribe(self, message: Message, spoken: str = "") -> str:
        """Let a chat have the closes, in the topic it asked from.

        Returns:
            The language it will get them in.
        """
        chosen = self.desk.chat(message.chat_id)
        language = chosen.language if chosen else spoken or self.language(message)
        colours = chosen.colours if chosen else self.desk.colours_in(language)
        topic, kind = message.message_thread_id if message.is_topic_message else None, str(message.chat.type)
        engine = self.desk.store.engine
        chats.subscribe(engine, message.chat_id, kind, language=language, colours=colours, thread_id=topic)
        return language


async def edit(query: CallbackQuery, page: Page, markup: InlineKeyboardMarkup | None = None) -> None:
    """Put a page in the place of the message whose button was pressed."""
    await harmlessly(
        query.edit_message_text(
            page.text, parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW, reply_markup=markup
        )
    )


async def harmlessly(call: Awaitable[object]) -> None:
    """Await a call whose refusal may mean nothing more than that it came late or twice."""
    try:
        await call
    except BadRequest as error:
        if not any(words in error.message.lower() for words in _HARMLESS):
            raise


def speaker(message: Message) -> Speaker:
    """Who wrote a message, and where; nobody is behind a channel's post."""
    return message.chat_id, message.from_user.id if message.from_user else 0


def language_of(user: User) -> str:
    """A template language for Telegram's language code: ``zh-hant-tw`` → ``zh-hant``."""
    code = (user.language_code or "").lower()
    if not code.startswith("zh"):
        return "en"
    return "zh-hant" if any(part in code for part in ("hant", "tw", "hk", "mo")) else "zh-hans"


def _seconds(admission: Admission) -> object:
    return sourced(admission.wait_s, "wait", "whyup", None)
