"""`callsheet runs delete`: what it takes."""

from dataclasses import dataclass

from callsheet.cli.options import (
    Data,
    DryRun,
    ErrorCodeOption,
    Folder,
    Mcp,
    Places,
    ScenarioOption,
    Search,
    Selection,
    SomeRun,
    StartedAfter,
    StartedBefore,
    StatusOption,
    Yes,
    split,
)
from callsheet.cli.start import start


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsDeleteOptions:
    """What `callsheet runs delete` was asked for: one run, or those that the other options say."""

    run: str | None
    selection: Selection
    places: Places


def command(
    run: SomeRun = None,
    status: StatusOption = None,
    error_code: ErrorCodeOption = None,
    scenario: ScenarioOption = None,
    started_after: StartedAfter = None,
    started_before: StartedBefore = None,
    search: Search = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    folder: Folder = None,
    data: Data = None,
    mcp: Mcp = None,
) -> int:
    """Remove a run that has ended, or many.

    Its events go with it, and the runs that its steps had begun. Goes through the server when one is running.
    Without RUN, every finished run that the options name.
    """
    options = RunsDeleteOptions(
        run=run,
        selection=Selection(
            statuses=split(status),
            error_codes=split(error_code),
            scenario=scenario,
            started_after=started_after,
            started_before=started_before,
            search=search,
            dry_run=dry_run,
            yes=yes,
        ),
        places=Places(folder=folder, data=data, mcp=mcp),
    )
    return start("runs_delete", options)
