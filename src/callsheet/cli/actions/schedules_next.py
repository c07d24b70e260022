"""`callsheet schedules next`: what it does."""

from datetime import UTC, datetime
from itertools import islice

from callsheet.cli.commands.schedules_next import SchedulesNextOptions
from callsheet.cli.failures import DONE, Refused
from callsheet.cli.screen import write, write_json
from callsheet.cli.surroundings import surroundings
from callsheet.cli.trigger_access import open_triggers
from callsheet.runs.codec import timestamp
from callsheet.runs.triggers.cron import Cron, zone_of


async def act(options: SchedulesNextOptions) -> int:
    """Show the next slots; the exit status."""
    with surroundings(options.places) as settings:
        async with open_triggers(settings) as triggers:
            schedule = await triggers.schedule(options.name)
    if schedule.cron is None or schedule.timezone is None:
        name = schedule.name
        raise Refused(
            f"The schedule '{name}' has errors and never fires. 'callsheet schedules show {name}' says which."
        )
    times = Cron(fields=schedule.cron, timezone=schedule.timezone)
    slots = list(islice(times.after(datetime.now(UTC)), options.count))
    if options.json:
        write_json([timestamp(slot) for slot in slots])
        return DONE
    zone = zone_of(schedule.timezone)
    for slot in slots:
        write(slot.astimezone(zone).strftime("%a %Y-%m-%d %H:%M %Z"))
    return DONE
