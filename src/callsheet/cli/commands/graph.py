"""`callsheet graph`: what it takes."""

from dataclasses import dataclass
from typing import Annotated

import typer

from callsheet.cli.options import Folder, Places, Scenarios
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphOptions:
    """What `callsheet graph` was asked for."""

    scenario: str
    data: bool
    places: Places


def command(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A scenario_id of the catalog, or a .json or .yaml file.")
    ],
    data: Annotated[bool, typer.Option("--data", help="Draw also which step uses the output of which.")] = False,
    folder: Folder = None,
    scenarios: Scenarios = None,
) -> int:
    """Draw a scenario as a Mermaid flowchart.

    The chart is text on standard output, for Markdown pages and for anything else that shows Mermaid.
    """
    places = Places(folder=folder, scenarios=scenarios)
    return start("graph", GraphOptions(scenario=scenario, data=data, places=places))
