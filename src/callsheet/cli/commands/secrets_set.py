"""`callsheet secrets set`: what it takes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from callsheet.cli.options import Data, Folder, Places
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsSetOptions:
    """What `callsheet secrets set` was asked for."""

    name: str
    from_file: Path | None
    places: Places


def command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Letters, digits and underscores.")],
    from_file: Annotated[
        Path | None, typer.Option("--from-file", metavar="FILE", help="Read the value from this file.")
    ] = None,
    folder: Folder = None,
    data: Data = None,
) -> int:
    """Keep a secret, encrypted.

    The value is asked for and not shown, or read from standard input. It is never an argument: others could see it.
    """
    options = SecretsSetOptions(name=name, from_file=from_file, places=Places(folder=folder, data=data))
    return start("secrets_set", options)
