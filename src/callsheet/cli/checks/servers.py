"""The tool servers: each is really connected to."""

from collections.abc import Sequence

from callsheet.cli.checks.finding import Finding, Mark
from callsheet.errors import ConfigurationInvalid
from callsheet.runs.tools import ToolListing, ToolServerState
from callsheet.settings import Settings, environment
from callsheet.system import open_tools


async def check_servers(settings: Settings) -> Sequence[Finding]:
    """Whether each one answers, with its protocol revision and how many tools it has."""
    if not settings.mcp.exists():
        return [Finding(mark=Mark.NOTE, text=f"There is no file {settings.mcp}, so there are no tool servers yet.")]
    try:
        async with open_tools(settings, environment()) as tools:
            listing, servers = await tools.list(), tools.servers()
    except ConfigurationInvalid as error:
        return [Finding(mark=Mark.BAD, text=error.message)]
    if not servers:
        return [Finding(mark=Mark.NOTE, text=f"No tool server is named in {settings.mcp}.")]
    return [_finding(server, listing, settings) for server in servers]


def _finding(server: ToolServerState, listing: ToolListing, settings: Settings) -> Finding:
    reason = listing.unavailable.get(server.name)
    if reason is not None:
        return Finding(
            mark=Mark.BAD,
            text=f"The tool server {server.name!r} cannot be used: {reason}",
            to_do=f"Check its entry in {settings.mcp}, and what it needs to start.",
        )
    count = sum(tool.server == server.name for tool in listing.tools)
    text = (
        f"The tool server {server.name!r} answers over {server.transport}, protocol {server.protocol}: {count} tools."
    )
    return Finding(mark=Mark.GOOD, text=text)
