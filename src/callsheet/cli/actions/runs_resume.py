"""`callsheet runs resume`: what it does."""

from callsheet.cli.asked_server import server_of
from callsheet.cli.commands.runs_resume import RunsResumeOptions
from callsheet.cli.failures import DONE, say
from callsheet.cli.finding import find_run
from callsheet.cli.labels import Labels
from callsheet.cli.run_access import RunsAccess, open_runs
from callsheet.cli.surroundings import surroundings
from callsheet.cli.watch import watch
from callsheet.runs.events import RunId
from callsheet.scenario.codec import decode_json
from callsheet.storage import open_history


async def act(options: RunsResumeOptions) -> int:
    """Go on with a run, here or in the server; the exit status."""
    with surroundings(options.places) as settings:
        async with open_history(settings) as history:
            run = await find_run(history.runs, options.run)
            labels = Labels.of(decode_json(await history.journal.definition(run.revision)))
        async with open_runs(settings) as runs:
            if server_of(settings) is None:
                return await watch(runs, lambda: _resumed(runs, run.run_id), labels, timeout=None, json=options.json)
            await runs.resume(run.run_id)
        say(f"Run {run.run_id} was pushed on. 'callsheet runs events {run.run_id} --follow' shows it.")
    return DONE


async def _resumed(runs: RunsAccess, run_id: RunId) -> RunId:
    await runs.resume(run_id)
    return run_id
