"""`callsheet mcp`: what it does."""

from callsheet.cli.access import server_of
from callsheet.cli.endpoint import endpoint_parts
from callsheet.cli.failures import DONE
from callsheet.cli.options import Places
from callsheet.cli.surroundings import surroundings
from callsheet.mcp_endpoint.stdio import bridge, serve_stdio
from callsheet.settings import environment
from callsheet.system import open_system


async def act(places: Places) -> int:
    """Serve until standard input ends; the exit status."""
    with surroundings(places) as settings:
        server = server_of(settings)
        if server is not None:
            await bridge(f"{server.note['url']}/mcp")
        else:
            async with open_system(settings, environment()) as system:
                await serve_stdio(endpoint_parts(system, settings))
    return DONE
