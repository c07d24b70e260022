"""The tool servers: each is really connected to."""

from collections.abc import Iterator, Sequence
from typing import Final

from callsheet.cli.checks.finding import Finding, Mark
from callsheet.cli.linting import lockfile_path
from callsheet.cli.text import counted
from callsheet.errors.service import ConfigurationInvalid
from callsheet.lint.drift import DriftKind
from callsheet.runs.tools import ToolListing, ToolServerState
from callsheet.settings import Settings, environment
from callsheet.system import open_tools
from callsheet.tools.lockfile import read_lockfile

_MOST_NAMES: Final = 5


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
    found = [_finding(server, listing, settings) for server in servers]
    return [*found, *_lock(settings), *(each for server in servers for each in _drifted(server, listing))]


def _finding(server: ToolServerState, listing: ToolListing, settings: Settings) -> Finding:
    reason = listing.unavailable.get(server.name)
    if reason is not None:
        return Finding(
            mark=Mark.BAD,
            text=f"The tool server {server.name!r} cannot be used: {reason}",
            to_do=f"Check its entry in {settings.mcp}, and what it needs to start.",
        )
    count = sum(tool.server == server.name for tool in listing.tools)
    how = f"{server.transport}, protocol {server.protocol}: {counted(count, 'tool')}"
    text = f"The tool server {server.name!r} answers over {how}."
    return Finding(mark=Mark.GOOD, text=text)


def _lock(settings: Settings) -> Sequence[Finding]:
    """What is wrong with the lock itself."""
    try:
        path = lockfile_path(None, settings)
        if path.exists():
            read_lockfile(path)
    except ConfigurationInvalid as error:
        return [Finding(mark=Mark.BAD, text=error.message)]
    return []


def _drifted(server: ToolServerState, listing: ToolListing) -> Iterator[Finding]:
    """Tools that are not as they were locked; with `strict` no run can call them."""
    refused = ", and calls of them are refused (lock: strict)" if server.lock == "strict" else ""
    drifts = [drift for drift in listing.drifts if drift.server == server.name]
    changed = [drift.tool for drift in drifts if drift.kind is not DriftKind.ADDED]
    added = [drift.tool for drift in drifts if drift.kind is DriftKind.ADDED]
    if changed:
        yield Finding(
            mark=Mark.BAD if refused else Mark.NOTE,
            text=f"Tools of {server.name!r} are not as in callsheet.lock{refused}: {_names(changed)}.",
            to_do="'callsheet tools' says what changed. Look at it, then write the lock anew with 'callsheet lock'.",
        )
    if added:
        yield Finding(
            mark=Mark.NOTE, text=f"Tools of {server.name!r} are not in callsheet.lock{refused}: {_names(added)}."
        )


def _names(tools: Sequence[str]) -> str:
    more = f" and {len(tools) - _MOST_NAMES} more" if len(tools) > _MOST_NAMES else ""
    return ", ".join(repr(tool) for tool in tools[:_MOST_NAMES]) + more
