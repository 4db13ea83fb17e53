"""Methods about the bot itself, its chats and its way of getting updates."""

import re
from dataclasses import replace

from . import shapes
from .parameters import Call
from .records import Chat, Member, Webhook
from .refusals import BY_WEBHOOK, WEBHOOK_ACTIVE, conflict, forbid, refuse
from .registry import METHODS, Named, SlowMethod, method
from .world import PLACES, World

MAX_UPDATES = 100
MAX_POLL_S = 50
MAX_COMMANDS = 100
MAX_COMMAND_TEXT = 256
MAX_CONNECTIONS = 100
COMMAND = re.compile("[a-z0-9_]{1,32}")
SECRET = re.compile("[A-Za-z0-9_-]{0,256}")
WORDS = {"Name": ("name", 64), "Description": ("description", 512), "ShortDescription": ("short_description", 120)}


@method("getMe")
def get_me(world: World, _call: Call) -> object:
    return shapes.me(world.bot, reads_all=not world.privacy.on)


@method("logOut")
@method("close")
def close(_world: World, _call: Call) -> bool:
    return True


async def get_updates(world: World, call: Call) -> object:
    """Long poll: the only method that takes its time."""
    if world.pusher.hook.url:
        raise conflict(WEBHOOK_ACTIVE)
    _allow(world, call)
    limit = min(max(call.integer("limit", MAX_UPDATES), 1), MAX_UPDATES)
    timeout = min(max(call.integer("timeout"), 0), MAX_POLL_S)
    return await world.updates.poll(call.integer("offset"), limit, timeout)


SLOW: dict[str, tuple[str, SlowMethod]] = {"getupdates": ("getUpdates", get_updates)}


def _allow(world: World, call: Call) -> None:
    """Take over allowed_updates, which stay as they were when a call has none."""
    kinds = call.json("allowed_updates", "can't parse allowed updates")
    if kinds is None:
        return
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        refuse("can't parse allowed updates: Array of strings expected")
    world.updates.allowed = frozenset(kinds)


@method("setWebhook")
def set_webhook(world: World, call: Call) -> bool:
    url = call.text("url")
    if url:
        _check_hook(world, call, url)
    _allow(world, call)
    _drop_pending(world, call)
    most = min(max(call.integer("max_connections", 40), 1), MAX_CONNECTIONS)
    world.updates.interrupt(BY_WEBHOOK)
    world.pusher.set(Webhook(url, call.text("secret_token"), most))
    return True


def _check_hook(world: World, call: Call, url: str) -> None:
    if world.https_only and not url.startswith("https://"):
        refuse("bad webhook: An HTTPS URL must be provided for webhook")
    if not url.startswith(("http://", "https://")):
        refuse("bad webhook: Wrong HTTP URL")
    if not SECRET.fullmatch(call.text("secret_token")):
        refuse("secret token contains unallowed characters")


def _drop_pending(world: World, call: Call) -> None:
    if call.flag("drop_pending_updates"):
        world.updates.pending.clear()


@method("deleteWebhook")
def delete_webhook(world: World, call: Call) -> bool:
    _drop_pending(world, call)
    world.pusher.set(Webhook(""))
    return True


@method("getWebhookInfo")
def get_webhook_info(world: World, _call: Call) -> object:
    info = shapes.webhook(world.pusher.hook, len(world.updates.pending), world.pusher.last_error)
    return info | ({"allowed_updates": sorted(world.updates.allowed)} if world.updates.allowed else {})


def _entered(world: World, call: Call) -> Chat:
    """The chat a call names, which the bot must be able to look into."""
    chat = world.chat_of(call)
    if not chat.user and not world.bot_in(chat).is_inside:
        world.check_reaches(chat)
    return chat


@method("getChat")
def get_chat(world: World, call: Call) -> object:
    chat = _entered(world, call)
    return shapes.full_chat(chat, world.standing(chat).allowed)


@method("getChatMember")
def get_chat_member(world: World, call: Call) -> object:
    chat = _entered(world, call)
    return shapes.member(_named_member(world, call, chat), chat)


def _named_member(world: World, call: Call, chat: Chat) -> Member:
    user_id = call.integer("user_id")
    known = world.standing(chat).members.get(user_id)
    if known:
        return known
    person = world.chats.get(user_id)
    if person is None or person.user is None:
        refuse("user not found")
    return Member(person.user, "member" if person == chat else "left")


@method("getChatAdministrators")
def get_chat_administrators(world: World, call: Call) -> object:
    chat = _entered(world, call)
    if chat.user:
        refuse("there are no administrators in the private chat")
    return [shapes.member(member, chat) for member in world.standing(chat).members.values() if member.is_admin]


@method("getChatMemberCount")
def get_chat_member_count(world: World, call: Call) -> int:
    chat = _entered(world, call)
    return 2 if chat.user else sum(member.is_inside for member in world.standing(chat).members.values())


@method("leaveChat")
def leave_chat(world: World, call: Call) -> bool:
    chat = world.chat_of(call)
    if chat.user:
        refuse("chat member status can't be changed in private chats")
    old = world.bot_in(chat)
    if not old.is_inside:
        forbid(f"bot is not a member of the {PLACES[chat.kind]}")
    left = replace(old, status="left", allowed=frozenset())
    world.standing(chat).members[world.bot.id] = left
    world.updates.add("my_chat_member", shapes.member_change(chat, world.bot, old, left, world.now()))
    return True


@method("getFile")
def get_file(world: World, call: Call) -> object:
    photo = world.photos.get(call.text("file_id"))
    if photo is None:
        refuse("invalid file_id")
    about = {"file_id": photo.file_id, "file_unique_id": photo.unique_id, "file_size": len(photo.data)}
    return about | {"file_path": f"photos/{photo.file_id}"}


def _scope(call: Call) -> tuple[str, ...]:
    scope = call.fields("scope") or {"type": "default"}
    return (
        "commands",
        *(str(scope.get(name, "")) for name in ("type", "chat_id", "user_id")),
        call.text("language_code"),
    )


@method("setMyCommands")
def set_my_commands(world: World, call: Call) -> bool:
    commands = call.json("commands", "can't parse commands list")
    if not isinstance(commands, list):
        refuse("expected an Array of BotCommand")
    if len(commands) > MAX_COMMANDS:
        refuse("BOT_COMMANDS_TOO_MUCH")
    world.settings[_scope(call)] = [_command(command) for command in commands]
    return True


def _command(command: object) -> object:
    if not isinstance(command, dict):
        refuse("expected an Object as BotCommand")
    name, text = str(command.get("command", "")).removeprefix("/"), str(command.get("description", ""))
    if not COMMAND.fullmatch(name):
        refuse("BOT_COMMAND_INVALID")
    if not 1 <= len(text) <= MAX_COMMAND_TEXT:
        refuse("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": text}


@method("getMyCommands")
def get_my_commands(world: World, call: Call) -> object:
    return world.settings.get(_scope(call), [])


@method("deleteMyCommands")
def delete_my_commands(world: World, call: Call) -> bool:
    world.settings.pop(_scope(call), None)
    return True


def _register_words(kind: str, field: str, longest: int) -> None:
    def setter(world: World, call: Call) -> bool:
        words = call.text(field)
        if len(words) > longest:
            refuse(f"BOT_{kind.upper()}_TOO_LONG")
        world.settings[(field, call.text("language_code"))] = words
        return True

    def getter(world: World, call: Call) -> object:
        named = world.settings.get((field, call.text("language_code")))
        return {field: named or world.settings.get((field, ""), "")}

    METHODS[f"setmy{kind.lower()}"] = Named(f"setMy{kind}", setter)
    METHODS[f"getmy{kind.lower()}"] = Named(f"getMy{kind}", getter)


for _kind, (_field, _longest) in WORDS.items():
    _register_words(_kind, _field, _longest)
