"""A small HTTP server for as long as it is needed, without a log of who asked for what."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiohttp import web

from bot.settings import host_and_port
from index.errors import SettingInvalid

FINISH_S = 1.0  # for the requests in hand when told to stop


@asynccontextmanager
async def listening(routes: Iterable[web.AbstractRouteDef], listen: str, variable: str) -> AsyncIterator[None]:
    """Serve routes.

    Args:
        routes: what is served.
        listen: ``host:port``, or a port of this machine.
        variable: the setting that names it.

    Raises:
        SettingInvalid: it is taken, or no address of this machine.
    """
    application = web.Application()
    application.add_routes(routes)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=FINISH_S)
    await runner.setup()
    try:
        await _start(web.TCPSite(runner, *host_and_port(listen)), variable)
        yield
    finally:
        await runner.cleanup()


async def _start(site: web.TCPSite, variable: str) -> None:
    try:
        await site.start()
    except OSError as error:
        raise SettingInvalid(variable, error.strerror or type(error).__name__) from error
