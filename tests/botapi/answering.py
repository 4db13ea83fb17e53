"""Methods that answer a person's press, inline query or guest question."""

from collections.abc import Mapping
from typing import TypeVar

from . import keyboards
from .parameters import Call
from .records import GuestQuestion, InlineAnswer, InlineQuestion, Message, Press, PressAnswer
from .refusals import QUERY_TOO_OLD, refuse, refuse_unknown
from .registry import method
from .sending import caption_of, text_of
from .world import World

Q = TypeVar("Q", Press, InlineQuestion, GuestQuestion)

MAX_ALERT = 200
MAX_RESULTS = 50
MAX_ID_BYTES = 64
CACHE_S = 300


def _open(world: World, call: Call, name: str, kind: type[Q]) -> Q:
    question = world.open_question(call.text(name), call.at)
    if not isinstance(question, kind):
        refuse(QUERY_TOO_OLD)
    return question


@method("answerCallbackQuery")
def answer_callback_query(world: World, call: Call) -> bool:
    text = call.text("text")
    if len(text) > MAX_ALERT:
        refuse("MESSAGE_TOO_LONG")
    press = _open(world, call, "callback_query_id", Press)
    world.answered(press, PressAnswer(text, call.flag("show_alert")))
    return True


@method("answerInlineQuery")
def answer_inline_query(world: World, call: Call) -> bool:
    answer = _inline_answer(call)
    world.answered(_open(world, call, "inline_query_id", InlineQuestion), answer)
    return True


def _inline_answer(call: Call) -> InlineAnswer:
    results = _results(call)
    offset = call.text("next_offset")
    if len(offset.encode()) > MAX_ID_BYTES:
        refuse("NEXT_OFFSET_INVALID")
    return InlineAnswer(results, call.integer("cache_time", CACHE_S), call.flag("is_personal"), offset)


def _results(call: Call) -> tuple[Mapping[str, object], ...]:
    results = call.json("results")
    if not isinstance(results, list):
        refuse("expected an Array of inline query results")
    if len(results) > MAX_RESULTS:
        refuse("RESULTS_TOO_MUCH")
    checked = tuple(checked_result(result) for result in results)
    if len({result["id"] for result in checked}) < len(checked):
        refuse("RESULT_ID_DUPLICATE")
    return checked


def checked_result(result: object) -> Mapping[str, object]:
    """An inline result: its id, what its kind must have, its text and buttons."""
    if not isinstance(result, dict):
        refuse("inline query result must be an Object")
    identifier = result.get("id")
    if not isinstance(identifier, str) or not 1 <= len(identifier.encode()) <= MAX_ID_BYTES:
        refuse("RESULT_ID_INVALID")
    _check_kind(result)
    if "reply_markup" in result:
        keyboards.checked(result["reply_markup"])
    return result


def _check_kind(result: Mapping[str, object]) -> None:
    if result.get("type") == "article":
        _check_article(result)
    elif result.get("type") == "photo":
        _check_photo(result)
    else:
        refuse_unknown("articles and photos")


def _check_article(result: Mapping[str, object]) -> None:
    if not result.get("title"):
        refuse("can't parse inline query result: Can't find field \"title\"")
    text_of(content(result))


def _check_photo(result: Mapping[str, object]) -> None:
    if not result.get("photo_url") and not result.get("photo_file_id"):
        refuse("can't parse inline query result: Can't find field \"photo_url\"")
    caption_of(Call(result, {}, 0.0))


def content(result: Mapping[str, object]) -> Call:
    """The text message that an article sends, as a call's parameters."""
    sent = result.get("input_message_content")
    if not isinstance(sent, dict) or "message_text" not in sent:
        refuse("message text is empty")
    return Call(sent | {"text": sent["message_text"]}, {}, 0.0)


@method("answerGuestQuery")
def answer_guest_query(world: World, call: Call) -> object:
    result = checked_result(call.json("result"))
    text = text_of(content(result))
    question = _open(world, call, "guest_query_id", GuestQuestion)
    inline_id = f"guest-{world.number()}"
    world.inline_messages[inline_id] = text.text
    chat = question.message.chat
    answer = Message(world.number(), chat, world.bot, world.now(), text.text, text.entities, text.source)
    world.answered(question, world.store(answer))
    return {"inline_message_id": inline_id}
