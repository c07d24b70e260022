"""`callsheet secrets rm`: what it does."""

from callsheet.cli.commands.secrets_rm import SecretsRmOptions
from callsheet.cli.failures import DONE, FAILED, say
from callsheet.cli.secret_access import open_secrets
from callsheet.cli.surroundings import surroundings
from callsheet.errors.kinds import NotFound


async def act(options: SecretsRmOptions) -> int:
    """Remove the secret; the exit status."""
    name = options.name
    with surroundings(options.places) as settings:
        try:
            async with open_secrets(settings) as secrets:
                await secrets.remove(name)
        except NotFound as exc:
            say(exc.message)
            return FAILED
    say(f"The secret '{name}' is removed.")
    return DONE
