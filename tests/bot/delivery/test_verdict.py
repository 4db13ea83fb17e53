import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from bot.delivery import verdict
from bot.delivery.errors import NotSent, OutcomeUnknown
from bot.delivery.verdict import Outcome, Verdict

# Telegram's own words, from its Bot API server and github.com/TelegramBotAPI/errors.
REFUSALS = [
    (403, "Forbidden: bot was blocked by the user", Outcome.GONE),
    (403, "Forbidden: user is deactivated", Outcome.GONE),
    (403, "Forbidden: bot was kicked from the supergroup chat", Outcome.GONE),
    (403, "Forbidden: bot is not a member of the channel chat", Outcome.GONE),
    (403, "Forbidden: bot can't initiate conversation with a user", Outcome.GONE),
    (403, "Forbidden: the group chat was deleted", Outcome.GONE),
    (403, "Forbidden: words that nobody has seen yet", Outcome.GONE),
    (400, "Bad Request: group is deactivated", Outcome.GONE),
    (400, "Bad Request: CHANNEL_PRIVATE", Outcome.GONE),
    (400, "Bad Request: chat not found", Outcome.MISSING),
    (400, "Bad Request: CHAT_WRITE_FORBIDDEN", Outcome.SILENCED),
    (400, "Bad Request: have no rights to send a message", Outcome.SILENCED),
    (400, "Bad Request: not enough rights to send text messages to the chat", Outcome.SILENCED),
    (400, "Bad Request: need administrator rights in the channel chat", Outcome.SILENCED),
    (400, "Bad Request: not enough rights to send photos to the chat", Outcome.NO_PHOTO),
    (400, "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN", Outcome.NO_PHOTO),
    (400, "Bad Request: TOPIC_CLOSED", Outcome.NO_TOPIC),
    (400, "Bad Request: TOPIC_DELETED", Outcome.NO_TOPIC),
    (400, "Bad Request: message thread not found", Outcome.NO_TOPIC),
    (400, 'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 0', Outcome.BAD_PAGE),
    (400, "Bad Request: message is too long", Outcome.BAD_PAGE),
    (400, "Bad Request: message caption is too long", Outcome.BAD_PAGE),
    (400, "Bad Request: message text is empty", Outcome.BAD_PAGE),
    (413, "Request Entity Too Large", Outcome.BAD_PAGE),
    (400, "Bad Request: wrong file identifier/HTTP URL specified", Outcome.BAD_FILE),
    (
        400,
        "Bad Request: message is not modified: specified new message content",
        Outcome.UNCHANGED,
    ),
    (400, "Bad Request: message to edit not found", Outcome.NOTHING_TO_EDIT),
    (400, "Bad Request: message can't be edited", Outcome.NOTHING_TO_EDIT),
    (400, "Bad Request: words that nobody has seen yet", Outcome.REFUSED),
    (401, "Unauthorized", Outcome.BAD_TOKEN),
    (404, "Not Found", Outcome.BAD_TOKEN),
    (409, "Conflict: terminated by other getUpdates request", Outcome.CONFLICT),
    (500, "Internal Server Error", Outcome.UNKNOWN),
    (502, "Bad Gateway", Outcome.UNKNOWN),
]
IDS = [description for _, description, _ in REFUSALS]


def _body(description: str, **parameters: int) -> bytes:
    return json.dumps({"ok": False, "description": description, "parameters": parameters}).encode()


@pytest.mark.parametrize(("status", "description", "outcome"), REFUSALS, ids=IDS)
def test_every_refusal_has_its_meaning(status: int, description: str, outcome: Outcome) -> None:
    assert verdict.of_reply(status, _body(description)) == Verdict(outcome, description)


@pytest.mark.parametrize(("status", "description", "outcome"), REFUSALS, ids=IDS)
def test_the_librarys_exceptions_mean_the_same(status: int, description: str, outcome: Outcome) -> None:
    kinds = {400: BadRequest, 401: InvalidToken, 403: Forbidden, 404: InvalidToken, 409: Conflict, 413: BadRequest}
    assert verdict.of_error(kinds.get(status, NetworkError)(description)).outcome is outcome


def test_a_message_that_arrived_has_an_id() -> None:
    reply = b'{"ok":true,"result":{"message_id":42,"photo":[{"file_id":"small"},{"file_id":"large"}]}}'
    assert verdict.of_reply(200, reply) == Verdict(Outcome.SENT, message_id=42, file_id="large")


def test_a_method_that_returns_true_has_been_carried_out() -> None:
    assert verdict.of_reply(200, b'{"ok":true,"result":true}') == Verdict(Outcome.SENT)


def test_a_flood_says_how_long_to_wait() -> None:
    assert verdict.of_reply(429, _body("Too Many Requests: retry after 7", retry_after=7)).retry_after_s == 7


def test_a_flood_without_parameters_says_it_in_words() -> None:
    assert verdict.of_reply(429, _body("Too Many Requests: retry after 35")).retry_after_s == 35


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")  # it warns whenever it is made
def test_the_librarys_flood_says_how_long_to_wait() -> None:
    assert verdict.of_error(RetryAfter(7)).retry_after_s == 7


def test_a_migrated_group_says_where_it_went() -> None:
    words = "Bad Request: group chat was upgraded to a supergroup chat"
    assert verdict.of_reply(400, _body(words, migrate_to_chat_id=-1001)).new_chat_id == -1001


def test_the_librarys_migration_says_where_it_went() -> None:
    assert verdict.of_error(ChatMigrated(-1001)).new_chat_id == -1001


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (NotSent("ClientConnectorError"), Outcome.NOT_SENT),
        (OutcomeUnknown("ServerDisconnectedError"), Outcome.UNKNOWN),
        (TimedOut(), Outcome.UNKNOWN),
        (NetworkError("httpx.ReadError"), Outcome.UNKNOWN),
    ],
    ids=["no connection", "broken connection", "no answer in time", "any other"],
)
def test_only_what_never_left_may_be_sent_again(error: NetworkError, outcome: Outcome) -> None:
    assert verdict.of_error(error).outcome is outcome


@given(st.integers(200, 599), st.binary(max_size=200))
def test_any_reply_at_all_has_a_meaning(status: int, payload: bytes) -> None:
    assert verdict.of_reply(status, payload).outcome in Outcome


@pytest.mark.parametrize("payload", [b"<html>captive portal</html>", b"[]", b"", b"{}"])
def test_a_proxys_page_is_not_telegrams_word(payload: bytes) -> None:
    assert verdict.of_reply(403, payload).outcome is Outcome.UNKNOWN
