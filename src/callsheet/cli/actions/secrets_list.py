"""`callsheet secrets list`: what it does."""

from callsheet.cli.commands.secrets_list import SecretsListOptions
from callsheet.cli.failures import DONE
from callsheet.cli.screen import write, write_json
from callsheet.cli.secret_access import open_secrets
from callsheet.cli.surroundings import surroundings


async def act(options: SecretsListOptions) -> int:
    """List the names; the exit status."""
    with surroundings(options.places) as settings:
        async with open_secrets(settings) as secrets:
            rows = await secrets.secrets()
    if options.json:
        write_json([row.model_dump() for row in rows])
        return DONE
    width = max((len(row.name) for row in rows), default=0)
    for row in rows:
        write(f"{row.name:<{width}}  {row.provider or 'unreadable':<11}  {row.changed_at or ''}".rstrip())
    if not rows:
        write("There are no secrets.")
    return DONE
