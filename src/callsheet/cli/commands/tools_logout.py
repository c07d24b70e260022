"""`callsheet tools logout`: what it takes."""

from dataclasses import dataclass
from typing import Annotated

import typer

from callsheet.cli.options import Data, Folder, Mcp, Places
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolsLogoutOptions:
    """What `callsheet tools logout` was asked for."""

    server: str
    places: Places


def command(
    server: Annotated[str, typer.Argument(metavar="SERVER", help="A name in mcp.json.")],
    folder: Folder = None,
    data: Data = None,
    mcp: Mcp = None,
) -> int:
    """Forget how somebody signed in.

    The tokens of the tool server are removed from the data folder.
    """
    return start("tools_logout", ToolsLogoutOptions(server=server, places=Places(folder=folder, data=data, mcp=mcp)))
