"""`callsheet schedules pause`: what it takes."""

from dataclasses import dataclass

from callsheet.cli.options import Data, Folder, Places, Scenarios, ScheduleName
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulesPauseOptions:
    """What `callsheet schedules pause` was asked for."""

    name: str
    places: Places


def command(name: ScheduleName, scenarios: Scenarios = None, folder: Folder = None, data: Data = None) -> int:
    """Pause a schedule until it is resumed.

    No slot fires, in any process, and none is caught up with. Files can be paused, too.
    """
    places = Places(folder=folder, data=data, scenarios=scenarios)
    return start("schedules_pause", SchedulesPauseOptions(name=name, places=places))
