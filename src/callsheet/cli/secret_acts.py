"""Changes of secrets at the command line are written to the audit log, before they are done and after."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

from callsheet.cli.failures import say
from callsheet.cli.recorded import local_acts, recorded
from callsheet.errors import JournalUnavailable
from callsheet.settings import Settings
from callsheet.storage import open_access


@asynccontextmanager
async def audited(settings: Settings, action: str, name: str) -> AsyncGenerator[None]:
    """Write down that the user of this machine does `action` to the secret `name` in the block.

    A server that is running has the journal of its data folder open; then it is said that nothing was written down.
    """
    async with AsyncExitStack() as stack:
        try:
            stores = await stack.enter_async_context(open_access(settings, write=True))
        except JournalUnavailable:
            say("This is not in the audit log: another process has the journal open.")
            yield
            return
        acts = await stack.enter_async_context(local_acts(stores.audit))
        async with recorded(acts, action, name):
            yield
