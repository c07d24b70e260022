"""`callsheet secrets list`: what it does."""

from callsheet.cli.commands.secrets_list import SecretsListOptions
from callsheet.cli.failures import DONE
from callsheet.cli.screen import write, write_json
from callsheet.cli.surroundings import surroundings
from callsheet.settings import environment
from callsheet.storage import operator_environment, secret_store


async def act(options: SecretsListOptions) -> int:
    """List the names; the exit status."""
    with surroundings(options.places) as settings:
        given = operator_environment(settings, environment())
        stored = {each.name: each.set_at for each in secret_store(settings).stored()}
        rows = [
            (name, given.provider_of(name) or "store (cannot be read)", stored.get(name))
            for name in sorted({*given.secret_names, *stored})
        ]
    moments = [(name, where, "" if at is None else at.isoformat(timespec="seconds")) for name, where, at in rows]
    if options.json:
        write_json([{"name": name, "provider": where, "set_at": at or None} for name, where, at in moments])
        return DONE
    width = max((len(name) for name, _, _ in moments), default=0)
    for name, where, at in moments:
        write(f"{name:<{width}}  {where:<11}  {at}".rstrip())
    if not moments:
        write("There are no secrets.")
    return DONE
