"""`callsheet runs prune`: what it takes."""

from dataclasses import dataclass
from typing import Annotated

import typer

from callsheet.cli.options import Data, DryRun, Folder, Mcp, Places, StatusOption, Yes, split
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsPruneOptions:
    """What `callsheet runs prune` was asked for."""

    older_than: str
    statuses: tuple[str, ...]
    dry_run: bool
    yes: bool
    places: Places


def command(
    older_than: Annotated[
        str,
        typer.Option("--older-than", metavar="TIME", help="How long ago a run must have ended, such as 30d or 12h."),
    ],
    status: StatusOption = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    folder: Folder = None,
    data: Data = None,
    mcp: Mcp = None,
) -> int:
    """Remove runs that ended long ago.

    The settings of [retention] do the same by themselves. Goes through the server when one is running.
    """
    options = RunsPruneOptions(
        older_than=older_than,
        statuses=split(status),
        dry_run=dry_run,
        yes=yes,
        places=Places(folder=folder, data=data, mcp=mcp),
    )
    return start("runs_prune", options)
