"""`callsheet runs cancel`: what it takes."""

from dataclasses import dataclass

from callsheet.cli.options import Data, Folder, Mcp, Places, RunArgument
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsCancelOptions:
    """What `callsheet runs cancel` was asked for."""

    run: str
    places: Places


def command(run: RunArgument, folder: Folder = None, data: Data = None, mcp: Mcp = None) -> int:
    """Cancel a run.

    It ends in the middle of a tool call too. Goes through the server when one is running.
    A finished run stays as it is.
    """
    return start("runs_cancel", RunsCancelOptions(run=run, places=Places(folder=folder, data=data, mcp=mcp)))
