"""`callsheet schedules next`: what it takes."""

from dataclasses import dataclass
from typing import Annotated

import typer

from callsheet.cli.options import AsJson, Data, Folder, Places, Scenarios, ScheduleName
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulesNextOptions:
    """What `callsheet schedules next` was asked for."""

    name: str
    count: int
    json: bool
    places: Places


def command(
    name: ScheduleName,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=1_000, help="How many slots.")] = 5,
    json: AsJson = False,
    scenarios: Scenarios = None,
    folder: Folder = None,
    data: Data = None,
) -> int:
    """Show when a schedule fires next.

    A slot is a line: its time in the schedule's own time zone. Whether it is paused or enabled does not matter here.
    """
    places = Places(folder=folder, data=data, scenarios=scenarios)
    return start("schedules_next", SchedulesNextOptions(name=name, count=count, json=json, places=places))
