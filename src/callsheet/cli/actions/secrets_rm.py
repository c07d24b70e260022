"""`callsheet secrets rm`: what it does."""

from callsheet.cli.commands.secrets_rm import SecretsRmOptions
from callsheet.cli.failures import DONE, FAILED, Refused, say
from callsheet.cli.secret_acts import audited
from callsheet.cli.surroundings import surroundings
from callsheet.engine.secrets.store import check_name
from callsheet.storage import secret_store


async def act(options: SecretsRmOptions) -> int:
    """Remove the secret; the exit status."""
    name = options.name
    with surroundings(options.places) as settings:
        try:
            check_name(name)
            async with audited(settings, "secret.remove", name):
                there = secret_store(settings).remove(name)
        except ValueError as exc:
            raise Refused(str(exc)) from None
        except OSError as exc:
            say(f"Error: The secret '{name}' cannot be removed: {exc.strerror or exc}.")
            return FAILED
    if not there:
        say(f"There is no secret '{name}' in the store.")
        return FAILED
    say(f"The secret '{name}' is removed.")
    return DONE
