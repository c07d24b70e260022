"""`callsheet secrets list`: what it does."""

from rich.table import Table

from callsheet.cli.commands.secrets_list import SecretsListOptions
from callsheet.cli.failures import DONE, say
from callsheet.cli.screen import foreign, output, write_json
from callsheet.cli.secret_access import open_secrets
from callsheet.cli.surroundings import surroundings
from callsheet.cli.triggers_shown import moment


async def act(options: SecretsListOptions) -> int:
    """List the names; the exit status."""
    with surroundings(options.places) as settings:
        async with open_secrets(settings) as secrets:
            rows = await secrets.secrets()
    if options.json:
        write_json([row.model_dump() for row in rows])
        return DONE
    if rows:
        table = Table("NAME", "PROVIDER", "CHANGED", box=None, pad_edge=False)
        for row in rows:
            table.add_row(foreign(row.name), row.provider or "unreadable", moment(row.changed_at))
        output().print(table)
    else:
        say("There are no secrets yet.")
    return DONE
