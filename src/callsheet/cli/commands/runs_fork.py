"""`callsheet runs fork`: what it takes."""

from dataclasses import dataclass
from typing import Annotated

import typer

from callsheet.cli.options import Data, Folder, Inputs, Json, Latest, Mcp, Places, RunArgument
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsForkOptions:
    """What `callsheet runs fork` was asked for."""

    run: str
    from_step: str | None
    inputs: tuple[str, ...]
    revision: str | None
    latest: bool
    json: bool
    places: Places


def command(
    run: RunArgument,
    from_step: Annotated[
        str | None, typer.Option("--from", metavar="STEP_PATH", help="The first step that is executed anew; else all.")
    ] = None,
    inputs: Inputs = None,
    revision: Annotated[
        str | None, typer.Option(metavar="ID", help="With another revision, one that ever ran.")
    ] = None,
    latest: Latest = False,
    json: Json = False,
    folder: Folder = None,
    data: Data = None,
    mcp: Mcp = None,
) -> int:
    """Run again from a step on.

    What had ended before that step is taken over, everything else is executed: its effects happen once more.
    --input changes values of the run's input. Goes through the server when one is running.
    """
    options = RunsForkOptions(
        run=run,
        from_step=from_step,
        inputs=tuple(inputs or ()),
        revision=revision,
        latest=latest,
        json=json,
        places=Places(folder=folder, data=data, mcp=mcp),
    )
    return start("runs_fork", options)
