"""`callsheet secrets rm`: what it takes."""

from dataclasses import dataclass
from typing import Annotated

import typer

from callsheet.cli.options import Data, Folder, Places
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsRmOptions:
    """What `callsheet secrets rm` was asked for."""

    name: str
    places: Places


def command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As 'callsheet secrets list' shows it.")],
    folder: Folder = None,
    data: Data = None,
) -> int:
    """Remove a secret from the encrypted store.

    Those of the environment and of files are removed where they are.
    """
    return start("secrets_rm", SecretsRmOptions(name=name, places=Places(folder=folder, data=data)))
