"""What tool servers say of their tools now, for the checker.

A module of its own: whoever imports it imports all that talks to tool servers, which the lock alone does not need.
"""

from callsheet.cli.failures import say
from callsheet.cli.text import one_line
from callsheet.lint.signatures import Signatures
from callsheet.settings import Settings, environment
from callsheet.system import open_tools
from callsheet.tools.lockfile import signatures_of


async def live_signatures(settings: Settings) -> Signatures:
    """The tools as their servers describe them now; a sentence on standard error for each that cannot be asked.

    Raises:
        ConfigurationInvalid: mcp.json cannot be used.
    """
    async with open_tools(settings, environment()) as tools:
        listing, servers = await tools.list(), [server.name for server in tools.servers()]
    for name, reason in listing.unavailable.items():
        say(f"The tool server '{one_line(name)}' cannot be asked, so nothing is said of its tools: {one_line(reason)}")
    return signatures_of(listing, servers)
