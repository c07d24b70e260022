"""`callsheet worker`: what it does."""

import asyncio
import signal
from collections.abc import Generator
from contextlib import AsyncExitStack, contextmanager
from typing import Final

from loguru import logger

from callsheet.api.draining import Draining
from callsheet.cli.failures import DONE
from callsheet.cli.options import Places
from callsheet.cli.probes import listener_of, probed
from callsheet.cli.screen import write
from callsheet.cli.surroundings import surroundings
from callsheet.cli.text import one_line
from callsheet.settings import environment
from callsheet.storage import database_url
from callsheet.system import open_system
from callsheet.telemetry.assembly import Wanted

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


async def act(places: Places) -> int:
    """Execute runs until a signal; the exit status."""
    with surroundings(places, quiet=False) as settings, _told_to_stop() as draining:
        database_url(settings, "'callsheet serve' executes the runs of its data folder itself, and needs no worker")
        listener = listener_of(settings)
        async with AsyncExitStack() as stack:
            wanted = Wanted(metrics=listener is not None)
            system = await stack.enter_async_context(open_system(settings, environment(), wanted=wanted))
            servers = system.tools.servers()
            write(f"Callsheet executes runs, {settings.max_concurrent_runs} at a time.")
            write(f"  tool servers  {', '.join(one_line(server.name) for server in servers) or 'none'}")
            if listener is not None:
                url = await stack.enter_async_context(probed(settings, system, listener, draining))
                write(f"  metrics       {url}/metrics")
            write("Ctrl-C stops it; other workers go on with what is unfinished then.")
            await draining.event.wait()
            logger.info("Stopping: no more runs; steps at work may end within {} s.", settings.drain_timeout)
        logger.info("Callsheet has stopped.")
    return DONE


@contextmanager
def _told_to_stop() -> Generator[Draining]:
    """Begun by SIGTERM and Ctrl-C. A second one changes nothing: what stopping may take is bounded."""
    draining, loop = Draining(), asyncio.get_running_loop()
    former = {number: signal.getsignal(number) for number in _SIGNALS}
    for number in _SIGNALS:
        loop.add_signal_handler(number, draining.start)
    try:
        yield draining
    finally:
        for number, handler in former.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
