"""`callsheet keys list`: what it does."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.table import Table

from callsheet.access.patterns import ALL
from callsheet.api.schemas.keys import KeyRow
from callsheet.cli.commands.keys_list import KeysListOptions
from callsheet.cli.failures import DONE, say
from callsheet.cli.key_access import open_keys
from callsheet.cli.screen import foreign, output, write_json
from callsheet.cli.surroundings import surroundings
from callsheet.cli.triggers_shown import moment


async def act(options: KeysListOptions) -> int:
    """List the keys; the exit status."""
    with surroundings(options.places) as settings:
        async with open_keys(settings) as keys:
            rows = await keys.keys()
    if options.json:
        write_json([row.model_dump(mode="json") for row in rows])
    elif rows:
        output().print(_table(rows))
    else:
        say("There are no API keys yet.")
    return DONE


def _table(rows: Sequence[KeyRow]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("KEY", "NAME", "ROLE", "RUNS", "SCENARIOS", "TOOLS", "MADE", "LAST USED", "STATE"):
        # However narrow the terminal is, the id can be copied.
        table.add_column(column, overflow="fold", no_wrap=column == "KEY")
    now = datetime.now(UTC)
    for row in rows:
        state = _state(row, now)
        table.add_row(
            foreign(row.key_id),
            foreign(row.name, "bold" if state == "counts" else "dim"),
            row.role,
            "all" if row.every_run else "own",
            foreign(_patterns(row.scenarios)),
            foreign(_patterns(row.tools)),
            moment(row.created_at),
            moment(row.last_used_at),
            state if row.expires_at is None or state != "counts" else f"until {moment(row.expires_at)}",
        )
    return table


def _state(row: KeyRow, now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at is not None and datetime.fromisoformat(row.expires_at) <= now else "counts"


def _patterns(texts: Sequence[str]) -> str:
    return "all" if list(texts) == list(ALL.texts) else " ".join(texts) or "none"
