"""`callsheet keys revoke`: what it does."""

from callsheet.cli.commands.keys_revoke import KeysRevokeOptions
from callsheet.cli.failures import DONE, say
from callsheet.cli.key_access import open_keys
from callsheet.cli.surroundings import surroundings
from callsheet.cli.text import one_line


async def act(options: KeysRevokeOptions) -> int:
    """Take a key back; the exit status."""
    with surroundings(options.places) as settings:
        async with open_keys(settings, write=True) as keys:
            row = await keys.revoke(options.key_id)
    say(f"The key {row.key_id} of {one_line(row.name)} is revoked, and so is what was signed in with it.")
    return DONE
