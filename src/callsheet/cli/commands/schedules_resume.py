"""`callsheet schedules resume`: what it takes."""

from dataclasses import dataclass

from callsheet.cli.options import Data, Folder, Places, Scenarios, ScheduleName
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulesResumeOptions:
    """What `callsheet schedules resume` was asked for."""

    name: str
    places: Places


def command(name: ScheduleName, scenarios: Scenarios = None, folder: Folder = None, data: Data = None) -> int:
    """Resume a schedule, from now on.

    Slots of the pause do not fire.
    """
    places = Places(folder=folder, data=data, scenarios=scenarios)
    return start("schedules_resume", SchedulesResumeOptions(name=name, places=places))
