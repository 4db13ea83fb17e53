"""python-telegram-bot and aiogram, each reading every kind of reply and update: two judges of our shapes."""

import struct
import zlib
from collections.abc import AsyncIterator
from datetime import timedelta

import aiogram
import pytest
import telegram as ptb
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramMigrateToChat, TelegramRetryAfter
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputMediaPhoto,
    InputTextMessageContent,
)
from telegram.constants import ParseMode as PtbParseMode

from . import Chat, FakeTelegram, Rates
from .records import InlineAnswer, PressAnswer


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 60, height: int = 40) -> bytes:
    """A grey picture, written by hand from the PNG specification."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


PICTURE = png()
TEXT = '<b>上证综指</b> +8.06% <a href="https://www.sse.com.cn/">SSE</a>'
KEYBOARD = ptb.InlineKeyboardMarkup([[ptb.InlineKeyboardButton("Why?", callback_data="why:2024-09-30")]])


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[ptb.Bot]:
    async with ptb.Bot(telegram.token, base_url=telegram.base_url, base_file_url=telegram.file_url) as client:
        yield client


@pytest.fixture
async def gram(telegram: FakeTelegram) -> AsyncIterator[aiogram.Bot]:
    server = TelegramAPIServer.from_base(telegram.base_url.removesuffix("/bot"))
    async with aiogram.Bot(telegram.token, session=AiohttpSession(api=server)) as client:
        yield client


async def test_ptb_reads_a_message(telegram: FakeTelegram, bot: ptb.Bot, wei: Chat) -> None:
    message = await bot.send_message(wei.id, TEXT, parse_mode=PtbParseMode.HTML, reply_markup=KEYBOARD)
    assert message.text_html == TEXT
    assert message.reply_markup == KEYBOARD
    assert (message.chat.type, message.from_user) == ("private", bot.bot)
    assert telegram.sent(wei)[0].button("Why").data == "why:2024-09-30"


async def test_ptb_uploads_a_photo_and_sends_it_again(bot: ptb.Bot, wei: Chat) -> None:
    first = await bot.send_photo(wei.id, PICTURE, caption=TEXT, parse_mode=PtbParseMode.HTML)
    again = await bot.send_photo(wei.id, first.photo[-1].file_id)
    assert first.caption_html == TEXT
    assert [size.width for size in first.photo] == [90, 60]
    assert again.photo[-1].file_unique_id == first.photo[-1].file_unique_id
    file = await bot.get_file(first.photo[-1].file_id)
    assert await file.download_as_bytearray() == PICTURE


async def test_ptb_edits_and_deletes(bot: ptb.Bot, wei: Chat) -> None:
    message = await bot.send_message(wei.id, "one", reply_markup=KEYBOARD)
    edited = await message.edit_text("two", reply_markup=KEYBOARD)
    assert isinstance(edited, ptb.Message)
    bare = await edited.edit_reply_markup()
    assert isinstance(bare, ptb.Message)
    assert (bare.text, bare.reply_markup, bare.edit_date is not None) == ("two", None, True)
    assert await bare.delete()


async def test_ptb_changes_a_picture_and_its_caption(bot: ptb.Bot, wei: Chat) -> None:
    message = await bot.send_photo(wei.id, PICTURE, caption="one")
    recaptioned = await message.edit_caption("two")
    changed = await message.edit_media(ptb.InputMediaPhoto(png(90, 30), caption="three"))
    assert isinstance(recaptioned, ptb.Message)
    assert isinstance(changed, ptb.Message)
    assert (recaptioned.caption, changed.caption, changed.photo[-1].width) == ("two", "three", 90)


async def test_ptb_raises_its_own_errors(telegram: FakeTelegram, bot: ptb.Bot, wei: Chat) -> None:
    with pytest.raises(ptb.error.BadRequest, match=r'(?i)unsupported start tag "p" at byte offset 0'):
        await bot.send_message(wei.id, "<p>x</p>", parse_mode=PtbParseMode.HTML)
    group = telegram.group()
    new = await telegram.migrates(group)
    with pytest.raises(ptb.error.ChatMigrated) as migrated:
        await bot.send_message(group.id, "x")
    assert migrated.value.new_chat_id == new.id
    await telegram.blocks(wei)
    with pytest.raises(ptb.error.Forbidden):
        await bot.send_message(wei.id, "x")


async def test_ptb_is_told_when_to_try_again(
    telegram: FakeTelegram, bot: ptb.Bot, wei: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    telegram.limits.change(Rates(chat_burst=1))
    await bot.send_message(wei.id, "x")
    with pytest.raises(ptb.error.RetryAfter) as caught:
        await bot.send_message(wei.id, "x")
    assert caught.value.retry_after == timedelta(seconds=1)


async def test_ptb_reads_chats_and_members(telegram: FakeTelegram, bot: ptb.Bot, wei: Chat) -> None:
    group = telegram.supergroup("A shares", owner=wei)
    await telegram.adds_bot(group, rights=["can_pin_messages"])
    chat = await bot.get_chat(group.id)
    owner, me = await bot.get_chat_administrators(group.id)
    assert (chat.title, owner.user.id, owner.status) == ("A shares", wei.id, "creator")
    assert isinstance(me, ptb.ChatMemberAdministrator)
    assert (me.can_pin_messages, me.can_delete_messages) == (True, False)
    assert (await bot.get_chat(wei.id)).first_name == "Wei"
    await telegram.restricts_bot(group)
    assert isinstance(await bot.get_chat_member(group.id, bot.id), ptb.ChatMemberRestricted)


async def test_ptb_sets_what_it_says_of_itself(bot: ptb.Bot) -> None:
    commands = [ptb.BotCommand("why", "Why it moved")]
    assert await bot.set_my_commands(commands, language_code="en")
    assert list(await bot.get_my_commands(language_code="en")) == commands
    assert await bot.set_my_description("Says why.")
    assert await bot.set_my_short_description("Why up")
    assert (await bot.get_my_short_description()).short_description == "Why up"
    assert (await bot.get_webhook_info()).url == ""


async def test_ptb_reads_every_update(telegram: FakeTelegram, bot: ptb.Bot, wei: Chat) -> None:
    group = telegram.group(owner=wei)
    channel = telegram.channel()
    await telegram.adds_bot(group, by=wei)
    await telegram.adds_bot(channel)
    await telegram.posts(channel, "open")
    said = await telegram.says(wei, "/why@whyup_bot", group)
    await telegram.says(wei, "/why", group, reply_to=said)
    await telegram.migrates(group)
    await telegram.asks_inline(wei, "why")
    await telegram.asks_as_guest(wei, "@whyup_bot why?", telegram.group())
    await telegram.blocks(wei)
    updates = await bot.get_updates(allowed_updates=ptb.Update.ALL_TYPES, timeout=0)
    kinds = [next(kind for kind in update.to_dict() if kind != "update_id") for update in updates]
    assert kinds == [
        "my_chat_member",
        "message",
        "my_chat_member",
        "channel_post",
        "message",
        "message",
        "message",
        "message",
        "inline_query",
        "guest_message",
        "my_chat_member",
    ]


async def test_ptb_answers_a_press(telegram: FakeTelegram, bot: ptb.Bot, wei: Chat) -> None:
    await bot.send_message(wei.id, "x", reply_markup=KEYBOARD)
    press = await telegram.presses(wei, await telegram.next_message(wei), "Why?")
    [update] = await bot.get_updates(timeout=0)
    assert update.callback_query
    assert update.callback_query.data == "why:2024-09-30"
    await update.callback_query.answer("policy", show_alert=True)
    assert await telegram.answer_to(press) == PressAnswer("policy", alert=True)


async def test_ptb_answers_inline_and_as_a_guest(telegram: FakeTelegram, bot: ptb.Bot, wei: Chat) -> None:
    content = ptb.InputTextMessageContent(TEXT, parse_mode=PtbParseMode.HTML)
    article = ptb.InlineQueryResultArticle("1", "Close", content)
    inline = await telegram.asks_inline(wei, "why")
    guest = await telegram.asks_as_guest(wei, "@whyup_bot why?", telegram.group())
    await bot.answer_inline_query(inline.id, [article], cache_time=15)
    sent = await bot.answer_guest_query(guest.id, article)
    answer = await telegram.answer_to(inline)
    assert isinstance(answer, InlineAnswer)
    assert answer.cache_time == 15
    assert await bot.edit_message_text("later", inline_message_id=sent.inline_message_id) is True
    assert telegram.sent(guest.message.chat)[0].marked("bold") == ["上证综指"]


async def test_aiogram_reads_what_it_sends(telegram: FakeTelegram, gram: aiogram.Bot, wei: Chat) -> None:
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Why?", callback_data="why")]])
    message = await gram.send_message(wei.id, TEXT, parse_mode=ParseMode.HTML, reply_markup=keyboard)
    assert message.html_text == TEXT
    photo = await gram.send_photo(wei.id, BufferedInputFile(PICTURE, "close.png"), caption="c")
    assert photo.photo
    again = await gram.send_photo(wei.id, photo.photo[-1].file_id)
    media = InputMediaPhoto(media=BufferedInputFile(png(90, 30), "later.png"))
    changed = await gram.edit_message_media(media, chat_id=wei.id, message_id=again.message_id)
    assert isinstance(changed, aiogram.types.Message)
    edited = await gram.edit_message_text("two", chat_id=wei.id, message_id=message.message_id)
    assert isinstance(edited, aiogram.types.Message)
    assert edited.text == "two"
    assert await gram.delete_message(wei.id, message.message_id)
    assert len(telegram.sent(wei)) == 2


async def test_aiogram_raises_its_own_errors(telegram: FakeTelegram, gram: aiogram.Bot, wei: Chat) -> None:
    with pytest.raises(TelegramBadRequest):
        await gram.send_message(wei.id, "<b>", parse_mode=ParseMode.HTML)
    group = telegram.group()
    await telegram.migrates(group)
    with pytest.raises(TelegramMigrateToChat):
        await gram.send_message(group.id, "x")
    telegram.limits.change(Rates(chat_burst=1))
    await gram.send_message(wei.id, "x")
    with pytest.raises(TelegramRetryAfter):
        await gram.send_message(wei.id, "x")
    li = telegram.person("Li")
    telegram.deactivates(li)
    with pytest.raises(TelegramForbiddenError):
        await gram.send_message(li.id, "x")


async def test_aiogram_reads_chats_members_and_itself(telegram: FakeTelegram, gram: aiogram.Bot, wei: Chat) -> None:
    group = telegram.supergroup(owner=wei)
    await telegram.adds_bot(group)
    await telegram.promotes_bot(group)
    assert (await gram.get_me()).username == "whyup_bot"
    assert (await gram.get_chat(group.id)).title == "A shares"
    assert [member.status for member in await gram.get_chat_administrators(group.id)] == ["creator", "administrator"]
    await telegram.restricts_bot(group)
    assert (await gram.get_chat_member(group.id, gram.id)).status == "restricted"
    assert await gram.set_my_commands([BotCommand(command="why", description="Why")])
    assert await gram.send_chat_action(wei.id, "typing")
    assert (await gram.get_webhook_info()).url == ""


async def test_aiogram_reads_every_update_and_answers(telegram: FakeTelegram, gram: aiogram.Bot, wei: Chat) -> None:
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Why?", callback_data="why")]])
    await gram.send_message(wei.id, "x", reply_markup=keyboard)
    press = await telegram.presses(wei, await telegram.next_message(wei), "Why?")
    inline = await telegram.asks_inline(wei, "why")
    await telegram.posts(telegram.channel(), "not seen: the bot is no administrator")
    await telegram.adds_bot(telegram.channel())
    await telegram.says(wei, "why?")
    updates = await gram.get_updates(timeout=0)
    assert [update.event_type for update in updates] == ["callback_query", "inline_query", "my_chat_member", "message"]
    content = InputTextMessageContent(message_text="x")
    await gram.answer_callback_query(press.id, "policy")
    await gram.answer_inline_query(
        inline.id, [InlineQueryResultArticle(id="1", title="Close", input_message_content=content)]
    )
    assert await telegram.answer_to(press) == PressAnswer("policy")
