"""`callsheet worker`: what it does."""

import asyncio
import signal
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from loguru import logger

from callsheet.cli.failures import DONE
from callsheet.cli.options import Places
from callsheet.cli.screen import write
from callsheet.cli.surroundings import surroundings
from callsheet.cli.text import one_line
from callsheet.settings import environment
from callsheet.storage import database_url
from callsheet.system import open_system

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


async def act(places: Places) -> int:
    """Execute runs until a signal; the exit status."""
    with surroundings(places, quiet=False) as settings, _told_to_stop() as stop:
        database_url(settings, "'callsheet serve' executes the runs of its data folder itself, and needs no worker")
        async with open_system(settings, environment()) as system:
            servers = system.tools.servers()
            write(f"Callsheet executes runs, {settings.max_concurrent_runs} at a time.")
            write(f"  tool servers  {', '.join(one_line(server.name) for server in servers) or 'none'}")
            write("Ctrl-C stops it; other workers go on with what is unfinished then.")
            await stop.wait()
            logger.info("Stopping: no more runs; steps at work may end within {} s.", settings.drain_timeout)
        logger.info("Callsheet has stopped.")
    return DONE


@contextmanager
def _told_to_stop() -> Generator[asyncio.Event]:
    """Set by SIGTERM and Ctrl-C. A second one changes nothing: what stopping may take is bounded."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    former = {number: signal.getsignal(number) for number in _SIGNALS}
    for number in _SIGNALS:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number, handler in former.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
