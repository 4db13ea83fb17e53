"""One test for each way in which Telegram refuses, with the code and the words it uses."""

import pytest
from aiohttp import ClientSession

from . import Chat, FakeTelegram
from .conftest import Calls, Refusal


async def test_a_wrong_token_is_unauthorized(telegram: FakeTelegram, session: ClientSession) -> None:
    async with session.get(f"{telegram.base_url}1:wrong/getMe") as reply:
        assert (reply.status, await reply.json()) == (
            401,
            {"ok": False, "error_code": 401, "description": "Unauthorized"},
        )


async def test_what_is_no_token_is_not_found(telegram: FakeTelegram, session: ClientSession) -> None:
    async with session.get(f"{telegram.base_url}token/getMe") as reply:
        assert (reply.status, (await reply.json())["description"]) == (404, "Not Found")


async def test_an_unknown_method_is_not_found(refusal: Refusal) -> None:
    assert await refusal("sendFax") == (404, "Not Found: method not found")


async def test_a_method_is_known_in_any_case(call: Calls) -> None:
    assert (await call("GETME"))["ok"]


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        pytest.param({"text": " \n"}, "message text is empty", id="empty"),
        pytest.param({"text": "<b></b>", "parse_mode": "HTML"}, "message text is empty", id="empty once read"),
        pytest.param({"text": "涨" * 4097}, "message is too long", id="too long"),
        pytest.param({"text": "😀" * 2049}, "message is too long", id="too long in UTF-16"),
        pytest.param({"text": "x", "parse_mode": "Html5"}, "unsupported parse_mode", id="parse mode"),
        pytest.param({"text": "x", "chat_id": ""}, "chat_id is empty", id="no chat"),
        pytest.param({"text": "x", "chat_id": 12345}, "chat not found", id="unknown chat"),
        pytest.param({"text": "x", "chat_id": "@nobody"}, "chat not found", id="unknown name"),
        pytest.param({"text": "x", "chat_id": "wei"}, "chat not found", id="no number"),
        pytest.param({"text": ["x"]}, 'field "text" must be of type String', id="text of a wrong type"),
        pytest.param(
            {"text": "x", "disable_notification": "maybe"},
            'field "disable_notification" must be of type Boolean',
            id="flag of a wrong type",
        ),
        pytest.param(
            {"text": "x", "message_thread_id": "one"}, 'field "message_thread_id" must be of type Number', id="number"
        ),
        pytest.param({"text": "x", "message_thread_id": 9}, "message thread not found", id="unknown topic"),
        pytest.param(
            {"text": "x", "reply_parameters": {"message_id": 999}},
            "message to be replied not found",
            id="unknown reply",
        ),
        pytest.param(
            {"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 9}]},
            "can't parse entities: entity ends after the end of the text",
            id="entity beyond the text",
        ),
    ],
)
async def test_a_bad_message_is_refused(refusal: Refusal, wei: Chat, parameters: dict[str, object], words: str) -> None:
    assert await refusal("sendMessage", **{"chat_id": wei.id} | parameters) == (400, f"Bad Request: {words}")


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        pytest.param("{", "can't parse reply keyboard markup JSON object", id="no JSON"),
        pytest.param("[]", "object expected as reply markup", id="no object"),
        pytest.param({}, "can't parse reply keyboard markup: no known field in it", id="no known field"),
        pytest.param(
            {"inline_keyboard": [{"text": "x"}]}, 'field "inline_keyboard" must be an Array of Arrays', id="no rows"
        ),
        pytest.param(
            {"inline_keyboard": [[{"text": "x"}]]},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
            id="button that does nothing",
        ),
        pytest.param(
            {"inline_keyboard": [[{"callback_data": "x"}]]},
            "can't parse inline keyboard button: Can't find field \"text\"",
            id="button without a text",
        ),
        pytest.param(
            {"inline_keyboard": [[{"text": "x", "callback_data": "涨" * 22}]]},
            "BUTTON_DATA_INVALID",
            id="data of 66 bytes",
        ),
        pytest.param(
            {"inline_keyboard": [[{"text": "x", "url": "sse"}]]},
            "inline keyboard button URL 'sse' is invalid: Wrong HTTP URL",
            id="wrong link",
        ),
    ],
)
async def test_a_bad_keyboard_is_refused(refusal: Refusal, wei: Chat, markup: object, words: str) -> None:
    refused = await refusal("sendMessage", chat_id=wei.id, text="x", reply_markup=markup)
    assert refused == (400, f"Bad Request: {words}")


async def test_data_of_64_bytes_is_allowed(call: Calls, wei: Chat) -> None:
    markup = {"inline_keyboard": [[{"text": "x", "callback_data": "x" * 64}]]}
    assert (await call("sendMessage", chat_id=wei.id, text="x", reply_markup=markup))["ok"]


@pytest.mark.parametrize("text", ["涨" * 4096, "😀" * 2048, f"<b>{'x' * 4096}</b>"], ids=["BMP", "UTF-16", "markup"])
async def test_exactly_4096_units_after_parsing_are_allowed(call: Calls, wei: Chat, text: str) -> None:
    assert (await call("sendMessage", chat_id=wei.id, text=text, parse_mode="HTML"))["ok"]


async def test_a_blocked_bot_is_forbidden(telegram: FakeTelegram, refusal: Refusal, wei: Chat) -> None:
    await telegram.blocks(wei)
    refused = await refusal("sendMessage", chat_id=wei.id, text="x")
    assert refused == (403, "Forbidden: bot was blocked by the user")


async def test_a_start_lifts_the_block(telegram: FakeTelegram, call: Calls, wei: Chat) -> None:
    await telegram.blocks(wei)
    await telegram.starts(wei)
    assert (await call("sendMessage", chat_id=wei.id, text="x"))["ok"]


async def test_a_deactivated_person_is_forbidden(telegram: FakeTelegram, refusal: Refusal, wei: Chat) -> None:
    telegram.deactivates(wei)
    assert await refusal("sendMessage", chat_id=wei.id, text="x") == (403, "Forbidden: user is deactivated")


async def test_nobody_is_written_to_who_never_wrote(telegram: FakeTelegram, refusal: Refusal) -> None:
    stranger = telegram.person("Li", started=False)
    refused = await refusal("sendMessage", chat_id=stranger.id, text="x")
    assert refused == (403, "Forbidden: bot can't initiate conversation with a user")


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
async def test_a_removed_bot_is_kicked(telegram: FakeTelegram, refusal: Refusal, kind: str) -> None:
    chat: Chat = getattr(telegram, kind)()
    await telegram.adds_bot(chat)
    await telegram.removes_bot(chat)
    refused = await refusal("sendMessage", chat_id=chat.id, text="x")
    assert refused == (403, f"Forbidden: bot was kicked from the {kind} chat")


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
async def test_a_bot_never_added_is_no_member(telegram: FakeTelegram, refusal: Refusal, kind: str) -> None:
    chat: Chat = getattr(telegram, kind)()
    refused = await refusal("sendMessage", chat_id=chat.id, text="x")
    assert refused == (403, f"Forbidden: bot is not a member of the {kind} chat")


async def test_a_bot_that_left_is_no_member(telegram: FakeTelegram, call: Calls, refusal: Refusal) -> None:
    group = telegram.group()
    await telegram.adds_bot(group)
    assert (await call("leaveChat", chat_id=group.id))["result"] is True
    assert await refusal("sendMessage", chat_id=group.id, text="x") == (
        403,
        "Forbidden: bot is not a member of the group chat",
    )


async def test_a_deleted_group_is_forbidden(telegram: FakeTelegram, refusal: Refusal) -> None:
    group = telegram.group()
    await telegram.adds_bot(group)
    telegram.deletes_group(group)
    refused = await refusal("sendMessage", chat_id=group.id, text="x")
    assert refused == (403, "Forbidden: the group chat was deleted")


async def test_an_upgraded_group_is_refused_with_its_new_id(telegram: FakeTelegram, call: Calls) -> None:
    group = telegram.group()
    await telegram.adds_bot(group)
    new = await telegram.migrates(group)
    body = await call("sendMessage", chat_id=group.id, text="x")
    assert body == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": new.id},
    }
    assert (await call("sendMessage", chat_id=new.id, text="x"))["ok"]


async def test_a_channel_needs_the_right_to_post(telegram: FakeTelegram, refusal: Refusal) -> None:
    channel = telegram.channel()
    await telegram.adds_bot(channel, rights=["can_edit_messages"])
    refused = await refusal("sendMessage", chat_id=channel.id, text="x")
    assert refused == (400, "Bad Request: need administrator rights in the channel chat")


async def test_a_chat_may_forbid_writing(telegram: FakeTelegram, refusal: Refusal) -> None:
    group = telegram.supergroup()
    await telegram.adds_bot(group)
    telegram.forbids_writing(group)
    assert await refusal("sendMessage", chat_id=group.id, text="x") == (400, "Bad Request: CHAT_WRITE_FORBIDDEN")


async def test_a_group_may_refuse_its_members_messages(telegram: FakeTelegram, refusal: Refusal) -> None:
    group = telegram.supergroup()
    await telegram.adds_bot(group)
    telegram.allows(group)
    refused = await refusal("sendMessage", chat_id=group.id, text="x")
    assert refused == (400, "Bad Request: not enough rights to send text messages to the chat")


async def test_a_group_may_allow_text_but_no_photos(telegram: FakeTelegram, call: Calls, refusal: Refusal) -> None:
    group = telegram.supergroup()
    await telegram.adds_bot(group)
    telegram.allows(group, "can_send_messages")
    assert await refusal("sendPhoto", chat_id=group.id, photo="x") == (
        400,
        "Bad Request: not enough rights to send photos to the chat",
    )
    assert (await call("sendMessage", chat_id=group.id, text="x"))["ok"]


async def test_a_restricted_bot_may_not_write(telegram: FakeTelegram, refusal: Refusal) -> None:
    group = telegram.supergroup()
    await telegram.adds_bot(group)
    await telegram.restricts_bot(group)
    refused = await refusal("sendMessage", chat_id=group.id, text="x")
    assert refused == (400, "Bad Request: not enough rights to send text messages to the chat")


async def test_a_closed_topic_takes_no_messages(telegram: FakeTelegram, call: Calls, refusal: Refusal) -> None:
    forum = telegram.supergroup(is_forum=True)
    await telegram.adds_bot(forum)
    topic = telegram.topic(forum)
    assert (await call("sendMessage", chat_id=forum.id, text="x", message_thread_id=topic.id))["ok"]
    telegram.closes_topic(forum, topic)
    refused = await refusal("sendMessage", chat_id=forum.id, text="x", message_thread_id=topic.id)
    assert refused == (400, "Bad Request: TOPIC_CLOSED")


async def test_a_deleted_topic_is_not_found(telegram: FakeTelegram, refusal: Refusal) -> None:
    forum = telegram.supergroup(is_forum=True)
    await telegram.adds_bot(forum)
    topic = telegram.topic(forum)
    telegram.deletes_topic(forum, topic)
    refused = await refusal("sendMessage", chat_id=forum.id, text="x", message_thread_id=topic.id)
    assert refused == (400, "Bad Request: message thread not found")


@pytest.mark.parametrize(
    ("photo", "words"),
    [
        pytest.param("AgACAgQ", "wrong file identifier/HTTP URL specified", id="unknown file id"),
        pytest.param("https://www.sse.com.cn/a.png", "failed to get HTTP URL content", id="link from a test"),
        pytest.param("", "there is no photo in the request", id="none"),
    ],
)
async def test_a_bad_photo_is_refused(refusal: Refusal, wei: Chat, photo: str, words: str) -> None:
    assert await refusal("sendPhoto", chat_id=wei.id, photo=photo) == (400, f"Bad Request: {words}")


async def test_a_caption_has_1024_units(refusal: Refusal, wei: Chat) -> None:
    refused = await refusal("sendPhoto", chat_id=wei.id, photo="x", caption="x" * 1025)
    assert refused == (400, "Bad Request: message caption is too long")


async def test_an_unchanged_message_is_not_modified(call: Calls, refusal: Refusal, wei: Chat) -> None:
    sent = (await call("sendMessage", chat_id=wei.id, text="<b>x</b>", parse_mode="HTML"))["result"]
    assert isinstance(sent, dict)
    code, words = await refusal(
        "editMessageText", chat_id=wei.id, message_id=sent["message_id"], text="<strong>x</strong>", parse_mode="HTML"
    )
    assert code == 400
    assert str(words).startswith("Bad Request: message is not modified: specified new message content")


@pytest.mark.parametrize(
    ("method", "more", "words"),
    [
        pytest.param("editMessageText", {"text": "y", "message_id": 999}, "message to edit not found", id="edit"),
        pytest.param("editMessageText", {"text": "y"}, "message identifier is not specified", id="no message"),
        pytest.param("deleteMessage", {"message_id": 999}, "message to delete not found", id="delete"),
        pytest.param("sendChatAction", {"action": "sleep"}, "wrong parameter action in request", id="action"),
        pytest.param(
            "getChatAdministrators", {}, "there are no administrators in the private chat", id="administrators"
        ),
        pytest.param("getChatMember", {"user_id": 5}, "user not found", id="member"),
        pytest.param("getFile", {"file_id": "x"}, "invalid file_id", id="file"),
    ],
)
async def test_a_wrong_target_is_refused(
    refusal: Refusal, wei: Chat, method: str, more: dict[str, object], words: str
) -> None:
    assert await refusal(method, chat_id=wei.id, **more) == (400, f"Bad Request: {words}")


async def test_a_persons_message_cannot_be_edited(telegram: FakeTelegram, refusal: Refusal, wei: Chat) -> None:
    said = await telegram.says(wei, "why is the index up?")
    refused = await refusal("editMessageText", chat_id=wei.id, message_id=said.id, text="y")
    assert refused == (400, "Bad Request: message can't be edited")


async def test_a_text_has_no_caption_to_edit(call: Calls, refusal: Refusal, wei: Chat) -> None:
    sent = (await call("sendMessage", chat_id=wei.id, text="x"))["result"]
    assert isinstance(sent, dict)
    refused = await refusal("editMessageCaption", chat_id=wei.id, message_id=sent["message_id"], caption="y")
    assert refused == (400, "Bad Request: there is no caption in the message to edit")


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        pytest.param("answerCallbackQuery", {"callback_query_id": "1"}, id="press"),
        pytest.param("answerInlineQuery", {"inline_query_id": "1", "results": []}, id="inline"),
    ],
)
async def test_an_unknown_question_is_too_old(refusal: Refusal, method: str, parameters: dict[str, object]) -> None:
    assert await refusal(method, **parameters) == (
        400,
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
    )


ARTICLE = {"type": "article", "id": "1", "title": "Close", "input_message_content": {"message_text": "x"}}


@pytest.mark.parametrize(
    ("results", "words"),
    [
        pytest.param([ARTICLE | {"id": str(number)} for number in range(51)], "RESULTS_TOO_MUCH", id="51 results"),
        pytest.param([ARTICLE, ARTICLE], "RESULT_ID_DUPLICATE", id="an id twice"),
        pytest.param([ARTICLE | {"id": "x" * 65}], "RESULT_ID_INVALID", id="an id too long"),
        pytest.param(
            [ARTICLE | {"title": ""}], "can't parse inline query result: Can't find field \"title\"", id="no title"
        ),
        pytest.param(
            [ARTICLE | {"input_message_content": {"message_text": "<b>", "parse_mode": "HTML"}}],
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
            id="broken HTML",
        ),
    ],
)
async def test_bad_inline_results_are_refused(refusal: Refusal, results: list[object], words: str) -> None:
    assert await refusal("answerInlineQuery", inline_query_id="1", results=results) == (400, f"Bad Request: {words}")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        pytest.param({"command": "Why?", "description": "x"}, "BOT_COMMAND_INVALID", id="name"),
        pytest.param({"command": "why", "description": ""}, "BOT_COMMAND_DESCRIPTION_INVALID", id="description"),
    ],
)
async def test_a_bad_command_is_refused(refusal: Refusal, command: object, words: str) -> None:
    assert await refusal("setMyCommands", commands=[command]) == (400, f"Bad Request: {words}")


async def test_what_the_fake_cannot_read_is_no_refusal_of_telegrams(refusal: Refusal, wei: Chat) -> None:
    refused = await refusal("sendMessage", chat_id=wei.id, text="x", parse_mode="MarkdownV2")
    assert refused == (501, "Not Implemented: this fake knows HTML only")
