"""`callsheet fmt`: what it takes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import typer

from callsheet.cli.options import Folder, Places, Scenarios
from callsheet.cli.start import start


class Target(StrEnum):
    """What to write."""

    JSON = "json"
    YAML = "yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class FmtOptions:
    """What `callsheet fmt` was asked for; `to` and `syntax` are None where nobody said."""

    files: tuple[str, ...]
    check: bool
    to: str | None
    syntax: str | None
    places: Places


def command(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE]...", help="Files or folders, - for standard input; else the catalog's folder."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; show what would change, and end with status 1 if anything.")
    ] = False,
    to: Annotated[
        Target | None, typer.Option("--to", help="Write one document to standard output as JSON or YAML instead.")
    ] = None,
    syntax: Annotated[
        Target | None, typer.Option("--syntax", help="How standard input is written, or a file of another name.")
    ] = None,
    folder: Folder = None,
    scenarios: Scenarios = None,
) -> int:
    """Write scenarios in the canonical way, or convert them.

    Keys are put in the order of the language, lines are indented by two spaces; comments stay, and what the document
    says stays the same. Standard input goes to standard output. Ends with status 1 when a document cannot be read.
    """
    options = FmtOptions(
        files=tuple(files or ()),
        check=check,
        to=None if to is None else to.value,
        syntax=None if syntax is None else syntax.value,
        places=Places(folder=folder, scenarios=scenarios),
    )
    return start("fmt", options)
