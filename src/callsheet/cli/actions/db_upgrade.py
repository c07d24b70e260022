"""`callsheet db upgrade`: what it does."""

import asyncio

from callsheet.cli.commands.db_upgrade import DbUpgradeOptions
from callsheet.cli.failures import DONE, FAILED, say
from callsheet.cli.surroundings import surroundings
from callsheet.storage import needs_upgrade, upgrade_database


async def act(options: DbUpgradeOptions) -> int:
    """Upgrade, or say whether that is needed; the exit status."""
    with surroundings(options.places) as settings:
        if options.check:
            needed = await asyncio.to_thread(needs_upgrade, settings)
            say("The database needs 'callsheet db upgrade'." if needed else "The database is up to date.")
            return FAILED if needed else DONE
        applied = await asyncio.to_thread(upgrade_database, settings)
    for name in applied:
        say(f"Applied {name}.")
    say("The database is up to date.")
    return DONE
