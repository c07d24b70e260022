"""`callsheet schedules trigger`: what it does."""

from functools import partial

from callsheet.cli.commands.schedules_trigger import SchedulesTriggerOptions
from callsheet.cli.failures import Refused
from callsheet.cli.labels import Labels
from callsheet.cli.run_access import open_runs
from callsheet.cli.surroundings import surroundings
from callsheet.cli.trigger_access import open_triggers
from callsheet.cli.watch import watch


async def act(options: SchedulesTriggerOptions) -> int:
    """Start a schedule's run and watch it; the exit status."""
    with surroundings(options.places) as settings:
        async with open_triggers(settings) as triggers:
            schedule = await triggers.schedule(options.name)
        if schedule.scenario_id is None:
            why = f" {schedule.source}, line {schedule.problems[0].line}: {schedule.problems[0].message}"
            raise Refused(f"The schedule '{schedule.name}' has errors and can start nothing.{why}")
        async with open_runs(settings) as runs:
            labels = Labels.of(await runs.document(schedule.scenario_id))
            begin = partial(runs.start_schedule, schedule.name)
            return await watch(runs, begin, labels, timeout=None, json=options.json)
