"""`callsheet schedules pause`: what it does."""

from callsheet.cli.commands.schedules_pause import SchedulesPauseOptions
from callsheet.cli.failures import DONE, say
from callsheet.cli.surroundings import surroundings
from callsheet.cli.text import one_line
from callsheet.cli.trigger_access import open_triggers


async def act(options: SchedulesPauseOptions) -> int:
    """Pause one schedule; the exit status."""
    with surroundings(options.places) as settings:
        async with open_triggers(settings, write=True) as triggers:
            await triggers.pause(options.name, paused=True)
    say(f"The schedule {one_line(options.name)} is paused. No slot of it fires until it is resumed.")
    return DONE
