"""`callsheet schedules show`: what it does."""

from rich.table import Table
from rich.text import Text

from callsheet.api.schemas.triggers import ScheduleDetail
from callsheet.cli.actions.schedules_list import state_of
from callsheet.cli.commands.schedules_show import SchedulesShowOptions
from callsheet.cli.failures import DONE
from callsheet.cli.screen import foreign, seconds_text, write_json
from callsheet.cli.surroundings import surroundings
from callsheet.cli.trigger_access import open_triggers
from callsheet.cli.triggers_shown import as_json, moment, show_page


async def act(options: SchedulesShowOptions) -> int:
    """Show one schedule; the exit status."""
    with surroundings(options.places) as settings:
        async with open_triggers(settings) as triggers:
            schedule = await triggers.schedule(options.name)
    if options.json:
        write_json(as_json(schedule))
    else:
        _show(schedule)
    return DONE


def _show(schedule: ScheduleDetail) -> None:
    facts = {
        "cron": foreign(f"{schedule.cron} ({schedule.timezone})" if schedule.cron else "-"),
        "next": Text(state_of(schedule)),
        "overlap": Text(schedule.overlap or "-"),
        "catch-up": Text("-" if schedule.catch_up is None else seconds_text(schedule.catch_up)),
    }
    console = show_page(schedule, facts, schedule.document)
    if schedule.last_slots:
        console.print()
        console.print(_slots(schedule))


def _slots(schedule: ScheduleDetail) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("SLOT", "DECISION", "RUN"):
        table.add_column(column, no_wrap=True)
    table.add_column("REASON", overflow="fold")
    for slot in schedule.last_slots:
        table.add_row(moment(slot.at), slot.decision.value, slot.run_id or "-", foreign(slot.reason))
    return table
