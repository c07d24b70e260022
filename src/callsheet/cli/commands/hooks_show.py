"""`callsheet hooks show`: what it takes."""

from dataclasses import dataclass

from callsheet.cli.options import AsJson, Data, Folder, HookName, Places, Scenarios
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class HooksShowOptions:
    """What `callsheet hooks show` was asked for."""

    name: str
    json: bool
    places: Places


def command(
    name: HookName, json: AsJson = False, scenarios: Scenarios = None, folder: Folder = None, data: Data = None
) -> int:
    """Show one hook.

    Its secret is named and never shown.
    """
    places = Places(folder=folder, data=data, scenarios=scenarios)
    return start("hooks_show", HooksShowOptions(name=name, json=json, places=places))
