"""Methods that put messages into chats, change them or take them away."""

from dataclasses import replace

from . import formatting, images, keyboards, shapes
from .formatting import Formatted, refuse_parsing
from .parameters import Call
from .records import Chat, Entity, Message, Photo
from .refusals import NOT_MODIFIED, refuse, refuse_unknown
from .registry import method
from .world import World

MAX_TEXT = 4096
MAX_CAPTION = 1024
ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


def formatted(call: Call, name: str, marks: str) -> Formatted:
    """A text or caption as it will be shown, from its parse_mode or the entities beside it."""
    given = call.json(marks)
    mode = call.text("parse_mode")
    if given and not mode:
        return formatting.marked(call.text(name), _entities(given))
    return formatting.read(call.text(name), mode)


def _entities(given: object) -> tuple[Entity, ...]:
    if not isinstance(given, list) or not all(isinstance(part, dict) for part in given):
        refuse_parsing("Array of MessageEntity expected")
    try:
        return tuple(_entity(part) for part in given)
    except (KeyError, TypeError, ValueError):
        refuse_parsing("MessageEntity must have a type, an offset and a length")


def _entity(part: dict[str, object]) -> Entity:
    url, language, emoji = (str(part.get(name, "")) for name in shapes.JSON_SAFE)
    return Entity(str(part["type"]), int(str(part["offset"])), int(str(part["length"])), url, language, emoji)


def text_of(call: Call) -> Formatted:
    return checked_text(formatted(call, "text", "entities"))


def checked_text(read: Formatted) -> Formatted:
    if not read.text:
        refuse("message text is empty")
    if read.units > MAX_TEXT:
        refuse("message is too long")
    return read


def caption_of(call: Call) -> Formatted:
    return checked_caption(formatted(call, "caption", "caption_entities"))


def checked_caption(read: Formatted) -> Formatted:
    if read.units > MAX_CAPTION:
        refuse("message caption is too long")
    return read


@method("sendMessage")
def send_message(world: World, call: Call) -> object:
    text = text_of(call)
    draft = _draft(world, call, text)
    return _send(world, call, replace(draft, preview=_previews(call)), "can_send_messages")


@method("sendPhoto")
def send_photo(world: World, call: Call) -> object:
    caption = caption_of(call)
    draft = _draft(world, call, caption)
    return _send(world, call, draft, "can_send_photos")


def _draft(world: World, call: Call, content: Formatted) -> Message:
    markup = keyboards.read(call)
    return Message(
        id=0,
        chat=world.chat_of(call),
        sender=world.bot,
        date=world.now(),
        text=content.text,
        entities=content.entities,
        html=content.source,
        markup=markup,
        reply_to=_reply(call)[0] or None,
        thread_id=call.integer("message_thread_id") or None,
        silent=call.flag("disable_notification"),
        protected=call.flag("protect_content"),
    )


def _previews(call: Call) -> bool:
    return not (call.fields("link_preview_options").get("is_disabled") or call.flag("disable_web_page_preview"))


def _reply(call: Call) -> tuple[int, bool]:
    """The message replied to, and whether the reply may go without it."""
    given = call.fields("reply_parameters")
    if not given:
        return call.integer("reply_to_message_id"), call.flag("allow_sending_without_reply")
    message_id = given.get("message_id")
    if not isinstance(message_id, int):
        refuse('field "message_id" must be of type Number')
    return message_id, bool(given.get("allow_sending_without_reply"))


def _send(world: World, call: Call, draft: Message, right: str) -> object:
    charged = world.limits.admit(draft.chat, call.at, paid=call.flag("allow_paid_broadcast"))
    world.check_may_send(draft.chat, right, draft.thread_id or 0)
    reply_to = _reply_target(world, call, draft)
    picture = _photo(world, call, "photo") if right == "can_send_photos" else None
    if charged:
        world.limits.charge()
    call.paid = charged
    call.message_id = world.number()
    sent = world.store(replace(draft, id=call.message_id, photo=picture, reply_to=reply_to.id if reply_to else None))
    return shapes.message(sent, reply_to)


def _reply_target(world: World, call: Call, draft: Message) -> Message | None:
    target = world.reply_of(draft)
    if draft.reply_to and target is None and not _reply(call)[1]:
        refuse("message to be replied not found")
    return target


def _photo(world: World, call: Call, name: str) -> Photo:
    """The picture a call carries: uploaded under that name, attached, or one known by its file id."""
    return _picture(world, call, name, call.text(name))


def _picture(world: World, call: Call, name: str, given: str) -> Photo:
    upload = call.files.get(name) if not given else call.files.get(given.removeprefix("attach://"))
    if upload is not None:
        return _stored(world, upload)
    if not given:
        refuse("there is no photo in the request")
    return _known(world, given)


def _stored(world: World, upload: bytes) -> Photo:
    picture = images.stored(upload, world.number())
    world.photos[picture.file_id] = world.photos[f"{picture.file_id}s"] = picture
    return picture


def _known(world: World, given: str) -> Photo:
    if given.startswith(("http://", "https://")):
        refuse("failed to get HTTP URL content")
    picture = world.photos.get(given)
    if picture is None:
        refuse("wrong file identifier/HTTP URL specified")
    return picture


def _own(world: World, call: Call, verb: str = "edit") -> Message:
    """The bot's own message that a call names."""
    chat = world.chat_of(call)
    world.check_reaches(chat)
    message_id = call.integer("message_id")
    if not message_id:
        refuse("message identifier is not specified")
    message = world.standing(chat).messages.get(message_id)
    if message is None:
        refuse(f"message to {verb} not found")
    call.message_id = message_id
    return message


def _edited(world: World, call: Call) -> Message:
    message = _own(world, call)
    if message.sender != world.bot or message.service:
        refuse("message can't be edited")
    world.limits.admit(message.chat, call.at, paid=False)
    return message


def _change(world: World, old: Message, new: Message) -> object:
    if _same(old, new):
        refuse(NOT_MODIFIED)
    return shapes.message(world.change(old, new), world.reply_of(old))


def _same(old: Message, new: Message) -> bool:
    return all(getattr(old, name) == getattr(new, name) for name in ("text", "entities", "photo", "markup"))


def _with(message: Message, call: Call, content: Formatted) -> Message:
    """An edit sets the markup too: without one in the call, the buttons go."""
    return replace(
        message,
        text=content.text,
        entities=content.entities,
        html=content.source,
        markup=keyboards.read(call),
    )


@method("editMessageText")
def edit_message_text(world: World, call: Call) -> object:
    text = text_of(call)
    if call.text("inline_message_id"):
        return _edit_inline(world, call, text)
    message = _edited(world, call)
    if message.photo:
        refuse("there is no text in the message to edit")
    return _change(world, message, _with(message, call, text))


def _edit_inline(world: World, call: Call, text: Formatted) -> bool:
    inline_id = call.text("inline_message_id")
    if inline_id not in world.inline_messages:
        refuse("MESSAGE_ID_INVALID")
    if world.inline_messages[inline_id] == text.text:
        refuse(NOT_MODIFIED)
    world.inline_messages[inline_id] = text.text
    return True


@method("editMessageCaption")
def edit_message_caption(world: World, call: Call) -> object:
    caption = caption_of(call)
    message = _edited(world, call)
    if not message.photo:
        refuse("there is no caption in the message to edit")
    return _change(world, message, _with(message, call, caption))


@method("editMessageMedia")
def edit_message_media(world: World, call: Call) -> object:
    media = call.fields("media")
    if media.get("type") != "photo":
        refuse_unknown("photos")
    inner = Call(media, call.files, call.at)
    caption = caption_of(inner)
    message = _edited(world, call)
    changed = replace(_with(message, call, caption), photo=_picture(world, call, "media", inner.text("media")))
    return _change(world, message, changed)


@method("editMessageReplyMarkup")
def edit_message_reply_markup(world: World, call: Call) -> object:
    markup = keyboards.read(call)
    message = _edited(world, call)
    return _change(world, message, replace(message, markup=markup))


@method("deleteMessage")
def delete_message(world: World, call: Call) -> bool:
    message = _own(world, call, "delete")
    if message.sender != world.bot and "can_delete_messages" not in world.bot_in(message.chat).allowed:
        refuse("message can't be deleted")
    _forget(world, message.chat, message.id)
    return True


def _forget(world: World, chat: Chat, message_id: int) -> None:
    standing = world.standing(chat)
    del standing.messages[message_id]
    if message_id in standing.sent:
        standing.read -= standing.sent.index(message_id) < standing.read
        standing.sent.remove(message_id)


@method("sendChatAction")
def send_chat_action(world: World, call: Call) -> bool:
    if call.text("action") not in ACTIONS:
        refuse("wrong parameter action in request")
    chat = world.chat_of(call)
    world.check_may_send(chat, "can_send_messages", call.integer("message_thread_id"))
    return True
