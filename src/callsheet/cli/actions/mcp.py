"""`callsheet mcp`: what it does."""

from contextlib import suppress

from callsheet.cli.asked_server import server_of
from callsheet.cli.endpoint import endpoint_parts
from callsheet.cli.failures import DONE
from callsheet.cli.options import Places
from callsheet.cli.recorded import local_acts
from callsheet.cli.surroundings import surroundings
from callsheet.errors.journal import JournalUnavailable
from callsheet.mcp_endpoint.stdio import bridge, serve_stdio
from callsheet.settings import Settings, environment
from callsheet.system import open_system


async def act(places: Places) -> int:
    """Serve until standard input ends; the exit status."""
    with surroundings(places) as settings:
        url = _url(settings)
        if url is not None:
            await bridge(url, lambda: _url_now(settings))
        else:
            async with open_system(settings, environment()) as system, local_acts(system.access.audit) as acts:
                await serve_stdio(endpoint_parts(system, settings, acts))
    return DONE


def _url(settings: Settings) -> str | None:
    """The endpoint of the server that has the folder open; None when there is none."""
    server = server_of(settings)
    return None if server is None else f"{server.note['url']}/mcp"


def _url_now(settings: Settings) -> str | None:
    """The same, while it is looked for again and again: a lock file that cannot be read now is one nobody holds."""
    with suppress(JournalUnavailable):
        return _url(settings)
    return None
