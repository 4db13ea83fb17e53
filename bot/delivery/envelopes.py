"""One edition, encoded once: for each chat only its id, topic and sound are put behind it."""

import json
from functools import cached_property
from typing import Any

from bot.delivery.editions import Edition, caption_of
from bot.delivery.rows import Due


class Envelope:
    """What is posted to the Bot API for one edition.

    `file_id` is the picture's name at Telegram once it has been uploaded.
    """

    def __init__(self, edition: Edition, file_id: str = "", *, edits: bool = False) -> None:
        """Prepare an edition.

        Args:
            edition: the message.
            file_id: of its picture, where an earlier run has uploaded it.
            edits: it replaces messages that were sent before.
        """
        self._edition = edition
        self._edits = edits
        self.file_id = file_id

    def has_photo(self, due: Due) -> bool:
        """Whether this chat gets the picture."""
        return self._edition.picture is not None and not due.as_text

    def needs_upload(self, due: Due) -> bool:
        """Whether the picture has to go along with the message to this chat."""
        return self.has_photo(due) and not self.file_id

    @property
    def picture(self) -> bytes | None:
        """The picture; editions that show the same one share its upload."""
        return self._edition.picture

    @property
    def pictures(self) -> dict[str, bytes]:
        """The picture by the name of its part in an upload."""
        return {"picture" if self._edits else "photo": self._edition.picture or b""}

    def method(self, due: Due) -> str:
        """The Bot API's method."""
        if self._edits:
            return "editMessageMedia" if self.has_photo(due) else "editMessageText"
        return "sendPhoto" if self.has_photo(due) else "sendMessage"

    def body(self, due: Due, *, paid: bool) -> bytes:
        """The method's parameters for one chat, as JSON.

        What may have arrived already is sent without a sound.
        """
        parts = [self._photo if self.has_photo(due) else self._text, b',"chat_id":%d' % due.chat_id]
        if self._edits:
            parts.append(b',"message_id":%d' % (due.edits or 0))
        else:
            parts.extend(self._sending(due, paid=paid))
        return b"".join([*parts, b"}"])

    def keep_file(self, file_id: str) -> None:
        """Send the picture by this name from now on; "" uploads it again."""
        self.file_id = file_id
        self.__dict__.pop("_photo", None)

    def _sending(self, due: Due, *, paid: bool) -> list[bytes]:
        marks = {
            b',"message_thread_id":%d' % (due.thread_id or 0): due.thread_id is not None,
            b',"disable_notification":true': due.doubts > 0,
            b',"allow_paid_broadcast":true': paid,
        }
        return [mark for mark, applies in marks.items() if applies]

    @cached_property
    def _text(self) -> bytes:
        preview = {"link_preview_options": {"is_disabled": True}}
        return _opened({"text": self._edition.html, "parse_mode": "HTML", **preview, **self._markup})

    @cached_property
    def _photo(self) -> bytes:
        caption = {"caption": caption_of(self._edition), "parse_mode": "HTML"}
        if self._edits:
            media = {"type": "photo", "media": self.file_id or "attach://picture", **caption}
            return _opened({"media": media, **self._markup})
        named = {"photo": self.file_id} if self.file_id else {}
        return _opened({**named, **caption, **self._markup})

    @property
    def _markup(self) -> dict[str, Any]:
        return {"reply_markup": json.loads(self._edition.buttons)} if self._edition.buttons else {}


def _opened(parameters: dict[str, Any]) -> bytes:
    """A JSON object without its last brace."""
    return json.dumps(parameters, ensure_ascii=False, separators=(",", ":")).encode().removesuffix(b"}")
