"""A system with its HTTP API, for as long as a block lasts; for `callsheet serve`, and for programs that show it."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from loguru import logger

from callsheet.api.app import create_app
from callsheet.api.binding import url_of
from callsheet.api.draining import Draining
from callsheet.api.effective import Effective
from callsheet.api.places import Places
from callsheet.api.server import serve
from callsheet.cli.effective import effective
from callsheet.cli.endpoint import endpoint_parts
from callsheet.cli.http_parts import gate_of, parts_of
from callsheet.cli.openid import open_openid
from callsheet.errors.journal import JournalLost
from callsheet.mcp_endpoint.http import open_endpoint
from callsheet.settings import Settings
from callsheet.system import System, open_system
from callsheet.telemetry.assembly import Wanted
from callsheet.web.build import read_build
from callsheet.web.route import WebUi


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service that accepts requests.

    Attributes:
        url: where, without a slash at the end.
        draining: begins at SIGTERM and Ctrl-C.
    """

    system: System
    url: str
    draining: Draining

    async def stopped(self) -> None:
        """Return when the service begins to stop.

        Raises:
            JournalLost: the journal's disk failed. Whoever starts the service again finds out what reached it.
        """
        lost = self.system.journal.lost
        ends = {asyncio.create_task(event.wait()) for event in (self.draining.event, lost)}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
        if lost.is_set():
            raise JournalLost


@asynccontextmanager
async def serving(
    settings: Settings,
    environment: Mapping[str, str],
    listener: socket.socket,
    *,
    worker: bool = True,
    origins: Mapping[str, str] | None = None,
) -> AsyncGenerator[Service]:
    """Open the system and serve its API on `listener`, which is closed at the end.

    SIGTERM, SIGINT and the end of the block stop it: new runs are refused at once, streams end, steps at work may end
    while requests do.

    Args:
        settings: as `callsheet.settings.load_settings` gives them.
        environment: what tool servers and `${NAME}` in mcp.json may draw from.
        listener: where requests come in.
        worker: whether runs are executed in this process, too.
        origins: who gave each setting, as `callsheet.settings.setting_origins` says it; for those who ask.

    Raises:
        ConfigurationInvalid: mcp.json cannot be used, or there is neither a worker nor a database.
        JournalUnavailable: the data folder or the database cannot be used, or another process uses the folder.
    """
    url = url_of(listener)
    with listener:
        async with open_system(
            settings, environment, worker=worker, wanted=Wanted(metrics=True), note={"url": url}
        ) as system:
            service = Service(system=system, url=url, draining=Draining())
            told = effective(settings, environment, origins or {})
            async with _answering(settings, service, listener, told), _draining_engine(settings, service):
                yield service
    logger.info("Callsheet has stopped.")


@asynccontextmanager
async def _answering(
    settings: Settings, service: Service, listener: socket.socket, told: Effective
) -> AsyncGenerator[None]:
    """Answer requests, until the block ends or the service is told to stop."""
    ready = asyncio.Event()
    answering = asyncio.create_task(_serve(settings, service, listener, ready, told))
    answering.add_done_callback(lambda _: (ready.set(), service.draining.start()))
    try:
        await ready.wait()
        if answering.done():
            await answering  # it never began, and says why
        yield
    finally:
        service.draining.start()
        await answering


@asynccontextmanager
async def _draining_engine(settings: Settings, service: Service) -> AsyncGenerator[None]:
    """Let the engine end its steps while requests end, not after them."""
    drains: list[asyncio.Task[None]] = []

    def begin() -> None:
        drains.append(asyncio.create_task(service.system.engine.drain(settings.drain_timeout)))

    service.draining.call(begin)
    try:
        yield
    finally:
        service.draining.start()
        await asyncio.gather(*drains)


async def _serve(
    settings: Settings, service: Service, listener: socket.socket, ready: asyncio.Event, told: Effective
) -> None:
    system = service.system
    gate = gate_of(settings, system)
    endpoint = endpoint_parts(system, settings, gate.acts)
    parts = parts_of(settings, system, service.draining, gate)
    # The provider first: what the settings lack would come out of the endpoint as a group of errors.
    async with open_openid(settings, system.cipher) as openid, open_endpoint(endpoint) as mcp:
        service.draining.call(mcp.stop)
        parts = replace(parts, effective=told, on_saved=mcp.look, openid=openid)
        app = create_app(parts, mcp=mcp.app, web=WebUi(read_build()))
        places = Places(parts.options.sources) if parts.options.rates else None
        try:
            await serve(app, listener=listener, draining=service.draining, on_ready=ready.set, places=places)
        finally:
            await gate.acts.settle()
