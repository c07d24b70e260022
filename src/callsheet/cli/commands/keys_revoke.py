"""`callsheet keys revoke`: what it takes."""

from dataclasses import dataclass
from typing import Annotated

import typer

from callsheet.cli.options import Data, Folder, Places
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysRevokeOptions:
    """What `callsheet keys revoke` was asked for."""

    key_id: str
    places: Places


def command(
    key_id: Annotated[str, typer.Argument(metavar="KEY_ID", help="As 'callsheet keys list' shows it.")],
    folder: Folder = None,
    data: Data = None,
) -> int:
    """Take an API key back.

    It is refused from now on, and whoever signed in with it is signed out. Its runs go on.
    """
    return start("keys_revoke", KeysRevokeOptions(key_id=key_id, places=Places(folder=folder, data=data)))
