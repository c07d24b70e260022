"""`callsheet lint`: what it takes."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from callsheet.cli.options import Folder, Mcp, Places, Scenarios
from callsheet.cli.start import start


class ReportFormat(StrEnum):
    """How diagnostics are written."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


class WrittenAs(StrEnum):
    """How standard input is written."""

    JSON = "json"
    YAML = "yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class LintOptions:
    """What `callsheet lint` was asked for.

    Attributes:
        syntax: how standard input is written; None when nobody said.
        locked: whether to use the lock; None when it exists.
        lockfile: the lock; None for the one beside mcp.json.
    """

    files: tuple[str, ...]
    format: str
    syntax: str | None
    fix: bool
    live: bool
    locked: bool | None
    lockfile: Path | None
    places: Places


def command(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE]...", help="Files or folders, - for standard input; else the catalog's folder."),
    ] = None,
    report: Annotated[ReportFormat, typer.Option("--format", help="How to write what was found.")] = ReportFormat.TEXT,
    syntax: Annotated[
        WrittenAs | None, typer.Option("--syntax", help="How standard input is written, or a file of another name.")
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Correct what has one certain correction, in the files.")] = False,
    live: Annotated[bool, typer.Option("--live", help="Ask the tool servers for their tools.")] = False,
    locked: Annotated[
        bool | None,
        typer.Option("--locked/--no-locked", help="Use the lock, or do not; without either, use it if it exists."),
    ] = None,
    lockfile: Annotated[
        Path | None, typer.Option("--lockfile", metavar="FILE", help="The lock; callsheet.lock beside mcp.json else.")
    ] = None,
    folder: Folder = None,
    scenarios: Scenarios = None,
    mcp: Mcp = None,
) -> int:
    """Check scenarios without running them.

    Ends with status 1 when anything is an error, 0 otherwise, 2 when something that was named does not exist.
    """
    options = LintOptions(
        files=tuple(files or ()),
        format=report.value,
        syntax=None if syntax is None else syntax.value,
        fix=fix,
        live=live,
        locked=True if lockfile is not None and locked is None else locked,
        lockfile=lockfile,
        places=Places(folder=folder, scenarios=scenarios, mcp=mcp),
    )
    return start("lint", options)
