"""Records as the Bot API writes them; python-telegram-bot and aiogram read every shape here in test_libraries.py."""

from dataclasses import replace
from functools import lru_cache

from .records import Chat, Entity, InlineQuestion, Member, Message, Photo, Press, User, Webhook

Shape = dict[str, object]

ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
)
CHANNEL_RIGHTS = ("can_post_messages", "can_edit_messages")
GROUP_RIGHTS = ("can_pin_messages", "can_manage_topics")
PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
THUMBNAIL = 90
JSON_SAFE = ("url", "language", "custom_emoji_id")


@lru_cache(maxsize=65536)
def user(someone: User) -> Shape:
    shape: Shape = {"id": someone.id, "is_bot": someone.is_bot, "first_name": someone.first_name}
    if someone.username:
        shape["username"] = someone.username
    if someone.language_code:
        shape["language_code"] = someone.language_code
    return shape


def me(bot: User, *, reads_all: bool) -> Shape:
    """The bot about itself, as getMe answers."""
    return user(bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": reads_all,
        "supports_inline_queries": True,
        "supports_guest_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
    }


@lru_cache(maxsize=65536)
def chat(place: Chat) -> Shape:
    name = "first_name" if place.user else "title"
    shape: Shape = {"id": place.id, "type": place.kind, name: place.name}
    username = place.user.username if place.user else place.username
    if username:
        shape["username"] = username
    if place.is_forum:
        shape["is_forum"] = True
    return shape


def full_chat(place: Chat, permissions: frozenset[str]) -> Shape:
    """A chat as getChat answers: ChatFullInfo."""
    shape = chat(place) | {
        "accent_color_id": place.id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(GIFTS, False),
    }
    if place.kind in {"group", "supergroup"}:
        shape["permissions"] = {name: name in permissions for name in PERMISSIONS}
    return shape


def entity(part: Entity) -> Shape:
    shape: Shape = {"type": part.type, "offset": part.offset, "length": part.length}
    return shape | {name: getattr(part, name) for name in JSON_SAFE if getattr(part, name)}


@lru_cache(maxsize=4096)
def entities(parts: tuple[Entity, ...]) -> list[Shape]:
    return [entity(part) for part in parts]


def photo(picture: Photo) -> list[Shape]:
    """A photo in two sizes, the whole one last, as Telegram orders them."""
    scale = max(picture.width, picture.height) / THUMBNAIL
    small = replace(
        picture,
        file_id=f"{picture.file_id}s",
        unique_id=f"{picture.unique_id}s",
        width=max(1, round(picture.width / scale)),
        height=max(1, round(picture.height / scale)),
    )
    return [_size(small), _size(picture)]


def _size(picture: Photo) -> Shape:
    return {
        "file_id": picture.file_id,
        "file_unique_id": picture.unique_id,
        "width": picture.width,
        "height": picture.height,
        "file_size": len(picture.data),
    }


def message(sent: Message, reply_to: Message | None = None) -> Shape:
    shape: Shape = {"message_id": sent.id, "date": sent.date, "chat": chat(sent.chat)}
    _add_sender(shape, sent)
    _add_content(shape, sent)
    _add_details(shape, sent)
    if reply_to:
        shape["reply_to_message"] = message(reply_to)
    return shape | dict(sent.service)


def _add_sender(shape: Shape, sent: Message) -> None:
    if sent.chat.kind == "channel":
        shape["sender_chat"] = chat(sent.chat)
    elif sent.sender:
        shape["from"] = user(sent.sender)


def _add_content(shape: Shape, sent: Message) -> None:
    text, marks = ("caption", "caption_entities") if sent.photo else ("text", "entities")
    if sent.text:
        shape[text] = sent.text
    if sent.entities:
        shape[marks] = entities(sent.entities)
    if sent.photo:
        shape["photo"] = photo(sent.photo)
    if sent.markup.sent:
        shape["reply_markup"] = dict(sent.markup.sent)


def _add_details(shape: Shape, sent: Message) -> None:
    if sent.thread_id is not None:
        shape |= {"message_thread_id": sent.thread_id, "is_topic_message": True}
    if sent.edit_date is not None:
        shape["edit_date"] = sent.edit_date
    if sent.protected:
        shape["has_protected_content"] = True
    if sent.via_bot:
        shape["via_bot"] = user(sent.via_bot)
    if sent.guest_query_id:
        shape["guest_query_id"] = sent.guest_query_id


def member(someone: Member, place: Chat) -> Shape:
    """A ChatMember of the kind its status asks for."""
    return {"user": user(someone.user), "status": someone.status} | _standing(someone, place)


def _standing(someone: Member, place: Chat) -> Shape:
    if someone.status == "creator":
        return {"is_anonymous": False}
    if someone.status == "administrator":
        more = CHANNEL_RIGHTS if place.kind == "channel" else GROUP_RIGHTS
        return {"can_be_edited": False, "is_anonymous": False} | _flags((*ADMIN_RIGHTS, *more), someone)
    if someone.status == "restricted":
        return {"is_member": True, "until_date": 0} | _flags(PERMISSIONS, someone)
    return {"until_date": 0} if someone.status == "kicked" else {}


def _flags(names: tuple[str, ...], someone: Member) -> Shape:
    return {name: name in someone.allowed for name in names}


def member_change(place: Chat, by: User, old: Member, new: Member, date: int) -> Shape:
    return {
        "chat": chat(place),
        "from": user(by),
        "date": date,
        "old_chat_member": member(old, place),
        "new_chat_member": member(new, place),
    }


def press(pressed: Press, by: User) -> Shape:
    return {
        "id": pressed.id,
        "from": user(by),
        "message": message(pressed.message),
        "chat_instance": str(pressed.message.chat.id),
        "data": pressed.data,
    }


def inline_query(question: InlineQuestion, by: User) -> Shape:
    return {"id": question.id, "from": user(by), "query": question.query, "offset": "", "chat_type": "sender"}


def webhook(hook: Webhook, pending: int, last_error: tuple[int, str] | None) -> Shape:
    shape: Shape = {"url": hook.url, "has_custom_certificate": False, "pending_update_count": pending}
    if hook.url:
        shape["max_connections"] = hook.max_connections
    if last_error:
        shape |= {"last_error_date": last_error[0], "last_error_message": last_error[1]}
    return shape
