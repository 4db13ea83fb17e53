"""/indices: a chat chooses the indices of which its close speaks, by name or by button."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from telegram import CallbackQuery, InlineKeyboardMarkup, Message

from bot.chat.typed import clean
from bot.delivery.choice import OFFERED, USUAL, toggled
from bot.handlers import keyboards
from bot.handlers.talk import Talk, edit, language_of
from bot.pages import Page, render
from index.catalog import lookup
from index.errors import UnknownIndex

Handle = Callable[[Message, str], Awaitable[None]]
LONGEST_WORD = 40  # characters of what was not understood that are repeated


class Choosing:
    """What the command and its buttons bring about."""

    def __init__(self, talk: Talk) -> None:
        self._talk, self._desk = talk, talk.desk
        self.by_name: Mapping[str, Handle] = {"indices": self.indices}

    async def indices(self, message: Message, rest: str) -> None:
        """/indices [name]: what the close speaks of; a name switches that index on or off."""
        if not await self._talk.may_change(message):
            return
        if code := offered_named(rest):
            await asyncio.to_thread(self._toggle, message, code)
        page, buttons = await asyncio.to_thread(self._shown, message)
        is_unread = rest and not code
        await self._talk.reply(message, self._unread(message, rest) if is_unread else page, buttons)

    def _unread(self, message: Message, rest: str) -> Page:
        """That a word is none of the indices offered, or was not understood."""
        word = clean(rest).shown[:LONGEST_WORD]
        return render("wish_unread", self._talk.language(message), {"name": "indices", "word": word})

    async def pressed(self, query: CallbackQuery, message: Message, code: str) -> None:
        """A button that switches an index on or off."""
        if code in OFFERED:
            await asyncio.to_thread(self._toggle, message, code, language_of(query.from_user))
            await edit(query, *await asyncio.to_thread(self._shown, message))

    def _toggle(self, message: Message, code: str, spoken: str = "") -> None:
        chosen = self._desk.chat(message.chat_id)
        self._talk.keep(message, spoken, closes=toggled(chosen.closes if chosen else USUAL, code))

    def _shown(self, message: Message) -> tuple[Page, InlineKeyboardMarkup]:
        """What is chosen, and what there is to choose from: the indices of which anything is stored."""
        chat, language, now = self._desk.chat(message.chat_id), self._talk.language(message), self._desk.clock.now()
        chosen = chat.closes if chat else USUAL
        stored = [code for code in OFFERED if code in chosen or len(self._desk.reader.bars(code, now))]
        values = {"closes": list(chosen), "is_subscribed": chat is not None and chat.subscribed}
        return render("indices", language, values), keyboards.closes(language, stored, chosen)


def offered_named(text: str) -> str | None:
    """The code of the index that a person names, where it is one that a close can speak of."""
    try:
        code = lookup(text).code
    except UnknownIndex:
        return None
    return code if code in OFFERED else None
