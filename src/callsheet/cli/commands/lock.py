"""`callsheet lock`: what it takes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from callsheet.cli.options import Folder, Mcp, Places, Scenarios
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class LockOptions:
    """What `callsheet lock` was asked for; `lockfile` is None for the one beside mcp.json."""

    files: tuple[str, ...]
    all: bool
    check: bool
    lockfile: Path | None
    places: Places


def command(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE]...", help="Files or folders of scenarios beside those of the catalog."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every tool of every server, also those no scenario calls.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; end with status 1 when a tool is not what was locked.")
    ] = False,
    lockfile: Annotated[
        Path | None, typer.Option("--lockfile", metavar="FILE", help="The lock; callsheet.lock beside mcp.json else.")
    ] = None,
    folder: Folder = None,
    scenarios: Scenarios = None,
    mcp: Mcp = None,
) -> int:
    """Write down what the tools in use promise now.

    Asks the tool servers for the tools that scenarios call, and keeps their descriptions, schemas and annotations in
    callsheet.lock, for 'callsheet lint' and for reviews. Says what changed. Ends with status 1, and leaves the lock as
    it is, when a server that is needed does not answer.
    """
    places = Places(folder=folder, scenarios=scenarios, mcp=mcp)
    return start(
        "lock", LockOptions(files=tuple(files or ()), all=every, check=check, lockfile=lockfile, places=places)
    )
