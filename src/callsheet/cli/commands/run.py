"""`callsheet run`: what it takes."""

from dataclasses import dataclass
from typing import Annotated

import typer

from callsheet.cli.options import Data, Folder, Mcp, Places, Scenarios
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What `callsheet run` was asked for."""

    scenario: str
    inputs: tuple[str, ...]
    json: bool
    timeout: str | None
    priority: int
    places: Places


def command(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A scenario_id of the catalog, or a .json or .yaml file.")
    ],
    inputs: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            "-i",
            metavar="K=V",
            help="k=v for a text (or what the input_schema says), k:=JSON for any value, @FILE for the whole object "
            "(@- reads it from standard input). Can be repeated; later ones win.",
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Write every event as a line of JSON to standard output, and nothing else.")
    ] = False,
    timeout: Annotated[
        str | None, typer.Option(metavar="TIME", help="Cancel the run after this time, such as 90s or 5m.")
    ] = None,
    priority: Annotated[
        int, typer.Option(min=-100, max=100, help="Runs with a higher one get a free place of a server first.")
    ] = 0,
    folder: Folder = None,
    data: Data = None,
    scenarios: Scenarios = None,
    mcp: Mcp = None,
) -> int:
    """Run a scenario and watch its steps.

    Progress goes to standard error, the output as JSON to standard output. Ends with status 0 when the run succeeded,
    1 when it did not, 2 when it could not begin. At a terminal, what a step asks is asked here; elsewhere it is
    answered with `callsheet runs answer`. Ctrl-C cancels the run.
    """
    places = Places(folder=folder, data=data, scenarios=scenarios, mcp=mcp)
    options = RunOptions(
        scenario=scenario, inputs=tuple(inputs or ()), json=json, timeout=timeout, priority=priority, places=places
    )
    return start("run", options)
