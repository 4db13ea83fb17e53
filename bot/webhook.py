"""Takes updates that Telegram pushes: each is written down before Telegram is told that it has arrived."""

import asyncio
import hmac
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus

import structlog
from aiohttp import web
from sqlalchemy import Engine
from telegram import WebhookInfo
from telegram.error import BadRequest

from bot.delivery.errors import TokenShared
from bot.intake import ALLOWED_UPDATES, AnyApplication, Began, Intake
from bot.listening import listening
from bot.settings import Settings
from index.errors import SettingInvalid, StoreUnreachable

URL, LISTEN = "WHYUP_WEBHOOK_URL", "WHYUP_WEBHOOK_LISTEN"
DELETED = "deleteWebhook"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
AT_ONCE = 100  # connections that Telegram may open, its own maximum (Bot API, setWebhook)
LOOKS_S = 60.0  # between two looks whether the webhook is still ours

_log = structlog.get_logger(__name__)


class Webhook(Intake):
    """Receives updates at an address of our own.

    Telegram sends an update again until it is answered with 200, so a kill at any moment loses nothing.
    """

    silence = timedelta(seconds=3 * LOOKS_S)

    def __init__(
        self,
        application: AnyApplication,
        engine: Engine,
        now: Callable[[], datetime],
        settings: Settings,
        began: Began = lambda _kind: None,
    ) -> None:
        """Prepare; see `Intake`.

        Args:
            application: handles the updates.
            engine: where they are written down.
            now: the moment.
            settings: the public address, where to listen, and the token that the secret is made of.
            began: is told the kind of each update.
        """
        super().__init__(application, engine, now, began)
        self._settings = settings
        self._secret = secret_of(settings.telegram_token.get_secret_value())
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Listen until cancelled; the webhook stays set, so that Telegram keeps what comes meanwhile.

        Raises:
            SettingInvalid: the place to listen is taken, or Telegram does not accept the address.
            TokenRefused: Telegram does not know the token, or another process has taken the webhook away.
            StoreUnreachable: an update could not be written down; Telegram sends it again.
        """
        self._take_up()
        # Under any path: the server in front may or may not pass on the public one.
        routes = [web.post("/{path:.*}", self._received)]
        async with listening(routes, self._settings.webhook_listen, LISTEN):
            await self._insist(self._set)
            while True:
                with suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(self._broken), LOOKS_S)
                self._check(await self._insist(self._bot.get_webhook_info))

    async def _set(self) -> None:
        try:
            await self._bot.set_webhook(
                self._settings.webhook_url,
                allowed_updates=ALLOWED_UPDATES,
                max_connections=AT_ONCE,
                secret_token=self._secret,
            )
        except BadRequest as error:
            raise SettingInvalid(URL, error.message) from error

    def _check(self, info: WebhookInfo) -> None:
        if info.url != self._settings.webhook_url:
            raise TokenShared(info.url or DELETED)
        if info.pending_update_count and info.last_error_message:
            _log.warning("webhook_fails", reason=info.last_error_message, waiting=info.pending_update_count)

    async def _received(self, request: web.Request) -> web.Response:
        if not hmac.compare_digest(request.headers.get(HEADER, "").encode(), self._secret.encode()):
            return web.Response(status=HTTPStatus.FORBIDDEN)
        payload = await request.text()
        update_id = _update_id(payload)
        if update_id is None:
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        try:
            await self._take(update_id, payload)
        except StoreUnreachable as error:
            self._break(error)
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        return web.Response()

    def _break(self, error: StoreUnreachable) -> None:
        if not self._broken.done():
            self._broken.set_exception(error)


def secret_of(token: str) -> str:
    """What Telegram must show with each update; it changes with the token and does not tell it."""
    return hmac.new(token.encode(), b"webhook", "sha256").hexdigest()


def _update_id(payload: str) -> int | None:
    """The number of an update; None when this is none."""
    try:
        update_id = json.loads(payload)["update_id"]
    except (ValueError, TypeError, LookupError):
        return None
    return update_id if isinstance(update_id, int) else None
