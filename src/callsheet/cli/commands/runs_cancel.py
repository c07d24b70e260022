"""`callsheet runs cancel`: what it takes."""

from dataclasses import dataclass

from callsheet.cli.options import (
    Data,
    DryRun,
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
class RunsCancelOptions:
    """What `callsheet runs cancel` was asked for: one run, or those that the other options say."""

    run: str | None
    selection: Selection
    places: Places


def command(
    run: SomeRun = None,
    status: StatusOption = None,
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
    """Cancel a run, or many.

    It ends in the middle of a tool call too. Goes through the server when one is running.
    A finished run stays as it is. Without RUN, every unfinished run that the options name.
    """
    options = RunsCancelOptions(
        run=run,
        selection=Selection(
            statuses=split(status),
            scenario=scenario,
            started_after=started_after,
            started_before=started_before,
            search=search,
            dry_run=dry_run,
            yes=yes,
        ),
        places=Places(folder=folder, data=data, mcp=mcp),
    )
    return start("runs_cancel", options)
