"""`callsheet schedules list`: what it does."""

from collections.abc import Sequence

from rich.table import Table

from callsheet.api.schemas.triggers import ScheduleRow
from callsheet.cli.commands.schedules_list import SchedulesListOptions
from callsheet.cli.screen import foreign
from callsheet.cli.surroundings import surroundings
from callsheet.cli.trigger_access import open_triggers
from callsheet.cli.triggers_shown import is_broken, moment, show_list


async def act(options: SchedulesListOptions) -> int:
    """List the schedules; the exit status."""
    with surroundings(options.places) as settings:
        async with open_triggers(settings) as triggers:
            rows = await triggers.schedules()
    return show_list("schedule", rows, _table(rows), json=options.json)


def _table(rows: Sequence[ScheduleRow]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("SCHEDULE", "SCENARIO", "CRON", "TIME ZONE", "NEXT", "SOURCE"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(
            foreign(row.name, "red" if is_broken(row) else "bold"),
            foreign(row.scenario_id or "-"),
            foreign(row.cron or "-"),
            foreign(row.timezone or "-"),
            state_of(row),
            foreign(row.source),
        )
    return table


def state_of(row: ScheduleRow) -> str:
    """When it fires next, or why it does not."""
    if is_broken(row):
        return "broken"
    if not row.enabled:
        return "not enabled"
    return "paused" if row.paused else moment(row.next)
