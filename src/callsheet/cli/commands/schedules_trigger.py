"""`callsheet schedules trigger`: what it takes."""

from dataclasses import dataclass

from callsheet.cli.options import Data, Folder, Json, Mcp, Places, Scenarios, ScheduleName
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulesTriggerOptions:
    """What `callsheet schedules trigger` was asked for."""

    name: str
    json: bool
    places: Places


def command(
    name: ScheduleName,
    json: Json = False,
    scenarios: Scenarios = None,
    folder: Folder = None,
    data: Data = None,
    mcp: Mcp = None,
) -> int:
    """Start a schedule's run now.

    Beside its slots and whatever is at work, also when it is paused. The run is watched to its end, as with
    `callsheet run`: in the server when one is running, else in this process.
    """
    places = Places(folder=folder, data=data, scenarios=scenarios, mcp=mcp)
    return start("schedules_trigger", SchedulesTriggerOptions(name=name, json=json, places=places))
