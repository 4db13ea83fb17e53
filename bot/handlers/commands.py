"""Texts in chats: commands one by one, everything else as a question."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from types import MappingProxyType

from telegram import Message, Update
from telegram.constants import ParseMode

from bot.chat.language import simplified
from bot.chat.replies.drivers import SPEAK_OF
from bot.chat.rulebook import lexicon
from bot.chat.typed import clean
from bot.delivery import chats
from bot.handlers import keyboards
from bot.handlers.addressed import GROUPS, Command, command_in, question_in
from bot.handlers.choosing import Choosing
from bot.handlers.talk import Context, Talk, speaker
from bot.handlers.wishing import Wishing
from bot.pages import CAPTION_LIMIT, LANGUAGES, render, words_of
from index.catalog import CATALOG, lookup
from index.errors import UnknownIndex

Handle = Callable[[Message, str], Awaitable[None]]
NONE: Mapping[str, Handle] = MappingProxyType({})
ALWAYS = frozenset({"unsubscribe", "stop", "forget"})  # whoever has had enough is not made to wait


class Commands:
    """What a text in a private chat, a group or a channel brings about."""

    def __init__(self, talk: Talk, operating: Mapping[str, Handle] = NONE) -> None:
        """Prepare.

        Args:
            talk: the desk, the bot, and the manners of both.
            operating: commands that exist in the operator's own chat only.
        """
        self._talk, self._desk, self._operating = talk, talk.desk, operating
        self.by_name: Mapping[str, Handle] = {
            "start": self.start,
            "help": self.help,
            "about": self._view("about"),
            "why": self._asking("why_move"),
            "drivers": self._asking("details"),
            "driver": self.driver,
            "close": self.close,
            "sectors": self._asking("sectors"),
            "compare": self._asking("compare"),
            "sources": self._asking("sources"),
            "hours": self._asking("hours_calendar"),
            "settings": self._view("settings"),
            "subscribe": self.subscribe,
            "unsubscribe": self.unsubscribe,
            "stop": self.unsubscribe,
            "language": self.language,
            "colours": self.colours,
            "colors": self.colours,
            "index": self.index,
            "forget": self.forget,
            **Wishing(talk).by_name,
            **Choosing(talk).by_name,
        }

    async def said(self, update: Update, _context: Context) -> None:
        """A text; in a group only when it is meant for the bot."""
        message = update.effective_message
        if message is None or not message.text:
            return
        bot = self._talk.bot
        command = command_in(message.text, bot.username)
        if command and command.name in self._known_in(message):
            await self._obey(message, command)
        elif (question := question_in(message, bot.id, bot.username)) and await self._talk.admits(message):
            await self._talk.answer(message, question)

    async def _obey(self, message: Message, command: Command) -> None:
        if command.name in ALWAYS or await self._talk.admits(message):
            await self._known_in(message)[command.name](message, command.rest)

    def _known_in(self, message: Message) -> Mapping[str, Handle]:
        is_operators = message.chat_id == self._desk.settings.operator_chat
        return {**self.by_name, **self._operating} if is_operators else self.by_name

    # --- Answers ------------------------------------------------------------------------------------------------------

    def _asking(self, intent: str) -> Handle:
        """/why, /drivers, /sectors …: that view of the latest session, or the answer to the question behind it."""

        async def handle(message: Message, rest: str) -> None:
            if rest:
                await self._talk.answer(message, rest, intent)
            else:
                await self._show(message, intent)

        return handle

    def _view(self, intent: str) -> Handle:
        """/about, /settings: a page that takes no question."""

        async def handle(message: Message, _rest: str) -> None:
            await self._show(message, intent)

        return handle

    async def _show(self, message: Message, intent: str, driver: str | None = None) -> None:
        looks = self._talk.looks(message)
        await self._talk.show(message, await asyncio.to_thread(self._desk.latest, intent, looks, driver))

    async def start(self, message: Message, _rest: str) -> None:
        """/start: who I am; a chat that had blocked the bot is reachable again."""
        await asyncio.to_thread(chats.revive, self._desk.store.engine, message.chat_id)
        await self._talk.say(message, "start")

    async def help(self, message: Message, _rest: str) -> None:
        """/help: how to ask."""
        await self._talk.say(message, "help", indices=[index.code for index in CATALOG])

    async def driver(self, message: Message, rest: str) -> None:
        """/driver policy: what the figures hold on one cause of the latest move."""
        wanted = driver_named(rest)
        if wanted:
            await self._show(message, "drivers_detail", wanted)
        else:
            await self._talk.say(message, "driver_names", names=list(SPEAK_OF))

    async def close(self, message: Message, _rest: str) -> None:
        """/close: the latest close as a picture with its figures."""
        looks = self._talk.looks(message)
        answer = await asyncio.to_thread(self._desk.latest, "level", looks)
        if answer.error or answer.page.length > CAPTION_LIMIT:
            await self._talk.reply(message, answer.page)
            return
        picture = await asyncio.to_thread(self._desk.picture, answer, looks.colours)
        await asyncio.to_thread(self._desk.note, speaker(message), answer, looks)
        quote = message.chat.type in GROUPS
        await message.reply_photo(picture, caption=answer.page.text, parse_mode=ParseMode.HTML, do_quote=quote)

    # --- Settings -----------------------------------------------------------------------------------------------------

    async def subscribe(self, message: Message, _rest: str) -> None:
        """/subscribe: the close and its reasons after every session, in this chat and topic."""
        if await self._talk.may_change(message):
            await self._talk.say(message, "subscribed", await asyncio.to_thread(self._talk.subscribe, message))

    async def unsubscribe(self, message: Message, _rest: str) -> None:
        """/unsubscribe: no more closes in this chat."""
        if await self._talk.may_change(message):
            was = await asyncio.to_thread(chats.unsubscribe, self._desk.store.engine, message.chat_id)
            await self._talk.say(message, "unsubscribed", was=was)

    async def language(self, message: Message, rest: str) -> None:
        """/language [en|zh-hans|zh-hant]: the language of this chat, by word or by button."""
        if not await self._talk.may_change(message):
            return
        if rest in LANGUAGES:
            await asyncio.to_thread(self._talk.keep_language, message, rest)
            await self._talk.say(message, "language_set", rest)
        else:
            page = render("language", self._talk.language(message), {})
            await self._talk.reply(message, page, keyboards.languages())

    async def colours(self, message: Message, rest: str) -> None:
        """/colours [red_up|green_up]: whether red or green is up here, by word or by button."""
        if not await self._talk.may_change(message):
            return
        language = self._talk.language(message)
        if rest in chats.COLOURS:
            await asyncio.to_thread(self._talk.keep, message, colours=rest)
            await self._talk.say(message, "colours_set", scheme=rest)
        else:
            await self._talk.reply(message, render("colours", language, {}), keyboards.colours(language))

    async def index(self, message: Message, rest: str) -> None:
        """/index [name]: the index that is meant here when none is named, by name or by button."""
        if not await self._talk.may_change(message):
            return
        language, code = self._talk.language(message), index_named(rest)
        if code:
            await asyncio.to_thread(self._talk.keep_index, message, code)
            await self._talk.say(message, "index_set", index=code)
        else:
            await self._talk.reply(message, render("index", language, {}), keyboards.indices(language))

    async def forget(self, message: Message, _rest: str) -> None:
        """/forget: everything stored about this chat is deleted."""
        if await self._talk.may_change(message):
            language = self._talk.language(message)
            await asyncio.to_thread(self._desk.forget, message.chat_id)
            await self._talk.say(message, "forgotten", language)


def driver_named(text: str) -> str | None:
    """The cause that a person names, in the corpus's words; None when there is nothing to tell about it."""
    plain = simplified(clean(text).plain)
    named = _drivers().get(plain) or lexicon("drivers").first(plain)
    return named if named in SPEAK_OF else None


@cache
def _drivers() -> Mapping[str, str]:
    """What we ourselves call each cause, in every language, and its word in the corpus."""
    words = {
        simplified(word.casefold()): driver
        for language in LANGUAGES
        for driver, word in words_of(language)["asked_drivers"].items()
    }
    return words | {driver: driver for driver in SPEAK_OF}


def index_named(text: str) -> str | None:
    """The code of the index that a person names; None when it is none of ours."""
    try:
        return lookup(text).code if text else None
    except UnknownIndex:
        return None
