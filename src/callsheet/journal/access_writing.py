"""The stores of access over a writer thread: their writing halves, whatever the database."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, TypeAlias

from callsheet.access.audit import Act, ActOutcome
from callsheet.access.keys import MAX_KEYS, TOUCHED_EVERY, ApiKey
from callsheet.access.sessions import Session
from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.access_changes import (
    AccessAction,
    AccessAnswer,
    AddKey,
    AddSession,
    BeginAct,
    ChangeAccess,
    EndAct,
    RemoveSession,
    RevokeKey,
    TouchKey,
)
from callsheet.journal.access_values import act_as_stored, key_as_stored, outcome_as_stored, session_as_stored
from callsheet.journal.group_commit import GroupCommit
from callsheet.journal.projection import storable

Change: TypeAlias = Callable[[AccessAction], Awaitable[AccessAnswer]]
"""Does what an action says; durable when it returns. Raises `Conflict` and `JournalUnavailable`."""

_BYTES: Final = 1000
"""Of a key, a session or an act, roughly."""


def changing(commits: GroupCommit) -> Change:
    """Changes through the queue of a writer."""

    async def change(action: AccessAction) -> AccessAnswer:
        size = _BYTES
        if isinstance(action, BeginAct):
            size += sum(len(name) + len(text) for name, text in action.act.details.items())
        # Not under a run's name: nothing in here is a run that writes.
        answer = await commits.submit(ChangeAccess(action=action, size=size), "")
        if answer is not None and not isinstance(answer, ApiKey):
            raise JournalUnavailable("The journal answered a change with something else than was asked.")
        return answer

    return change


class KeyWriting:
    """The methods of the `KeyStore` port that write.

    Args:
        change: see `Change`.
        max_keys: how many keys there may be.
    """

    def __init__(self, change: Change, *, max_keys: int = MAX_KEYS) -> None:
        self._change = change
        self._max_keys = max_keys
        self._touched: dict[str, datetime] = {}

    async def add(self, key: ApiKey) -> None:
        """See `KeyStore.add`."""
        await self._change(AddKey(key=key_as_stored(key), limit=self._max_keys))

    async def revoke(self, key_id: str, at: datetime) -> ApiKey | None:
        """See `KeyStore.revoke`."""
        return await self._change(RevokeKey(key_id=storable(key_id), at=at))

    async def touch(self, key_id: str, at: datetime) -> None:
        """See `KeyStore.touch`. This process remembers what it wrote; the table tells what others did."""
        touched = self._touched.get(key_id)
        if touched is not None and at - touched < TOUCHED_EVERY:
            return
        if len(self._touched) >= self._max_keys:
            self._touched.clear()  # keys that are long gone
        self._touched[key_id] = at  # before it is written: those who come meanwhile need not write, too
        try:
            await self._change(TouchKey(key_id=storable(key_id), at=at))
        except BaseException:
            self._touched.pop(key_id, None)
            raise


class SessionWriting:
    """The methods of the `SessionStore` port that write."""

    def __init__(self, change: Change) -> None:
        self._change = change

    async def add(self, session: Session) -> None:
        """See `SessionStore.add`."""
        await self._change(AddSession(session=session_as_stored(session)))

    async def remove(self, digest: str) -> None:
        """See `SessionStore.remove`."""
        await self._change(RemoveSession(digest=storable(digest)))


class AuditWriting:
    """The methods of the `AuditLog` port that write."""

    def __init__(self, change: Change) -> None:
        self._change = change

    async def begin(self, act: Act) -> None:
        """See `AuditLog.begin`."""
        await self._change(BeginAct(act=act_as_stored(act)))

    async def end(self, outcome: ActOutcome) -> None:
        """See `AuditLog.end`."""
        await self._change(EndAct(outcome=outcome_as_stored(outcome)))
