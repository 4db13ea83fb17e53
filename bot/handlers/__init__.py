"""Telegram's updates → the desk → a reply: private chats, groups, channels, buttons, inline and guest questions."""

import structlog
from telegram.ext import (
    CallbackQueryHandler,
    ChatMemberHandler,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot.desk import Desk
from bot.handlers.buttons import Buttons
from bot.handlers.commands import NONE, Commands
from bot.handlers.elsewhere import Elsewhere
from bot.handlers.membership import Membership
from bot.handlers.menu import introduce
from bot.handlers.operating import Ails, Operating
from bot.handlers.talk import Context, Talk
from bot.intake import AnyApplication

__all__ = ["introduce", "register", "report"]

_log = structlog.get_logger(__name__)


def register(application: AnyApplication, desk: Desk, ails: Ails | None = None) -> None:
    """Give an application everything the bot answers to.

    Args:
        application: hands the updates on.
        desk: answers.
        ails: what keeps the bot from its job at a moment, "" for nothing; without it there is no /status.
    """
    talk = Talk(desk, application.bot)
    commands = Commands(talk, Operating(talk, ails).by_name if ails else NONE)
    buttons, elsewhere, membership = Buttons(talk), Elsewhere(talk), Membership(talk)
    posts = filters.UpdateType.MESSAGE | filters.UpdateType.CHANNEL_POST
    application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, membership.migrated))
    application.add_handler(MessageHandler(posts & filters.TEXT, commands.said))
    application.add_handler(MessageHandler(filters.UpdateType.GUEST_MESSAGE & filters.TEXT, elsewhere.asked_as_guest))
    application.add_handler(InlineQueryHandler(elsewhere.asked_inline))
    application.add_handler(CallbackQueryHandler(buttons.pressed))
    application.add_handler(ChatMemberHandler(membership.changed, ChatMemberHandler.MY_CHAT_MEMBER))
    application.add_error_handler(report)


async def report(_update: object, context: Context) -> None:
    """The one place where an unforeseen error ends; the log says what, never what somebody wrote."""
    _log.error("update_failed", error=type(context.error).__name__, exc_info=context.error)
