"""`callsheet runs cancel`: what it does."""

from callsheet.cli.commands.runs_cancel import RunsCancelOptions
from callsheet.cli.failures import DONE, say
from callsheet.cli.finding import find_run
from callsheet.cli.run_access import open_runs
from callsheet.cli.selected import act_on_selection
from callsheet.cli.surroundings import surroundings
from callsheet.runs.bulk import BulkAction
from callsheet.runs.events import RunId, RunStatus
from callsheet.settings import Settings
from callsheet.storage import open_history


async def act(options: RunsCancelOptions) -> int:
    """Cancel a run and wait for its end; the exit status."""
    with surroundings(options.places) as settings:
        many = await act_on_selection(settings, BulkAction.CANCEL, options.run, options.selection)
        if many is not None or options.run is None:
            return DONE if many is None else many
        async with open_history(settings) as history:
            run = await find_run(history.runs, options.run)
        if run.status.is_terminal:
            say(f"Run {run.run_id} has ended before: {run.status}.")
            return DONE
        async with open_runs(settings) as runs:
            await runs.cancel(run.run_id)
            async for _ in runs.follow(run.run_id):
                pass
        status = await _status(settings, run.run_id)
        say(f"Run {run.run_id} was cancelled." if status is RunStatus.CANCELLED else f"Run {run.run_id}: {status}.")
    return DONE


async def _status(settings: Settings, run_id: RunId) -> RunStatus:
    async with open_history(settings) as history:
        return (await history.runs.summary(run_id)).status
