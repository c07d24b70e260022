"""`callsheet keys list`: what it takes."""

from dataclasses import dataclass

from callsheet.cli.options import AsJson, Data, Folder, Places
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysListOptions:
    """What `callsheet keys list` was asked for."""

    json: bool
    places: Places


def command(json: AsJson = False, folder: Folder = None, data: Data = None) -> int:
    """List the API keys, revoked ones too.

    Newest first, without the keys themselves. Times are local; the last use is known to the minute.
    """
    return start("keys_list", KeysListOptions(json=json, places=Places(folder=folder, data=data)))
