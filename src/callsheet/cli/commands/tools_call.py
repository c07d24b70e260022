"""`callsheet tools call`: what it takes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from callsheet.cli.options import AsJson, Data, Folder, Mcp, Places
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolsCallOptions:
    """What `callsheet tools call` was asked for.

    Attributes:
        arguments: as `--input` of `callsheet run`.
        save: the folder that images and other files are written to; None shows their size alone.
    """

    server: str
    tool: str
    arguments: tuple[str, ...]
    timeout: str | None
    save: Path | None
    json: bool
    places: Places


def command(
    server: Annotated[str, typer.Argument(metavar="SERVER", help="A name in mcp.json.")],
    tool: Annotated[str, typer.Argument(metavar="TOOL", help="One of its tools.")],
    arguments: Annotated[
        list[str] | None,
        typer.Option(
            "--arg",
            "-a",
            metavar="K=V",
            help="k=v for a text (or what the tool's schema says), k:=JSON for any value, @FILE for the whole object. "
            "Can be repeated; later ones win.",
        ),
    ] = None,
    timeout: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="How long the call may take; the server's own setting by default."),
    ] = None,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="DIR", help="Write images and other files of the result there.")
    ] = None,
    json: AsJson = False,
    folder: Folder = None,
    data: Data = None,
    mcp: Mcp = None,
) -> int:
    """Call one tool, outside of any run.

    The connection is its own, also beside a server that is running. What the tool says goes to standard error, its
    result to standard output. What it asks is asked here, at a terminal. Ends with status 1 when the call or the tool
    failed, 2 when there is no such server or tool.
    """
    options = ToolsCallOptions(
        server=server,
        tool=tool,
        arguments=tuple(arguments or ()),
        timeout=timeout,
        save=save,
        json=json,
        places=Places(folder=folder, data=data, mcp=mcp),
    )
    return start("tools_call", options)
