"""The wire to the Bot API: kept-open connections, deadlines, and errors that say whether a request left.

python-telegram-bot's own transport (httpx) looks through all its connections on every request: at 150 ms to the
server it carries 48 messages a second, this one 18 times as many (encode/httpx#3215).
"""

import json
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, Self
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram.error import TimedOut
from telegram.request import BaseRequest, RequestData

from bot.delivery import verdict
from bot.delivery.errors import NotSent, OutcomeUnknown
from bot.delivery.verdict import Outcome, Verdict

_JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# Telegram closes idle connections after about a minute; a request written into a closing one is lost in doubt.
_IDLE_S = 30.0


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long a request may take: seconds to connect, to be answered, and to be answered after an upload."""

    connect_s: float = 5.0
    read_s: float = 15.0
    upload_s: float = 60.0


_DEADLINES = Deadlines()


class AiohttpRequest(BaseRequest):
    """aiohttp behind python-telegram-bot's public transport interface."""

    __slots__ = ("_connections", "_deadlines", "_session")

    def __init__(self, *, connections: int = 256, deadlines: Deadlines = _DEADLINES) -> None:
        """Prepare a transport; `initialize` opens it.

        Args:
            connections: how many may be open at once.
            deadlines: used where a call of python-telegram-bot names none.
        """
        self._connections = connections
        self._deadlines = deadlines
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds that an answer may take where a call names none."""
        return self._deadlines.read_s

    async def initialize(self) -> None:
        """Open the pool of connections; a second call changes nothing."""
        if self._session is None:
            self._session = _session(self._connections)

    async def shutdown(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
        self._session = None

    async def do_request(  # noqa: PLR0913, PLR0917 - the interface is python-telegram-bot's
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401 - a number, None or the mark of neither
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401 - the same
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401 - the same
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401 - the same
    ) -> tuple[int, bytes]:
        """Make one request.

        Returns:
            The HTTP status and the body.

        Raises:
            NotSent: no connection was made in time.
            TimedOut: no answer came in time; the request may have been carried out.
            OutcomeUnknown: the connection broke; the request may have been carried out.
            RuntimeError: the transport is not open.
        """
        del write_timeout, pool_timeout  # one write of a small body; the pool's wait counts as connecting
        if self._session is None:
            message = "the transport is not open"
            raise RuntimeError(message)
        uploads = request_data is not None and request_data.contains_files
        read_s = _or(read_timeout, self._deadlines.upload_s if uploads else self._deadlines.read_s)
        timeout = _timeout(_or(connect_timeout, self._deadlines.connect_s), read_s)
        return await _exchange(self._session, method, url, *_encoded(request_data), timeout)


class Wire(AbstractAsyncContextManager["Wire"]):
    """The broadcast's own way to the Bot API: bodies come encoded, replies come as verdicts.

    Its connections are not those that answers use, so neither waits for the other's.
    """

    def __init__(
        self, base_url: str, token: str, *, connections: int = 1024, deadlines: Deadlines = _DEADLINES
    ) -> None:
        """Prepare a wire; entering it opens the connections.

        Args:
            base_url: python-telegram-bot's ``base_url``, to which the token is appended.
            token: the bot's.
            connections: how many may be open at once.
            deadlines: how long requests may take.
        """
        self._url = f"{base_url}{token}/"
        self._connections = connections
        self._timeout = _timeout(deadlines.connect_s, deadlines.read_s)
        self._upload_timeout = _timeout(deadlines.connect_s, deadlines.upload_s)
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        self._session = _session(self._connections)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._session.close()

    async def post(self, method: str, body: bytes) -> Verdict:
        """Call a method with a body of JSON; whatever goes wrong on the way is a verdict too."""
        return await self._call(method, body, _JSON, self._timeout)

    async def upload(self, method: str, body: bytes, pictures: Mapping[str, bytes]) -> Verdict:
        """Call a method with the same body and files beside it, each named by its part."""
        form = aiohttp.FormData()
        for name, value in json.loads(body).items():
            form.add_field(name, value if isinstance(value, str) else json.dumps(value))
        for name, picture in pictures.items():
            form.add_field(name, picture, filename=f"{name}.png", content_type="image/png")
        return await self._call(method, form, None, self._upload_timeout)

    async def _call(
        self,
        method: str,
        data: bytes | aiohttp.FormData,
        headers: Mapping[str, str] | None,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's own deadlines
    ) -> Verdict:
        try:
            reply = await _exchange(self._session, "POST", self._url + method, data, headers, timeout)
        except NotSent as error:
            return Verdict(Outcome.NOT_SENT, str(error))
        except (TimedOut, OutcomeUnknown) as error:
            return Verdict(Outcome.UNKNOWN, str(error))
        return verdict.of_reply(*reply)


def _session(connections: int) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=connections, keepalive_timeout=_IDLE_S)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


def _timeout(connect_s: float | None, read_s: float | None) -> aiohttp.ClientTimeout:
    # No `total`: its expiry would not say whether the request had left.
    return aiohttp.ClientTimeout(total=None, connect=connect_s, sock_connect=connect_s, sock_read=read_s)


def _or(given: Any, default: float) -> float | None:  # noqa: ANN401 - a number, None or the mark of neither
    return default if given is BaseRequest.DEFAULT_NONE else given


def _encoded(request: RequestData | None) -> tuple[Any, Mapping[str, str] | None]:
    if request is None:
        return None, None
    if not request.contains_files:
        return request.url_encoded_parameters().encode(), _FORM
    form = aiohttp.FormData(request.json_parameters)
    for name, (filename, content, kind) in (request.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form, None


async def _exchange(  # noqa: PLR0913, PLR0917 - a request's parts
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    data: Any,  # noqa: ANN401 - bytes, a form or None
    headers: Mapping[str, str] | None,
    timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's own deadlines
) -> tuple[int, bytes]:
    scheme, _, server, *_ = url.split("/", 3)
    proxy = _proxy(scheme.removesuffix(":"), server)
    try:
        async with session.request(method, url, data=data, headers=headers, timeout=timeout, proxy=proxy) as reply:
            return reply.status, await reply.read()
    except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
        raise NotSent(_named(error)) from error
    except TimeoutError as error:
        raise TimedOut(_named(error)) from error
    except (aiohttp.ClientError, OSError) as error:
        raise OutcomeUnknown(_named(error)) from error


def _named(error: Exception) -> str:
    """The error's kind alone: its words may hold the address, and with it the token."""
    return type(error).__name__


@lru_cache
def _proxy(scheme: str, server: str) -> str | None:
    """The proxy that the environment names for a server (HTTPS_PROXY, NO_PROXY)."""
    return None if proxy_bypass(server) else getproxies().get(scheme)
