"""`callsheet hooks list`: what it takes."""

from dataclasses import dataclass

from callsheet.cli.options import AsJson, Data, Folder, Places, Scenarios
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class HooksListOptions:
    """What `callsheet hooks list` was asked for."""

    json: bool
    places: Places


def command(json: AsJson = False, scenarios: Scenarios = None, folder: Folder = None, data: Data = None) -> int:
    """List the hooks, broken ones too.

    Files of the scenarios' folder, and what was saved. Ends with status 1 when one is broken.
    """
    places = Places(folder=folder, data=data, scenarios=scenarios)
    return start("hooks_list", HooksListOptions(json=json, places=places))
