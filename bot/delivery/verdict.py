"""What a reply of the Bot API means for the message and for the chat.

Telegram says it in words: the patterns are those of github.com/TelegramBotAPI/errors and of the Bot API server's
source. ``BadRequest`` and ``TimedOut`` of python-telegram-bot are both NetworkErrors, so nothing here looks at a
base class: retrying by it is how bots send a message nine times.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Any

from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.delivery.errors import NotSent


class Outcome(Enum):
    """What became of a request."""

    SENT = "sent"
    UNCHANGED = "unchanged"  # an edit that says what is there already
    LATER = "later"  # 429: not sent, and no attempt
    NOT_SENT = "not sent"  # no connection: safe to send again
    UNKNOWN = "unknown"  # it may have arrived
    MIGRATED = "migrated"  # not sent: the group is a supergroup now
    GONE = "gone"  # blocked, kicked, deactivated
    MISSING = "missing"  # "chat not found": gone if it is still so on another day
    NO_PHOTO = "no photo"  # the chat takes texts only
    SILENCED = "silenced"  # the bot may not write there
    NO_TOPIC = "no topic"  # the forum topic is closed or deleted
    BAD_PAGE = "bad page"  # our own mistake, and the same for every chat
    BAD_FILE = "bad file"  # a file_id that Telegram does not know (any more)
    NOTHING_TO_EDIT = "nothing to edit"  # the message was deleted or is too old
    REFUSED = "refused"  # a 400 that we do not know
    BAD_TOKEN = "bad token"  # noqa: S105 - an outcome, not a secret
    CONFLICT = "conflict"  # another process polls for this bot


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reply means.

    Attributes:
        outcome: what became of the request.
        description: Telegram's words, "" when it was sent.
        retry_after_s: seconds to wait, for LATER.
        new_chat_id: the supergroup, for MIGRATED.
        message_id: of the message sent, for SENT.
        file_id: of the largest size of the photo sent, for SENT.
    """

    outcome: Outcome
    description: str = ""
    retry_after_s: float = 0.0
    new_chat_id: int = 0
    message_id: int | None = None
    file_id: str = ""


_WORDS: tuple[tuple[Outcome, re.Pattern[str]], ...] = tuple(
    (outcome, re.compile(pattern, re.IGNORECASE))
    for outcome, pattern in (
        (Outcome.UNCHANGED, r"message is not modified"),
        (Outcome.NOTHING_TO_EDIT, r"message to edit not found|message can't be edited|message_id_invalid"),
        (Outcome.NO_TOPIC, r"topic_closed|topic_deleted|message thread not found|topic_id_invalid|topic is closed"),
        (Outcome.NO_PHOTO, r"rights to send (photos|media)|chat_send_(photos|media)_forbidden"),
        (
            Outcome.SILENCED,
            (
                r"chat_write_forbidden|have no rights|not enough rights|need administrator rights"
                r"|chat_send_plain_forbidden|chat_restricted|chat_admin_required"
            ),
        ),
        (Outcome.BAD_FILE, r"wrong file[ _]identifier|wrong remote file|file_reference|wrong file_id"),
        (
            Outcome.BAD_PAGE,
            (
                r"can't parse|is too long|caption_too_long|text is empty|text must be non-empty|entities_too_long"
                r"|button_|wrong http url|reply_markup|image_process_failed|photo_invalid|too large|file is too big"
            ),
        ),
        (Outcome.MISSING, r"chat not found|peer_id_invalid"),
        (Outcome.GONE, r"deactivated|channel_private|chat was deleted|kicked|blocked by the user|user not found"),
    )
)
_RETRY_AFTER = re.compile(r"retry (?:after|in) (\d+)", re.IGNORECASE)


def of_reply(status: int, payload: bytes) -> Verdict:
    """What a raw reply means: the HTTP status and the body."""
    reply = _parsed(payload)
    if reply.get("ok"):
        return _sent(reply.get("result"))
    if not reply and status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.TOO_MANY_REQUESTS:
        return Verdict(Outcome.UNKNOWN, f"no Bot API reply (HTTP {status})")  # a proxy's page, not Telegram's
    return _refusal(status, str(reply.get("description", "")), reply.get("parameters") or {})


def of_error(error: TelegramError) -> Verdict:
    """What an exception of python-telegram-bot means."""
    if isinstance(error, RetryAfter):
        _, arguments = error.__reduce__()  # its own attribute warns, whichever type is asked for
        return _refusal(HTTPStatus.TOO_MANY_REQUESTS, str(error), {"retry_after": arguments[0]})
    if isinstance(error, ChatMigrated):
        return _refusal(HTTPStatus.BAD_REQUEST, str(error), {"migrate_to_chat_id": error.new_chat_id})
    if isinstance(error, NotSent) or type(error.__cause__).__name__ in _HTTPX_NOT_SENT:
        return Verdict(Outcome.NOT_SENT, str(error))
    return _refusal(_STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR), str(error), {})


_HTTPX_NOT_SENT = frozenset({"ConnectTimeout", "PoolTimeout", "ConnectError"})
_STATUS = {
    Forbidden: HTTPStatus.FORBIDDEN,
    BadRequest: HTTPStatus.BAD_REQUEST,
    InvalidToken: HTTPStatus.UNAUTHORIZED,
    Conflict: HTTPStatus.CONFLICT,
}
_BY_STATUS: Mapping[int, Outcome] = {
    HTTPStatus.UNAUTHORIZED: Outcome.BAD_TOKEN,
    HTTPStatus.NOT_FOUND: Outcome.BAD_TOKEN,
    HTTPStatus.CONFLICT: Outcome.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Outcome.BAD_PAGE,
}


def _parsed(payload: bytes) -> dict[str, Any]:
    try:
        reply = json.loads(payload)
    except ValueError:
        return {}
    return reply if isinstance(reply, dict) else {}


def _sent(result: Any) -> Verdict:  # noqa: ANN401 - whatever the method returns
    if not isinstance(result, dict):
        return Verdict(Outcome.SENT)
    sizes = result.get("photo") or [{}]
    return Verdict(Outcome.SENT, message_id=result.get("message_id"), file_id=sizes[-1].get("file_id", ""))


def _refusal(status: int, description: str, parameters: dict[str, Any]) -> Verdict:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Verdict(Outcome.LATER, description, retry_after_s=_wait(description, parameters))
    if "migrate_to_chat_id" in parameters:
        return Verdict(Outcome.MIGRATED, description, new_chat_id=int(parameters["migrate_to_chat_id"]))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Verdict(Outcome.UNKNOWN, description or f"HTTP {status}")
    return Verdict(_BY_STATUS.get(status) or _by_words(status, description), description)


def _wait(description: str, parameters: dict[str, Any]) -> float:
    in_words = _RETRY_AFTER.search(description)
    return float(parameters.get("retry_after") or (in_words and in_words[1]) or 1)


def _by_words(status: int, description: str) -> Outcome:
    known = (outcome for outcome, pattern in _WORDS if pattern.search(description))
    return next(known, Outcome.GONE if status == HTTPStatus.FORBIDDEN else Outcome.REFUSED)
