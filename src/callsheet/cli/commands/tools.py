"""`callsheet tools`: what it takes."""

from dataclasses import dataclass

from callsheet.cli.options import AsJson, Folder, Mcp, Places
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolsOptions:
    """What `callsheet tools` was asked for."""

    json: bool
    places: Places


def command(json: AsJson = False, folder: Folder = None, mcp: Mcp = None) -> int:
    """Ask every tool server for its tools.

    Ends with status 1 when one did not answer.
    """
    return start("tools", ToolsOptions(json=json, places=Places(folder=folder, mcp=mcp)))
