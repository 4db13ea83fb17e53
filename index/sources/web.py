"""Pages that no kept library covers, fetched in the worker; answers are texts."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from index.sources.contract import Answer, Call, Unanswered, Why

TIMEOUT_S = 15.0
LARGEST = 4_000_000  # bytes; an exchange's report is a few thousand
BROWSER = "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"


def page(
    url: str, subject: str = "", *, query: Mapping[str, str] | None = None, referer: str = "", encoding: str = "utf-8"
) -> Call:
    """A call that fetches a page.

    Args:
        url: its address.
        subject: whose figures it shows.
        query: parameters of the address.
        referer: the page that a browser would have come from; two exchanges refuse without.
        encoding: of the answer.
    """
    address = f"{url}?{urlencode(query)}" if query else url
    return Call("index.sources.web:get_text", {"url": address, "referer": referer, "encoding": encoding}, subject)


def get_text(url: str, referer: str, encoding: str) -> str:
    """Fetch a page; runs in the worker.

    Returns:
        Its text, empty when there is no such page: a day's file that is not there, or not yet.

    Raises:
        OSError: no connection, or another status that is no success.
    """
    headers = {"User-Agent": BROWSER} | ({"Referer": referer} if referer else {})
    try:
        with urlopen(Request(url, headers=headers), timeout=TIMEOUT_S) as answer:  # noqa: S310 - ours
            body: bytes = answer.read(LARGEST)
    except HTTPError as error:
        if error.code != HTTPStatus.NOT_FOUND:
            raise
        return ""
    return body.decode(encoding, errors="replace")


def json_of(answer: Answer) -> Any:  # noqa: ANN401 - whatever the publisher sends
    """The JSON of an answer, also inside ``name(…);`` or ``name = …;``.

    Raises:
        Unanswered: there is none.
    """
    text = str(answer).lstrip("\ufeff").strip()
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
    try:
        return json.JSONDecoder().raw_decode(text[start:])[0]
    except ValueError as error:
        raise Unanswered(Why.SHAPE, f"no JSON: {text[:80]}") from error
