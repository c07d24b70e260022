"""`callsheet schedules show`: what it takes."""

from dataclasses import dataclass

from callsheet.cli.options import AsJson, Data, Folder, Places, Scenarios, ScheduleName
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulesShowOptions:
    """What `callsheet schedules show` was asked for."""

    name: str
    json: bool
    places: Places


def command(
    name: ScheduleName, json: AsJson = False, scenarios: Scenarios = None, folder: Folder = None, data: Data = None
) -> int:
    """Show one schedule and its last slots.

    What was decided about each slot, with the run or the reason. Times are local.
    """
    places = Places(folder=folder, data=data, scenarios=scenarios)
    return start("schedules_show", SchedulesShowOptions(name=name, json=json, places=places))
