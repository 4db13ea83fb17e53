"""Pressed buttons: another view of an answer in its place, or a setting."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from telegram import CallbackQuery, Message, Update
from telegram.constants import CallbackQueryLimit, ChatType

from bot.chat.asked import Habits
from bot.chat.conversation import Turn
from bot.delivery.chats import COLOURS
from bot.handlers import keyboards
from bot.handlers.choosing import Choosing
from bot.handlers.talk import Context, Talk, edit, harmlessly, language_of
from bot.pages import LANGUAGES, render
from index.catalog import BY_CODE

Choose = Callable[[CallbackQuery, Message, str], Awaitable[None]]


class Buttons:
    """What a pressed button brings about."""

    def __init__(self, talk: Talk) -> None:
        self._talk, self._desk = talk, talk.desk
        self._choices: Mapping[str, Choose] = {
            "language": self._language,
            "colours": self._colours,
            "index": self._index,
            "close": Choosing(talk).pressed,
            "do": self._subscribe,
        }

    async def pressed(self, update: Update, _context: Context) -> None:
        """A button under one of the bot's messages, however old."""
        query = update.callback_query
        if query is None or not query.data:
            return
        chat_id = query.message.chat.id if query.message else query.from_user.id
        admission = self._talk.admission(chat_id, query.from_user.id)
        if not admission.is_admitted:
            await _answer(query, self._talk.notice(admission, language_of(query.from_user)))
        elif view := keyboards.read(query.data):
            await self._turn_to(query, view)
        else:
            await self._choose(query, *query.data.partition(":")[::2])

    # --- Views --------------------------------------------------------------------------------------------------------

    async def _turn_to(self, query: CallbackQuery, view: Turn) -> None:
        chat_id = query.message.chat.id if query.message else 0
        habits = self._desk.habits_of(chat_id, speaks=False)
        found = await asyncio.to_thread(self._desk.show, view, Habits(view.language, habits.colours))
        if found.error:
            await _answer(query, found.page.plain)
            return
        await _answer(query)
        if chat_id:  # nothing is remembered of chats that the bot is not in
            await asyncio.to_thread(self._desk.note, (chat_id, query.from_user.id), found, habits)
        await edit(query, found.page, keyboards.under(found))

    # --- Settings -----------------------------------------------------------------------------------------------------

    async def _choose(self, query: CallbackQuery, what: str, choice: str) -> None:
        choose, message = self._choices.get(what), query.message
        if choose is None or not isinstance(message, Message):
            await _answer(query)
        elif message.chat.type != ChatType.PRIVATE and not await self._talk.is_admin(message.chat_id, query):
            await _answer(query, render("not_admin", self._desk.language_of(message.chat_id), {}).plain)
        else:
            await _answer(query)
            await choose(query, message, choice)

    async def _language(self, query: CallbackQuery, message: Message, language: str) -> None:
        if language in LANGUAGES:
            await asyncio.to_thread(self._talk.keep_language, message, language)
            await edit(query, render("language_set", language, {}))

    async def _colours(self, query: CallbackQuery, message: Message, scheme: str) -> None:
        if scheme in COLOURS:
            await asyncio.to_thread(self._talk.keep, message, language_of(query.from_user), colours=scheme)
            language = self._desk.language_of(message.chat_id)
            await edit(query, render("colours_set", language, {"scheme": scheme}))

    async def _index(self, query: CallbackQuery, message: Message, code: str) -> None:
        if code in BY_CODE:
            await asyncio.to_thread(self._talk.keep_index, message, code, language_of(query.from_user))
            language = self._desk.language_of(message.chat_id)
            await edit(query, render("index_set", language, {"index": code}))

    async def _subscribe(self, query: CallbackQuery, message: Message, _what: str) -> None:
        language = await asyncio.to_thread(self._talk.subscribe, message, language_of(query.from_user))
        await edit(query, render("subscribed", language, {}))


async def _answer(query: CallbackQuery, text: str = "") -> None:
    """Stop the button's clock; a long text is shown until it is dismissed."""
    shown = text[: CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH]
    await harmlessly(query.answer(shown, show_alert=bool(shown)))
