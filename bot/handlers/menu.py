"""The list of commands that Telegram shows beside the text field, in each reader's language."""

from telegram import Bot, BotCommand

from bot.pages import DEFAULT_LANGUAGE, render

# Telegram knows two-letter languages only, so Chinese readers get one script: the one that most of them write.
MENUS = {"": DEFAULT_LANGUAGE, "zh": "zh-hans"}


async def introduce(bot: Bot) -> None:
    """Tell Telegram the commands; doing it again changes nothing."""
    for code, language in MENUS.items():
        await bot.set_my_commands(commands(language), language_code=code)


def commands(language: str) -> list[BotCommand]:
    """The commands and what each does, in the order of the page ``menu``."""
    lines = render("menu", language, {}).plain.splitlines()
    return [BotCommand(*line.split("|", 1)) for line in lines]
