"""Telegram's refusals, in Telegram's words."""

from collections.abc import Mapping
from typing import NoReturn

from .records import NOTHING


class Refused(Exception):
    """A Bot API error: HTTP code, description and sometimes parameters."""

    def __init__(self, code: int, description: str, parameters: Mapping[str, object] = NOTHING) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters


def refuse(reason: str) -> NoReturn:
    """Raise the 400 of this reason."""
    raise Refused(400, f"Bad Request: {reason}")


def forbid(reason: str) -> NoReturn:
    """Raise the 403 of this reason."""
    raise Refused(403, f"Forbidden: {reason}")


def refuse_unknown(what: str) -> NoReturn:
    """Raise for what Telegram can and this fake cannot, so that nobody takes it for Telegram's refusal."""
    raise Refused(501, f"Not Implemented: this fake knows {what} only")


def conflict(reason: str) -> Refused:
    return Refused(409, f"Conflict: {reason}")


def too_many_requests(retry_after: int) -> Refused:
    return Refused(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})


def migrated(new_chat_id: int) -> Refused:
    reason = "Bad Request: group chat was upgraded to a supergroup chat"
    return Refused(400, reason, {"migrate_to_chat_id": new_chat_id})


UNAUTHORIZED = (401, "Unauthorized")
NOT_FOUND = (404, "Not Found")
NO_SUCH_METHOD = (404, "Not Found: method not found")
TOO_LARGE = (413, "Request Entity Too Large")
BAD_GATEWAY = (502, "Bad Gateway")
OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
BY_WEBHOOK = "terminated by setWebhook request"
WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
