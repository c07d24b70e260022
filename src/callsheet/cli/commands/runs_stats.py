"""`callsheet runs stats`: what it takes."""

from dataclasses import dataclass
from typing import Annotated

import typer

from callsheet.cli.options import AsJson, Data, Folder, Places, ScenarioOption
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsStatsOptions:
    """What `callsheet runs stats` was asked for."""

    since: str
    until: str | None
    scenario: str | None
    json: bool
    places: Places


def command(
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="Runs that started after this: 7d, 12h, or 2026-04-24.")
    ] = "7d",
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="Runs that started before this; now by default.")
    ] = None,
    scenario: ScenarioOption = None,
    json: AsJson = False,
    folder: Folder = None,
    data: Data = None,
) -> int:
    """Report on many runs: how often they succeed, how long they take, why they fail.

    Durations are wall time: what a run waited for is part of them. At most the newest 2,000 runs are read.
    """
    options = RunsStatsOptions(
        since=since, until=until, scenario=scenario, json=json, places=Places(folder=folder, data=data)
    )
    return start("runs_stats", options)
