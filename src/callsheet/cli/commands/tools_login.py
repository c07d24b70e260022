"""`callsheet tools login`: what it takes."""

from dataclasses import dataclass
from typing import Annotated

import typer

from callsheet.cli.options import Data, Folder, Mcp, Places
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolsLoginOptions:
    """What `callsheet tools login` was asked for; `timeout` in seconds."""

    server: str
    browser: bool
    timeout: float
    places: Places


def command(
    server: Annotated[str, typer.Argument(metavar="SERVER", help="A name in mcp.json, with an `auth` of type oauth.")],
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page, or only print where it is.")
    ] = True,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=1, max=3600, help="How long signing in may take.")
    ] = 300.0,
    folder: Folder = None,
    data: Data = None,
    mcp: Mcp = None,
) -> int:
    """Sign in to a tool server.

    In the browser (OAuth 2.1, authorization code with PKCE). The tokens are kept in the data folder, encrypted; a
    server that is running uses them within a second.
    """
    places = Places(folder=folder, data=data, mcp=mcp)
    return start("tools_login", ToolsLoginOptions(server=server, browser=browser, timeout=timeout, places=places))
