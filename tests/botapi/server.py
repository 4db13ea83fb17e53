"""The fake Bot API as an HTTP server."""

import asyncio
import json
import re
import threading
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Self, TypeVar

from aiohttp.web import BaseRequest, Response, Server, ServerRunner, TCPSite

from . import about, answering, parameters, sending
from .faults import BROKEN, CARRIED_OUT, Fault, Faults, Kind
from .limits import Limits, Rates
from .parameters import Call
from .people import People
from .records import Attempt, Privacy, User
from .refusals import BAD_GATEWAY, NO_SUCH_METHOD, NOT_FOUND, UNAUTHORIZED, Refused
from .registry import METHODS
from .world import World

T = TypeVar("T")

TOKEN = "7000000001:AAFakeTokenOfTheFakeBotApi-000000000"  # noqa: S105 - there is nothing behind it
BOT = User(7_000_000_001, "Why up", "whyup_bot", is_bot=True)
PATH = re.compile(r"/bot(?P<token>\d+:[\w-]+)/(?P<method>\w+)")
FILE = re.compile(r"/file/bot(?P<token>\d+:[\w-]+)/photos/(?P<file_id>\w+)")
LOADED = (about, answering, sending)
"""The modules whose methods the registry holds once they are imported."""
STARTING_STARS = 100_000.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: an HTTP status, a body, and how the ledger calls it."""

    code: int
    body: bytes
    outcome: str

    def response(self) -> Response:
        return Response(status=self.code, body=self.body, content_type="application/json")


def accepted(result: object) -> Reply:
    return Reply(200, json.dumps({"ok": True, "result": result}, ensure_ascii=False).encode(), "ok")


def refused(refusal: Refused) -> Reply:
    shape = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.parameters:
        shape["parameters"] = dict(refusal.parameters)
    return Reply(refusal.code, json.dumps(shape).encode(), refusal.description)


class FakeTelegram(People):
    """A Bot API of one bot on loopback: `async with FakeTelegram() as telegram`, then `telegram.base_url`."""

    def __init__(  # noqa: PLR0913 - a fake is set up by what it is to be strict about
        self,
        *,
        rates: Rates | None = None,
        stars: float = STARTING_STARS,
        privacy: Privacy | None = None,
        bot: User = BOT,
        token: str = TOKEN,
        port: int = 0,
    ) -> None:
        self.world = World(bot, rates or Rates(), stars, privacy or Privacy())
        self.token = token
        self.port = port
        self.ledger: list[Attempt] = []

    async def __aenter__(self) -> Self:
        self._server = Server(self._handle)
        self._runner = ServerRunner(self._server, access_log=None)
        await self._runner.setup()
        await self.comes_back()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.world.pusher.stop()
        self.world.updates.interrupt("terminated")
        self.hangs_up()
        await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        """As python-telegram-bot's base_url: the token is appended."""
        return f"http://127.0.0.1:{self.port}/bot"

    @property
    def file_url(self) -> str:
        """As python-telegram-bot's base_file_url."""
        return f"http://127.0.0.1:{self.port}/file/bot"

    @property
    def faults(self) -> Faults:
        return self.world.faults

    @property
    def limits(self) -> Limits:
        return self.world.limits

    @property
    def stars(self) -> float:
        """The balance that paid broadcasts are charged to."""
        return self.world.limits.stars

    def clock(self) -> float:
        return time.monotonic()

    # The network's troubles.

    def hangs_up(self) -> None:
        """Break every connection there is, busy or idle."""
        for connection in self._server.connections:
            connection.force_close()
            if connection.transport:
                connection.transport.abort()

    async def goes_down(self) -> None:
        """Refuse new connections and break the old ones, until `comes_back`."""
        await self._site.stop()
        self.hangs_up()

    async def comes_back(self) -> None:
        self._site = TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await self._site.start()
        self.port = self._runner.addresses[0][1]

    # One request.

    async def _handle(self, request: BaseRequest) -> Response:
        path = PATH.fullmatch(request.path)
        if path is None:
            return self._file(request.path)
        if path["token"] != self.token:
            return refused(Refused(*UNAUTHORIZED)).response()
        return await self._called(request, path["method"].lower())

    def _file(self, path: str) -> Response:
        file = FILE.fullmatch(path)
        photo = self.world.photos.get(file["file_id"]) if file and file["token"] == self.token else None
        return Response(body=photo.data) if photo else refused(Refused(*NOT_FOUND)).response()

    async def _called(self, request: BaseRequest, name: str) -> Response:
        if name in about.SLOW:
            return await self._polled(request, name)
        if name not in METHODS:
            return refused(Refused(*NO_SUCH_METHOD)).response()
        try:
            call = await parameters.read(request, self.clock())
        except Refused as refusal:
            return refused(refusal).response()
        return await self._delivered(request, METHODS[name].name, call)

    async def _polled(self, request: BaseRequest, name: str) -> Response:
        """A long poll: without latency and faults, and not in the ledger."""
        try:
            call = await parameters.read(request, self.clock())
            return accepted(await about.SLOW[name][1](self.world, call)).response()
        except Refused as refusal:
            return refused(refusal).response()

    async def _delivered(self, request: BaseRequest, name: str, call: Call) -> Response:
        """There and back again, with all that may happen on the way."""
        one_way = self.faults.one_way_s()
        await self._travel(one_way)
        call.at = self.clock()
        fault = self.faults.draw(name, _chat_id(call), call.at)
        reply = self._carried_out(name, call, fault)
        self._note(name, call, reply, fault)
        await self._travel(one_way)
        if fault and fault.kind in BROKEN:
            self._break(request)
        return reply.response()

    async def _travel(self, seconds: float) -> None:
        if seconds > 0:
            await asyncio.sleep(seconds)

    def _carried_out(self, name: str, call: Call, fault: Fault | None) -> Reply:
        if fault and fault.kind not in CARRIED_OUT:
            return _failed(fault)
        reply = self._run(name, call)
        return _failed(fault) if fault and fault.kind is Kind.LATE_BAD_GATEWAY else reply

    def _run(self, name: str, call: Call) -> Reply:
        try:
            return accepted(METHODS[name.lower()].run(self.world, call))
        except Refused as refusal:
            return refused(refusal)

    def _note(self, name: str, call: Call, reply: Reply, fault: Fault | None) -> None:
        chat_id = call.chat_id if call.chat_id is not None else _chat_id(call)
        struck = fault.kind.value if fault else ""
        attempt = Attempt(call.at, name, chat_id, reply.code, reply.outcome, call.message_id, struck, call.paid)
        self.notes(attempt)

    def notes(self, attempt: Attempt) -> None:
        """Keep an attempt in the ledger."""
        self.ledger.append(attempt)

    def _break(self, request: BaseRequest) -> None:
        if request.transport:
            request.transport.abort()


def _failed(fault: Fault) -> Reply:
    if fault.kind is Kind.TOO_MANY:
        return refused(fault.refusal())
    if fault.kind is Kind.RESET:
        return Reply(0, b"", "connection reset")
    return Reply(BAD_GATEWAY[0], b"<html><head><title>502 Bad Gateway</title></head></html>", BAD_GATEWAY[1])


def _chat_id(call: Call) -> int | None:
    given = str(call.values.get("chat_id", ""))
    return int(given) if given.lstrip("-").isdigit() else None


class InThread:
    """A FakeTelegram on a thread of its own, for tests that are not async: `with InThread(telegram) as run`.

    What people do is done there: `run(telegram.says(wei, "why"))` waits for it and returns what it returns.
    """

    def __init__(self, telegram: FakeTelegram) -> None:
        self.telegram = telegram
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self(self.telegram.__aenter__())
        return self

    def __call__(self, work: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def __exit__(self, *exc: object) -> None:
        self(self.telegram.__aexit__(*exc))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()
