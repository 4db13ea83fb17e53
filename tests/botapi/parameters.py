"""What a request carries: its method, its parameters and files, and how wrong types are refused."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache

from aiohttp import BodyPartReader, MultipartReader
from aiohttp.web import BaseRequest

from .refusals import refuse

TRUE = frozenset({"true", "True", "1", "yes"})
FALSE = frozenset({"false", "False", "0", "no", ""})
ESCAPES = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")
BAD_JSON = "request body must be a JSON object"

Values = dict[str, object]
Files = dict[str, bytes]


class Call:
    """One call of a method: its parameters by type, and what the ledger will say of it."""

    def __init__(self, values: Mapping[str, object], files: Mapping[str, bytes], at: float) -> None:
        self.values = values
        self.files = files
        self.at = at
        self.chat_id: int | None = None
        self.message_id: int | None = None
        self.paid = False

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, dict | list):
            refuse(f'field "{name}" must be of type String')
        return str(value)

    def integer(self, name: str, default: int = 0) -> int:
        value = self.values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(str(value))
        except ValueError:
            refuse(f'field "{name}" must be of type Number')

    def flag(self, name: str) -> bool:
        value = self.values.get(name, "")
        shown = str(value)
        if shown not in TRUE | FALSE:
            refuse(f'field "{name}" must be of type Boolean')
        return shown in TRUE

    def json(self, name: str, refusal: str = "") -> object:
        """A parameter that is JSON, whether the body was a form or JSON itself; None when absent."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        return _parsed(value, refusal or f"can't parse {name} JSON object")

    def fields(self, name: str) -> Mapping[str, object]:
        """A parameter that must be a JSON object; empty when absent."""
        value = self.json(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            refuse(f"object expected as {name}")
        return value


def _parsed(value: str, refusal: str) -> object:
    try:
        return json.loads(value)
    except ValueError:
        refuse(refusal)


async def read(request: BaseRequest, at: float) -> Call:
    """Read a request as the Bot API does: query string, form, multipart or JSON."""
    values: Values = dict(request.query) if request.query_string else {}
    files: Files = {}
    if request.content_type == "multipart/form-data":
        await _multipart(request, values, files)
    elif request.body_exists:
        values.update(_body(request.content_type, await request.read()))
    return Call(values, files, at)


def _body(content_type: str, body: bytes) -> Values:
    if content_type == "application/json":
        parsed = _parsed(body.decode(), BAD_JSON)
        if not isinstance(parsed, dict):
            refuse(BAD_JSON)
        return parsed
    return dict(_pair(part) for part in body.split(b"&") if part)


def _pair(part: bytes) -> tuple[str, str]:
    name, _, value = part.partition(b"=")
    return name.decode(), _unquoted(value)


@lru_cache(maxsize=4096)
def _unquoted(value: bytes) -> str:
    """As urllib's unquote_plus, but run by run: Chinese text is nothing but escapes."""
    return ESCAPES.sub(_unescaped, value.replace(b"+", b" ")).decode()


def _unescaped(run: re.Match[bytes]) -> bytes:
    return bytes.fromhex(run[0].replace(b"%", b"").decode())


async def _multipart(request: BaseRequest, values: Values, files: Files) -> None:
    async for part in await request.multipart():
        await _part(part, values, files)


async def _part(part: MultipartReader | BodyPartReader | None, values: Values, files: Files) -> None:
    if not isinstance(part, BodyPartReader) or not part.name:
        refuse("can't parse multipart form data")
    content = bytes(await part.read(decode=True))
    if part.filename is None:
        values[part.name] = content.decode()
    else:
        files[part.name] = content
