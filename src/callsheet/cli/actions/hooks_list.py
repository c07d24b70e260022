"""`callsheet hooks list`: what it does."""

from collections.abc import Sequence

from rich.table import Table

from callsheet.api.schemas.triggers import HookRow
from callsheet.cli.commands.hooks_list import HooksListOptions
from callsheet.cli.screen import foreign
from callsheet.cli.surroundings import surroundings
from callsheet.cli.trigger_access import open_triggers
from callsheet.cli.triggers_shown import is_broken, show_list, yes


async def act(options: HooksListOptions) -> int:
    """List the hooks; the exit status."""
    with surroundings(options.places) as settings:
        async with open_triggers(settings) as triggers:
            rows = await triggers.hooks()
    return show_list("hook", rows, _table(rows), json=options.json)


def _table(rows: Sequence[HookRow]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("HOOK", "SCENARIO", "PATH", "SECRET", "READY", "SOURCE"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(
            foreign(row.name, "red" if is_broken(row) else "bold"),
            foreign(row.scenario_id or "-"),
            foreign(row.url),
            foreign(row.secret or "-"),
            yes(row.ready),
            foreign(row.source),
        )
    return table
