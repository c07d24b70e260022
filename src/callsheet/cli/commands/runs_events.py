"""`callsheet runs events`: what it takes."""

from dataclasses import dataclass
from typing import Annotated

import typer

from callsheet.cli.options import Data, Folder, Places, RunArgument
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsEventsOptions:
    """What `callsheet runs events` was asked for."""

    run: str
    follow: bool
    json: bool
    after: int
    places: Places


def command(
    run: RunArgument,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for further events until the run ends.")] = False,
    json: Annotated[bool, typer.Option("--json", help="A line of JSON per event.")] = False,
    after: Annotated[int, typer.Option(metavar="SEQ", min=0, help="Only events after this one.")] = 0,
    folder: Folder = None,
    data: Data = None,
) -> int:
    """Show the events of a run, or follow them."""
    places = Places(folder=folder, data=data)
    return start("runs_events", RunsEventsOptions(run=run, follow=follow, json=json, after=after, places=places))
