"""`callsheet tools list`: what it does."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from callsheet.cli.commands.tools_list import ToolsListOptions
from callsheet.cli.failures import DONE, FAILED, say
from callsheet.cli.screen import foreign, output, write_json
from callsheet.cli.surroundings import surroundings
from callsheet.cli.text import counted, one_line, visible
from callsheet.runs.tools import ToolInfo, ToolListing, ToolServerState
from callsheet.scenario.json import Json, JsonObject
from callsheet.settings import environment
from callsheet.system import open_tools


async def act(options: ToolsListOptions) -> int:
    """Ask every tool server for its tools; the exit status."""
    with surroundings(options.places) as settings:
        async with open_tools(settings, environment()) as tools:
            listing, servers = await tools.list(), tools.servers()
        if options.json:
            write_json([_as_json(server, listing) for server in servers])
        elif not servers:
            say(f"No tool servers are configured in {one_line(str(settings.mcp))}.")
        else:
            _show(servers, listing)
    return FAILED if listing.unavailable else DONE


def _show(servers: Sequence[ToolServerState], listing: ToolListing) -> None:
    console = output()
    for server in servers:
        reason = listing.unavailable.get(server.name)
        if reason is not None:
            console.print(Text.assemble(("✗ ", "red"), foreign(f"{server.name}: {reason}", "red")), soft_wrap=True)
            continue
        tools = tools_of(server, listing)
        head = foreign(server.name, "bold").append(
            f"  {server.transport}, protocol {server.protocol}, {counted(len(tools), 'tool')}", style="dim"
        )
        console.print(Text.assemble(("✓ ", "green"), head), soft_wrap=True)
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=1)
        table.add_column(no_wrap=True)
        for tool in tools:
            table.add_row("", foreign(tool.name), foreign(_first_line(tool.description), "dim"))
        console.print(table)
    for drift in listing.drifts:
        console.print(Text(visible(drift.text()), "yellow"), soft_wrap=True)


def tools_of(server: ToolServerState, listing: ToolListing) -> Sequence[ToolInfo]:
    """The tools of one server."""
    return [tool for tool in listing.tools if tool.server == server.name]


def _first_line(description: str) -> str:
    return next((line for line in description.strip().splitlines() if line.strip()), "")


def _as_json(server: ToolServerState, listing: ToolListing) -> JsonObject:
    drifts = {drift.tool: drift.text() for drift in listing.drifts if drift.server == server.name}
    tools: list[Json] = [
        {
            "name": tool.name,
            "description": tool.description,
            "input_schema": tool.input_schema,
            "output_schema": tool.output_schema,
            "annotations": tool.annotations,
            "drift": drifts.get(tool.name),
        }
        for tool in tools_of(server, listing)
    ]
    return {
        "server": server.name,
        "transport": server.transport,
        "protocol": server.protocol,
        "needs_auth": server.needs_auth,
        "error": listing.unavailable.get(server.name),
        "tools": tools,
    }
