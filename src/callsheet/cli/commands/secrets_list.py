"""`callsheet secrets list`: what it takes."""

from dataclasses import dataclass

from callsheet.cli.options import AsJson, Data, Folder, Places
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretsListOptions:
    """What `callsheet secrets list` was asked for."""

    json: bool
    places: Places


def command(json: AsJson = False, folder: Folder = None, data: Data = None) -> int:
    """List the names of secrets, never a value.

    With each comes where it is: in the environment, in the files of `secrets_dir`, or in the encrypted store.
    """
    return start("secrets_list", SecretsListOptions(json=json, places=Places(folder=folder, data=data)))
