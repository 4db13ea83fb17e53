"""Questions from chats that the bot is not in: inline (`@bot why`), and as a guest."""

import asyncio
from hashlib import sha256

from telegram import InlineQueryResultArticle, InputTextMessageContent, Update
from telegram.constants import ParseMode

from bot.chat.answer import Answer
from bot.chat.asked import Habits
from bot.handlers import keyboards
from bot.handlers.addressed import without_mention
from bot.handlers.talk import NO_PREVIEW, Context, Talk, language_of

CACHE_S = 30  # Telegram gives others the same answer for so long; its usual 300 would show a close too late
TITLE = 60  # characters that a result's title has room for
OVERVIEW = ("why_move", "level", "sectors")  # what is offered before anything is typed


class Elsewhere:
    """Answers outside the bot's own chats; nothing is remembered of them."""

    def __init__(self, talk: Talk) -> None:
        self._talk, self._desk = talk, talk.desk

    async def asked_inline(self, update: Update, _context: Context) -> None:
        """`@bot` and a question, typed in any chat; empty, it offers the latest session."""
        query = update.inline_query
        if query is None or not self._talk.admission(query.from_user.id, query.from_user.id).is_admitted:
            return
        language = language_of(query.from_user)
        found = await asyncio.to_thread(self._found, query.query.strip(), language)
        # An empty query is answered in the reader's language, so nobody else's cache may serve it.
        await query.answer([_article(one) for one in found], cache_time=CACHE_S, is_personal=not query.query.strip())

    async def asked_as_guest(self, update: Update, _context: Context) -> None:
        """A mention in a chat that the bot is no member of (Bot API 10.0)."""
        message = update.effective_message
        if message is None or not message.guest_query_id or not message.text:
            return
        user = message.from_user
        if self._talk.admission(user.id if user else 0, message.chat_id).is_admitted:
            question = without_mention(message.text, self._talk.bot.username)
            language = language_of(user) if user else ""
            found = await asyncio.to_thread(self._found, question, language)
            await message.answer_guest_query(_article(found[0]))

    def _found(self, question: str, language: str) -> list[Answer]:
        if question:
            return [self._desk.answer(question, Habits(colours=self._desk.settings.colours))]
        habits = Habits(language, self._desk.colours_in(language))
        return [self._desk.latest(intent, habits) for intent in OVERVIEW]


def _article(found: Answer) -> InlineQueryResultArticle:
    title, _, rest = found.page.plain.partition("\n")
    return InlineQueryResultArticle(
        id=sha256(found.page.text.encode()).hexdigest()[:32],
        title=title[:TITLE],
        description=rest[: 2 * TITLE].replace("\n", " ").strip(),
        input_message_content=InputTextMessageContent(
            found.page.text, parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW
        ),
        reply_markup=keyboards.under(found) if found.told.move else None,
    )
