"""`callsheet runs resume`: what it takes."""

from dataclasses import dataclass

from callsheet.cli.options import Data, Folder, Json, Mcp, Places, RunArgument
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsResumeOptions:
    """What `callsheet runs resume` was asked for."""

    run: str
    json: bool
    places: Places


def command(run: RunArgument, json: Json = False, folder: Folder = None, data: Data = None, mcp: Mcp = None) -> int:
    """Go on with an unfinished run.

    A server that is running is told to, and the command ends at once. Without one the run is executed here, to its end.
    """
    places = Places(folder=folder, data=data, mcp=mcp)
    return start("runs_resume", RunsResumeOptions(run=run, json=json, places=places))
