"""`callsheet tools list`: what it takes."""

from dataclasses import dataclass

from callsheet.cli.options import AsJson, Folder, Mcp, Places
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolsListOptions:
    """What `callsheet tools list` was asked for."""

    json: bool
    places: Places


def command(json: AsJson = False, folder: Folder = None, mcp: Mcp = None) -> int:
    """List the tools of every server, and what changed since they were locked.

    Ends with status 1 when one did not answer.
    """
    return start("tools_list", ToolsListOptions(json=json, places=Places(folder=folder, mcp=mcp)))
