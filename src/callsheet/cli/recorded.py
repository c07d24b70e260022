"""What a command changes by itself is in the audit log, too: under the name of who is logged in on this machine."""

import os
import pwd
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from callsheet.access.audit import Act, ActOutcome, AuditLog
from callsheet.access.scopes import Role
from callsheet.errors import CallsheetError

SOURCE = "cli"


@dataclass(slots=True)
class Recorded:
    """An act at work. Mutable: what comes to be by it is filled in.

    Attributes:
        target: what came to be, when that is not what the act was done to.
    """

    target: str = ""


def local_subject() -> str:
    """Who is at the terminal: `os:<user>`. The system says it, not the environment, which anybody can set."""
    user = os.getuid()
    try:
        return f"os:{pwd.getpwuid(user).pw_name}"
    except KeyError:
        return f"os:{user}"


@asynccontextmanager
async def recorded(audit: AuditLog, action: str, target: str, **details: str) -> AsyncGenerator[Recorded]:
    """Write down what the block is about to do, and what became of it.

    Args:
        audit: the log.
        action: such as `key.create`.
        target: what it is done to.
        details: what else matters; never a secret.

    Raises:
        JournalUnavailable: it could not be written down; the block was not begun.
    """
    act = Act(
        act_id=str(uuid.uuid4()),
        at=datetime.now(UTC),
        subject=local_subject(),
        role=Role.ADMIN.value,
        source=SOURCE,
        action=action,
        target=target,
        details=details,
    )
    await audit.begin(act)
    made = Recorded()
    try:
        yield made
    except Exception as exc:
        await audit.end(_outcome(act, exc.code if isinstance(exc, CallsheetError) else CallsheetError.code))
        raise
    await audit.end(_outcome(act, "done", made.target))


def _outcome(act: Act, result: str, target: str = "") -> ActOutcome:
    return ActOutcome(act_id=act.act_id, at=datetime.now(UTC), result=result, target=target)
