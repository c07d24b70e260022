"""`callsheet runs show`: what it takes."""

from dataclasses import dataclass

from callsheet.cli.options import AsJson, Data, Folder, Places, RunArgument
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsShowOptions:
    """What `callsheet runs show` was asked for."""

    run: str
    json: bool
    places: Places


def command(run: RunArgument, json: AsJson = False, folder: Folder = None, data: Data = None) -> int:
    """Show one run: its steps, output or error."""
    return start("runs_show", RunsShowOptions(run=run, json=json, places=Places(folder=folder, data=data)))
