"""`callsheet runs list`: what it takes."""

from dataclasses import dataclass
from typing import Annotated

import typer

from callsheet.cli.options import AsJson, Data, ErrorCodeOption, Folder, Places, StartedAfter, StartedBefore, split
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsListOptions:
    """What `callsheet runs list` was asked for."""

    statuses: tuple[str, ...]
    error_codes: tuple[str, ...]
    scenario: str | None
    started_after: str | None
    started_before: str | None
    owner: str | None
    limit: int
    json: bool
    places: Places


def command(
    status: Annotated[
        list[str] | None, typer.Option(help="Only runs with this status; can be repeated or separated by commas.")
    ] = None,
    error_code: ErrorCodeOption = None,
    scenario: Annotated[str | None, typer.Option(metavar="ID", help="Only runs of this scenario.")] = None,
    started_after: StartedAfter = None,
    started_before: StartedBefore = None,
    owner: Annotated[
        str | None, typer.Option(metavar="WHO", help="Only runs of this owner, such as schedule:nightly.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many at most.")] = 20,
    json: AsJson = False,
    folder: Folder = None,
    data: Data = None,
) -> int:
    """List runs, newest first. Times are local."""
    options = RunsListOptions(
        statuses=split(status),
        error_codes=split(error_code),
        scenario=scenario,
        started_after=started_after,
        started_before=started_before,
        owner=owner,
        limit=limit,
        json=json,
        places=Places(folder=folder, data=data),
    )
    return start("runs_list", options)
