"""Pictures as Telegram checks them: PNG or JPEG, at most 10 MB, 10,000 pixels around, not thinner than 1:20."""

import hashlib
import struct
from collections.abc import Iterator

from .records import Photo
from .refusals import TOO_LARGE, Refused, refuse

MAX_BYTES = 10 * 1024 * 1024
MAX_SIDES = 10_000
MAX_RATIO = 20
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8"
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
HEADER_BYTES = 24
NO_IMAGE = "IMAGE_PROCESS_FAILED"


def stored(data: bytes, number: int) -> Photo:
    """An uploaded picture under a new file id; raises Refused as Telegram does."""
    if not data:
        refuse("file must be non-empty")
    if len(data) > MAX_BYTES:
        raise Refused(*TOO_LARGE)
    width, height = _size(data)
    if width + height > MAX_SIDES or max(width, height) > MAX_RATIO * min(width, height):
        refuse("PHOTO_INVALID_DIMENSIONS")
    unique = hashlib.sha256(data).hexdigest()[:15]
    return Photo(f"AgACAgQAAx{number:06d}{unique}", f"AQAD{unique}", width, height, data)


def _size(data: bytes) -> tuple[int, int]:
    if data.startswith(PNG) and len(data) >= HEADER_BYTES:
        width, height = struct.unpack(">II", data[16:HEADER_BYTES])
        return _positive(width, height)
    if not data.startswith(JPEG):
        refuse(NO_IMAGE)
    return _jpeg_size(data)


def _positive(width: int, height: int) -> tuple[int, int]:
    if not width or not height:
        refuse(NO_IMAGE)
    return width, height


def _jpeg_size(data: bytes) -> tuple[int, int]:
    frames = [body for marker, body in _jpeg_segments(data) if marker in FRAMES]
    if not frames:
        refuse(NO_IMAGE)
    height, width = struct.unpack(">HH", data[frames[0] + 1 : frames[0] + 5])
    return _positive(width, height)


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int]]:
    at = len(JPEG)
    while at + 9 <= len(data) and data[at] == 0xFF:
        yield data[at + 1], at + 4
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
