"""Who goes on with runs that this command leaves."""

from callsheet.settings import Settings
from callsheet.storage import count_workers

START_ONE = "Start 'callsheet worker', or 'callsheet serve'."


async def successor(settings: Settings) -> str:
    """The beginning of a sentence that ends in "goes on with …".

    Raises:
        JournalUnavailable: the database cannot be asked.
    """
    if settings.database_url is None:
        return "'callsheet serve'"
    if await count_workers(settings):
        return "a worker"
    return "no worker is at work now; the next 'callsheet worker' or 'callsheet serve'"
