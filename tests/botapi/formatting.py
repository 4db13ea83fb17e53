"""Text as Telegram reads it: the HTML it allows, what it marks by itself, and its refusals.

The rules and the words of the refusals are those of tdlib's MessageEntity.cpp and of
core.telegram.org/bots/api#html-style. Markdown is not read: whyup sends none.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NoReturn
from urllib.parse import urlsplit

from .records import Entity
from .refusals import refuse, refuse_unknown

MAX_ENTITIES = 100
"""Telegram shows no entity beyond these (telegram.constants.MessageLimit.MESSAGE_ENTITIES)."""

TAGS = {
    "a": "text_link",
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
REFERENCES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
VERBATIM = frozenset({"code", "pre"})
SPACE = r" \t\r\n\0\v"
MARK = re.compile("[<&]")
NAME = re.compile(f"[^{SPACE}>]*")
SPACES = re.compile(f"[{SPACE}]*")
ATTRIBUTE = re.compile(f"[^{SPACE}=>/\"']*")
TOKEN = re.compile(r"[A-Za-z0-9.\-]*")
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,8})|#([0-9]{1,8})|([A-Za-z]+));?")
DETECTED = re.compile(
    r"(?P<url>https?://[^\s<>\"]*[^\s<>\".,;:!?)])"
    r"|(?<![\w/@])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/])"
    r"|(?<![\w@])(?P<mention>@[A-Za-z][A-Za-z0-9_]{3,31})"
    r"|(?<!\w)(?P<hashtag>#\w+)"
    r"|(?<!\w)(?P<cashtag>\$[A-Z]{1,8})\b"
)
TRIGGER = re.compile("[/@#$]")
LAST_CODE_POINT = 0x10FFFF
SURROGATES = range(0xD800, 0xE000)
UNMATCHED_SURROGATES = (
    "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units"
)


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text as shown, its marked parts, and the source it was read from."""

    text: str
    entities: tuple[Entity, ...] = ()
    source: str = ""

    @property
    def units(self) -> int:
        return units(self.text)


def units(text: str) -> int:
    """The length as Telegram counts it: in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


@lru_cache(maxsize=4096)
def read(source: str, mode: str) -> Formatted:
    """Read a text sent with this parse_mode; raises Refused as Telegram does."""
    if not mode:
        return _finished(Formatted(source, (), source))
    if mode.lower() in {"markdown", "markdownv2"}:
        refuse_unknown("HTML")
    if mode.lower() != "html":
        refuse("unsupported parse_mode")
    return _finished(_Html(source).read())


def marked(source: str, given: tuple[Entity, ...]) -> Formatted:
    """A text whose entities were sent beside it."""
    if any(entity.end > units(source) or entity.length <= 0 for entity in given):
        refuse("can't parse entities: entity ends after the end of the text")
    return _finished(Formatted(source, given, source))


def detected(text: str) -> tuple[Entity, ...]:
    """The parts that Telegram marks by itself: links, commands, mentions, hashtags, cashtags."""
    if not TRIGGER.search(text):
        return ()
    return tuple(_entity(match, text) for match in DETECTED.finditer(text))


def _entity(match: re.Match[str], text: str) -> Entity:
    kind = match.lastgroup or ""
    return Entity(kind, units(text[: match.start(kind)]), units(match[kind]))


def _finished(read_: Formatted) -> Formatted:
    trimmed = _trimmed(_without_nesting_in_code(read_))
    covered = [e for e in trimmed.entities if e.type in VERBATIM or e.type == "text_link"]
    free = [e for e in detected(trimmed.text) if not any(c.offset < e.end and e.offset < c.end for c in covered)]
    ordered = sorted([*trimmed.entities, *free], key=lambda entity: (entity.offset, -entity.length))
    return replace(trimmed, entities=tuple(ordered[:MAX_ENTITIES]))


def _without_nesting_in_code(read_: Formatted) -> Formatted:
    code = [entity for entity in read_.entities if entity.type in VERBATIM]
    kept = tuple(
        e for e in read_.entities if e in code or not any(c.offset <= e.offset and e.end <= c.end for c in code)
    )
    return replace(read_, entities=kept)


def _trimmed(read_: Formatted) -> Formatted:
    text = read_.text.strip()
    cut = units(read_.text[: len(read_.text) - len(read_.text.lstrip())])
    moved = (_clipped(entity, cut, units(text)) for entity in read_.entities)
    return replace(read_, text=text, entities=tuple(entity for entity in moved if entity.length > 0))


def _clipped(entity: Entity, cut: int, end: int) -> Entity:
    begin = max(entity.offset - cut, 0)
    return replace(entity, offset=begin, length=min(entity.end - cut, end) - begin)


def refuse_parsing(reason: str) -> NoReturn:
    refuse(f"can't parse entities: {reason}")


def _decoded(match: re.Match[str]) -> str:
    """A character reference's character, or the reference itself where Telegram does not know it."""
    hexadecimal, decimal, name = match.groups()
    if name:
        return REFERENCES.get(name, match[0])
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if code in SURROGATES:
        refuse_parsing(UNMATCHED_SURROGATES)
    return chr(code) if 0 < code < LAST_CODE_POINT else match[0]


@dataclass(frozen=True, slots=True)
class _Open:
    """A tag that waits for its end."""

    tag: str
    attributes: dict[str, str]
    offset: int
    piece: int


class _Html:
    """One reading of an HTML text, from left to right."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.units = 0
        self.shown: list[str] = []
        self.open: list[_Open] = []
        self.found: list[Entity] = []

    def read(self) -> Formatted:
        while mark := MARK.search(self.source, self.at):
            self._show(self.source[self.at : mark.start()])
            self.at = mark.start()
            self._step()
        self._show(self.source[self.at :])
        if self.open:
            refuse_parsing(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return Formatted("".join(self.shown), tuple(self.found), self.source)

    def _step(self) -> None:
        if self.source[self.at] == "&":
            self._reference()
        elif self.source.startswith("</", self.at):
            self._end_tag()
        else:
            self._start_tag()

    def _show(self, text: str) -> None:
        self.shown.append(text)
        self.units += units(text)

    def _reference(self) -> None:
        match = REFERENCE.match(self.source, self.at)
        self._show(_decoded(match) if match else "&")
        self.at = match.end() if match else self.at + 1

    def _peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.source, self.at)
        taken = match[0] if match else ""
        self.at += len(taken)
        return taken

    def _offset(self, at: int) -> str:
        return f"at byte offset {len(self.source[:at].encode())}"

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        tag = self._take(NAME).lower()
        if not self._peek():
            refuse_parsing(f"Unclosed start tag {self._offset(begin)}")
        if tag not in TAGS:
            refuse_parsing(f'Unsupported start tag "{tag}" {self._offset(begin)}')
        attributes = self._attributes(tag, begin)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            refuse_parsing(f'Tag "span" must have class "tg-spoiler" {self._offset(begin)}')
        self.open.append(_Open(tag, attributes, self.units, len(self.shown)))

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        found: dict[str, str] = {}
        self._take(SPACES)
        while self._peek() != ">":
            name = self._attribute_name(tag, begin)
            found[name] = self._attribute_value(tag, name, begin)
            self._take(SPACES)
        self.at += 1
        return found

    def _attribute_name(self, tag: str, begin: int) -> str:
        if not self._peek():
            refuse_parsing(f"Unclosed start tag {self._offset(begin)}")
        name = self._take(ATTRIBUTE)
        if not name:
            refuse_parsing(f'Empty attribute name in the tag "{tag}" {self._offset(begin)}')
        self._take(SPACES)
        return name

    def _attribute_value(self, tag: str, name: str, begin: int) -> str:
        if self._peek() != "=":
            return self._no_value(tag, name, begin)
        self.at += 1
        self._take(SPACES)
        return self._quoted(begin) if self._peek() in {'"', "'"} else self._token(begin)

    def _no_value(self, tag: str, name: str, begin: int) -> str:
        if (tag, name) == ("blockquote", "expandable"):
            return name
        refuse_parsing(f'Expected equal sign in declaration of an attribute of the tag "{tag}" {self._offset(begin)}')

    def _quoted(self, begin: int) -> str:
        end = self.source.find(self._peek(), self.at + 1)
        if end < 0 or end + 1 == len(self.source):
            refuse_parsing(f"Unclosed start tag {self._offset(begin)}")
        raw = self.source[self.at + 1 : end]
        self.at = end + 1
        return REFERENCE.sub(_decoded, raw)

    def _token(self, begin: int) -> str:
        start = self.at
        token = self._take(TOKEN).lower()
        if not self._peek():
            refuse_parsing(f"Unclosed start tag {self._offset(begin)}")
        if not re.match(f"[{SPACE}>]", self._peek()):
            refuse_parsing(f"Unexpected end of name token {self._offset(start)}")
        return token

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            refuse_parsing(f"Unexpected end tag {self._offset(begin)}")
        self.at += 2
        name = self._take(NAME).lower()
        self._take(SPACES)
        if self._peek() != ">":
            refuse_parsing(f"Unclosed end tag {self._offset(begin)}")
        self.at += 1
        self._close(name, begin)

    def _close(self, name: str, begin: int) -> None:
        opened = self.open.pop()
        if name and name != opened.tag:
            expected = f'expected "</{opened.tag}>", found "</{name}>"'
            refuse_parsing(f"Unmatched end tag {self._offset(begin)}, {expected}")
        if self.units > opened.offset:
            self._mark(opened)

    def _mark(self, opened: _Open) -> None:
        entity = Entity(TAGS[opened.tag], opened.offset, self.units - opened.offset)
        if opened.tag == "a":
            self._link(opened, entity)
        elif opened.tag in VERBATIM:
            self._code(opened, entity)
        else:
            self.found.append(_detailed(opened, entity))

    def _link(self, opened: _Open, entity: Entity) -> None:
        url = opened.attributes.get("href") or "".join(self.shown[opened.piece :])
        if is_link(url):
            self.found.append(replace(entity, url=url))

    def _code(self, opened: _Open, entity: Entity) -> None:
        language = opened.attributes.get("class", "").removeprefix("language-")
        last = self.found[-1] if self.found else None
        if last and last.type in VERBATIM and (last.offset, last.length) == (entity.offset, entity.length):
            self.found[-1] = replace(entity, type="pre", language=language or last.language)
        else:
            self.found.append(replace(entity, language=language))


def _detailed(opened: _Open, entity: Entity) -> Entity:
    if opened.tag == "tg-emoji":
        return replace(entity, custom_emoji_id=_emoji(opened.attributes.get("emoji-id", "")))
    if "expandable" in opened.attributes:
        return replace(entity, type="expandable_blockquote")
    return entity


def _emoji(number: str) -> str:
    if not number.isdigit() or int(number) == 0:
        refuse_parsing("Invalid custom emoji identifier specified")
    return number


def is_link(url: str) -> bool:
    """Whether Telegram makes a link of it; what it does not know stays plain text, without a refusal."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
    except ValueError:
        return False
    known = parts.scheme in {"http", "https", "tg", "ton", "ftp"}
    return known and (parts.scheme in {"tg", "ton"} or "." in (parts.hostname or ""))
