"""`callsheet audit list`: what it does."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.table import Table

from callsheet.access.audit import AuditFilter
from callsheet.api.schemas.audit import AuditRow
from callsheet.cli.commands.audit_list import AuditListOptions
from callsheet.cli.failures import DONE, say
from callsheet.cli.key_access import open_keys
from callsheet.cli.moments import moment_or_age
from callsheet.cli.options import SomeActs
from callsheet.cli.screen import foreign, output, write_json
from callsheet.cli.surroundings import surroundings
from callsheet.cli.triggers_shown import moment


async def act(options: AuditListOptions) -> int:
    """List acts; the exit status."""
    where = filter_of(options.acts)
    with surroundings(options.places) as settings:
        async with open_keys(settings) as keys:
            rows = await keys.acts(where, options.limit)
    if options.json:
        write_json([row.model_dump(mode="json") for row in rows])
    elif rows:
        output().print(_table(rows))
    else:
        say("There are no such acts." if where != AuditFilter() else "Nothing is in the audit log yet.")
    return DONE


def filter_of(acts: SomeActs) -> AuditFilter:
    """The filter that the options spell.

    Raises:
        Refused: `--since` is no moment.
    """
    since = None if acts.since is None else moment_or_age(datetime.now(UTC), "--since", acts.since)
    return AuditFilter(subject=acts.subject, action=acts.action, target=acts.target, after=since)


def _table(rows: Sequence[AuditRow]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("TIME", "WHO", "ROLE", "FROM", "ACTION", "TARGET", "MADE", "RESULT"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(
            moment(row.at),
            foreign(row.subject or "-"),
            foreign(row.role or "-"),
            foreign(row.source),
            foreign(row.action, "bold"),
            foreign(row.target or "-"),
            foreign(row.made or "-"),
            foreign(row.result or "-", "" if row.result == "done" else "yellow"),
        )
    return table
