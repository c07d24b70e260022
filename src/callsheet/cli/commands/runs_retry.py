"""`callsheet runs retry`: what it takes."""

from dataclasses import dataclass

from callsheet.cli.options import (
    Data,
    DryRun,
    ErrorCodeOption,
    Folder,
    Json,
    Latest,
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
class RunsRetryOptions:
    """What `callsheet runs retry` was asked for: one run, or those that the other options say."""

    run: str | None
    latest: bool
    json: bool
    selection: Selection
    places: Places


def command(
    run: SomeRun = None,
    latest: Latest = False,
    json: Json = False,
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
    """Try again what failed in a run, or in many.

    A new run takes over what had ended well, and executes the rest: its effects happen. Goes through the server when
    one is running. Of one run the steps are shown as by `callsheet run`. Without RUN, every failed or cancelled run
    that the options name.
    """
    options = RunsRetryOptions(
        run=run,
        latest=latest,
        json=json,
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
    return start("runs_retry", options)
