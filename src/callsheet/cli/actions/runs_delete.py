"""`callsheet runs delete`: what it does."""

from callsheet.cli.commands.runs_delete import RunsDeleteOptions
from callsheet.cli.failures import DONE, say
from callsheet.cli.finding import find_run
from callsheet.cli.run_access import open_runs
from callsheet.cli.selected import act_on_selection
from callsheet.cli.surroundings import surroundings
from callsheet.runs.bulk import BulkAction
from callsheet.storage import open_history


async def act(options: RunsDeleteOptions) -> int:
    """Remove one run, or those that are named; the exit status."""
    with surroundings(options.places) as settings:
        many = await act_on_selection(settings, BulkAction.DELETE, options.run, options.selection)
        if many is not None or options.run is None:
            return DONE if many is None else many
        async with open_history(settings) as history:
            run = await find_run(history.runs, options.run)
        async with open_runs(settings) as runs:
            await runs.delete(run.run_id)
        say(f"Run {run.run_id} was removed.")
    return DONE
