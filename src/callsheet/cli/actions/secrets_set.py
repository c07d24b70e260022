"""`callsheet secrets set`: what it does."""

import getpass
import sys

from callsheet.cli.commands.secrets_set import SecretsSetOptions
from callsheet.cli.failures import DONE, Refused, say
from callsheet.cli.secret_access import open_secrets
from callsheet.cli.surroundings import surroundings
from callsheet.engine.secrets.files import text_of
from callsheet.engine.secrets.store import check_name, check_value
from callsheet.engine.secrets.watched import LARGEST, Unusable
from callsheet.runs.redaction.forms import SAFE


async def act(options: SecretsSetOptions) -> int:
    """Keep the secret; the exit status."""
    name = options.name
    with surroundings(options.places) as settings:
        try:
            check_name(name)
            check_value(secret := _value(options))
        except (Unusable, ValueError) as exc:
            raise Refused(f"The secret '{name}' was not kept: {exc}".rstrip(".") + ".") from None
        async with open_secrets(settings) as secrets:
            row = await secrets.set(name, secret)
    say(f"The secret '{name}' is kept. Services that are running see it within a second.")
    if row.provider != "store":
        say(f"It is not used as long as there is another one in the {row.provider}.")
    if len(secret) < SAFE:
        say(f"It is shorter than {SAFE} characters: it will be found by chance in texts, and replaced there.")
    return DONE


def _value(options: SecretsSetOptions) -> str:
    if options.from_file is not None:
        try:
            with options.from_file.open("rb") as file:
                return text_of(file.read(LARGEST + 1))
        except OSError as exc:
            raise Refused(f"{options.from_file} cannot be read: {exc.strerror}.") from exc
    if sys.stdin.isatty():
        return getpass.getpass(f"{options.name}: ")
    return text_of(sys.stdin.buffer.read(LARGEST + 1))
