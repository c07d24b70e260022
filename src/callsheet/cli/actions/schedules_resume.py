"""`callsheet schedules resume`: what it does."""

from callsheet.cli.commands.schedules_resume import SchedulesResumeOptions
from callsheet.cli.failures import DONE, say
from callsheet.cli.surroundings import surroundings
from callsheet.cli.text import one_line
from callsheet.cli.trigger_access import open_triggers


async def act(options: SchedulesResumeOptions) -> int:
    """Resume one schedule; the exit status."""
    with surroundings(options.places) as settings:
        async with open_triggers(settings, write=True) as triggers:
            await triggers.pause(options.name, paused=False)
    say(f"The schedule {one_line(options.name)} is resumed: its slots fire from now on.")
    return DONE
