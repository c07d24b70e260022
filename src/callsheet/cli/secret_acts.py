"""Changes of secrets at the command line are written to the audit log, before they are done and after."""

import getpass
import uuid
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

from callsheet.access.audit import Act, ActOutcome
from callsheet.cli.failures import say
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
        act_id = str(uuid.uuid4())
        act = Act(
            act_id=act_id,
            at=datetime.now(UTC),
            subject=f"os:{getpass.getuser()}",
            role="admin",
            source="cli",
            action=action,
            target=name,
        )
        await stores.audit.begin(act)
        result = "failed"
        try:
            yield
            result = "done"
        finally:
            await stores.audit.end(ActOutcome(act_id=act_id, at=datetime.now(UTC), result=result))
