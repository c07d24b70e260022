"""`callsheet secrets set`: what it does."""

import getpass
import sys

from callsheet.cli.commands.secrets_set import SecretsSetOptions
from callsheet.cli.failures import DONE, FAILED, Refused, say
from callsheet.cli.secret_acts import audited
from callsheet.cli.surroundings import surroundings
from callsheet.engine.secrets.files import text_of
from callsheet.engine.secrets.store import check_name
from callsheet.engine.secrets.watched import LARGEST, Unusable
from callsheet.runs.redaction.forms import SAFE
from callsheet.settings import environment
from callsheet.storage import operator_environment, secret_store


async def act(options: SecretsSetOptions) -> int:
    """Keep the secret; the exit status."""
    name = options.name
    with surroundings(options.places) as settings:
        try:
            check_name(name)
            secret = _value(options)
            async with audited(settings, "secret.set", name):
                secret_store(settings).set(name, secret)
        except (Unusable, ValueError) as exc:
            raise Refused(f"The secret '{name}' was not kept: {exc}".rstrip(".") + ".") from None
        except OSError as exc:
            say(f"Error: The secret '{name}' cannot be kept: {exc.strerror or exc}.")
            return FAILED
        found = operator_environment(settings, environment()).provider_of(name)
    say(f"The secret '{name}' is kept. Services that are running see it within a second.")
    if found not in {None, "store"}:
        say(f"It is not used as long as there is another one in the {found}.")
    if len(secret) < SAFE:
        say(f"It is shorter than {SAFE} characters: it will be found by chance in texts, and replaced there.")
    return DONE


def _value(options: SecretsSetOptions) -> str:
    if options.from_file is not None:
        with options.from_file.open("rb") as file:
            return text_of(file.read(LARGEST + 1))
    if sys.stdin.isatty():
        return getpass.getpass(f"{options.name}: ")
    return text_of(sys.stdin.buffer.read(LARGEST + 1))
