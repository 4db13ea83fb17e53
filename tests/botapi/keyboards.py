"""Reply markups: read, and refused where their shape or their sizes are not Telegram's."""

from collections.abc import Mapping
from typing import NoReturn

from .formatting import is_link
from .parameters import Call
from .records import Button, Markup
from .refusals import refuse

MAX_DATA_BYTES = 64
MAX_BUTTONS = 100
ACTIONS = frozenset(
    {
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
    }
)
OTHERS = {"keyboard": list, "remove_keyboard": bool, "force_reply": bool}


def read(call: Call) -> Markup:
    """The markup that a call sends; an empty one when it sends none."""
    sent = call.json("reply_markup", "can't parse reply keyboard markup JSON object")
    if sent is None:
        return Markup()
    return checked(sent)


def checked(sent: object) -> Markup:
    if not isinstance(sent, dict):
        refuse("object expected as reply markup")
    if "inline_keyboard" not in sent:
        return _other(sent)
    rows = tuple(_row(row) for row in _array(sent["inline_keyboard"]))
    if sum(map(len, rows)) > MAX_BUTTONS:
        refuse("reply markup is too long")
    shown = tuple(row for row in rows if row)
    return Markup(shown, {"inline_keyboard": sent["inline_keyboard"]} if shown else {})


def _other(sent: Mapping[str, object]) -> Markup:
    if not any(isinstance(sent.get(name), kind) for name, kind in OTHERS.items()):
        refuse("can't parse reply keyboard markup: no known field in it")
    return Markup()


def _array(value: object) -> list[object]:
    if not isinstance(value, list):
        refuse('field "inline_keyboard" must be an Array of Arrays')
    return value


def _row(row: object) -> tuple[Button, ...]:
    return tuple(_button(button) for button in _array(row))


def _button(button: object) -> Button:
    if not isinstance(button, dict):
        _refuse_button("Inline keyboard button must be an Object")
    text = button.get("text")
    if not isinstance(text, str) or not text.strip():
        _refuse_button('Can\'t find field "text"')
    if len(ACTIONS & button.keys()) != 1:
        _refuse_button("Text buttons are unallowed in the inline keyboard")
    return Button(text, _data(button), _url(button))


def _refuse_button(reason: str) -> NoReturn:
    refuse(f"can't parse inline keyboard button: {reason}")


def _data(button: Mapping[str, object]) -> str:
    data = button.get("callback_data", "0")
    if not isinstance(data, str) or not 1 <= len(data.encode()) <= MAX_DATA_BYTES:
        refuse("BUTTON_DATA_INVALID")
    return data if "callback_data" in button else ""


def _url(button: Mapping[str, object]) -> str:
    url = button.get("url", "")
    if not isinstance(url, str) or ("url" in button and not is_link(url)):
        refuse(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return url
