"""`callsheet scenarios`: what it takes."""

from dataclasses import dataclass

from callsheet.cli.options import AsJson, Folder, Places, Scenarios
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenariosOptions:
    """What `callsheet scenarios` was asked for."""

    json: bool
    places: Places


def command(json: AsJson = False, folder: Folder = None, scenarios: Scenarios = None) -> int:
    """List the scenarios, broken ones too.

    Ends with status 1 when any is broken.
    """
    return start("scenarios", ScenariosOptions(json=json, places=Places(folder=folder, scenarios=scenarios)))
