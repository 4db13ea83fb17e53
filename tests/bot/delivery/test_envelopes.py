import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.editions import Edition
from bot.delivery.envelopes import Envelope
from bot.delivery.rows import Due
from tests.bot.delivery.desk import PIXEL

DUE = Due(1001, None, 0, 0, as_text=False)
TEXT = Edition("<b>上证指数</b> +8.06 %")
PHOTO = Edition("<b>上证指数</b> +8.06 % " * 100, PIXEL, "short")


def _body(envelope: Envelope, due: Due = DUE, *, paid: bool = False) -> dict[str, object]:
    body = json.loads(envelope.body(due, paid=paid))
    assert isinstance(body, dict)
    return body


def test_a_text_goes_to_its_chat() -> None:
    assert _body(Envelope(TEXT)) == {
        "text": TEXT.html,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        "chat_id": 1001,
    }


@pytest.mark.parametrize(
    ("due", "paid", "marks"),
    [
        (DUE, False, set()),
        (replace(DUE, thread_id=7), False, {("message_thread_id", 7)}),
        (replace(DUE, doubts=1), False, {("disable_notification", True)}),
        (DUE, True, {("allow_paid_broadcast", True)}),
    ],
    ids=["plain", "in a topic", "for the second time", "paid"],
)
def test_only_what_differs_is_added(due: Due, marks: set[tuple[str, object]], *, paid: bool) -> None:
    plain, body = _body(Envelope(TEXT)), _body(Envelope(TEXT), due, paid=paid)
    assert {(name, value) for name, value in body.items() if name not in plain} == marks


def test_a_picture_is_sent_by_its_name_once_it_has_one() -> None:
    envelope = Envelope(PHOTO)
    assert envelope.needs_upload(DUE)
    assert "photo" not in _body(envelope)
    envelope.keep_file("AgAC")
    assert not envelope.needs_upload(DUE)
    assert _body(envelope)["photo"] == "AgAC"


@pytest.mark.parametrize(
    ("html", "fits"),
    [
        ("a" * 1024, True),
        ("a" * 1025, False),
        ("<b>" + "a" * 1024 + "</b>", True),
        ("&amp;" * 1024, True),
        ("🀄" * 512, True),
        ("🀄" * 513, False),
    ],
    ids=["just", "one more", "tags do not count", "an entity is one", "a pair is two", "one pair more"],
)
def test_a_picture_stands_over_the_text_where_that_is_short_enough(html: str, *, fits: bool) -> None:
    assert _body(Envelope(Edition(html, PIXEL, "short")))["caption"] == (html if fits else "short")


def test_a_chat_without_photos_gets_the_whole_text() -> None:
    envelope, due = Envelope(PHOTO), replace(DUE, as_text=True)
    assert (envelope.method(due), _body(envelope, due)["text"]) == ("sendMessage", PHOTO.html)


def test_a_correction_edits_what_was_sent() -> None:
    due = replace(DUE, edits=42)
    assert Envelope(TEXT, edits=True).method(due) == "editMessageText"
    assert _body(Envelope(TEXT, edits=True), due)["message_id"] == 42


def test_a_corrected_picture_replaces_the_old_one() -> None:
    envelope, due = Envelope(PHOTO, "AgAC", edits=True), replace(DUE, edits=42)
    assert envelope.method(due) == "editMessageMedia"
    media = {"type": "photo", "media": "AgAC", "caption": "short", "parse_mode": "HTML"}
    assert _body(envelope, due)["media"] == media


def test_buttons_go_along() -> None:
    keyboard = {"inline_keyboard": [[{"text": "Why?", "callback_data": "why"}]]}
    assert _body(Envelope(replace(TEXT, buttons=json.dumps(keyboard))))["reply_markup"] == keyboard


@given(st.text(min_size=1), st.integers(-(2**53), 2**53), st.none() | st.integers(0, 2**31))
def test_any_text_to_any_chat_is_well_formed(html: str, chat_id: int, thread_id: int | None) -> None:
    try:
        html.encode()
    except UnicodeEncodeError:
        return
    body = _body(Envelope(Edition(html)), Due(chat_id, thread_id, 0, 0, as_text=False))
    assert (body["text"], body["chat_id"], body.get("message_thread_id")) == (html, chat_id, thread_id)
