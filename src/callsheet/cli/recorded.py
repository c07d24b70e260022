"""What a command changes by itself is in the audit log, too: under the name of who is logged in on this machine."""

import os
import pwd
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from callsheet.access.acts import Acts, Deed, Intent
from callsheet.access.audit import AuditLog
from callsheet.access.principal import LOCAL
from callsheet.api.gate import say_lost
from callsheet.engine.clock import SystemClock
from callsheet.engine.entropy import SystemEntropy

SOURCE: Final = "cli"


def local_subject() -> str:
    """Who is at the terminal: `os:<user>`. The system says it, not the environment, which anybody can set."""
    user = os.getuid()
    try:
        return f"os:{pwd.getpwuid(user).pw_name}"
    except KeyError:
        return f"os:{user}"


@asynccontextmanager
async def local_acts(audit: AuditLog) -> AsyncGenerator[Acts]:
    """What writes down what is done in this process; every outcome is written when it is left."""
    acts = Acts(log=audit, clock=SystemClock(), new_id=SystemEntropy().run_id, local=local_subject(), on_lost=say_lost)
    try:
        yield acts
    finally:
        await acts.settle()


@asynccontextmanager
async def recorded(
    acts: Acts, action: str, target: str = "", *, details: Mapping[str, str] | None = None
) -> AsyncGenerator[Deed]:
    """Write down what the block is about to do, and what became of it.

    Args:
        acts: see `local_acts`.
        action: such as `key.create`.
        target: what it is done to.
        details: what else matters; never a secret.

    Raises:
        JournalUnavailable: it could not be written down; the block was not begun.
    """
    intent = Intent(action=action, source=SOURCE, target=target, details=details or {})
    async with acts.doing(LOCAL, intent) as deed:
        yield deed
