"""What a worker answers: its metrics and its state, where the setting `metrics_port` says so."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from callsheet.api.app import create_probes
from callsheet.api.binding import listen, url_of
from callsheet.api.draining import Draining
from callsheet.api.server import serve
from callsheet.cli.http_parts import gate_of, parts_of
from callsheet.settings import Settings
from callsheet.system import System

_GRACEFUL_SECONDS = 2


def listener_of(settings: Settings) -> socket.socket | None:
    """Where a worker answers; None when nowhere.

    Raises:
        ConfigurationInvalid: the address cannot be had, or other machines can reach it and callers are not asked.
    """
    if settings.metrics_port is None:
        return None
    asks = settings.auth == "on"
    return listen(settings.metrics_host, settings.metrics_port, asks=asks, allowed_hosts=settings.hosts)


@asynccontextmanager
async def probed(
    settings: Settings, system: System, listener: socket.socket, draining: Draining
) -> AsyncGenerator[str]:
    """Answer `/metrics`, `/healthz` and `/readyz` on `listener` until the block ends or `draining` begins.

    Gives the URL of the process. Signals stay with whoever has them.
    """
    url, ready = url_of(listener), asyncio.Event()
    gate = gate_of(settings, system)
    app = create_probes(parts_of(settings, system, draining, gate))
    answering = asyncio.create_task(
        serve(
            app,
            listener=listener,
            draining=draining,
            on_ready=ready.set,
            graceful_seconds=_GRACEFUL_SECONDS,
            signals=False,
        )
    )
    answering.add_done_callback(lambda _: ready.set())
    try:
        await ready.wait()
        yield url
    finally:
        draining.start()
        await answering
