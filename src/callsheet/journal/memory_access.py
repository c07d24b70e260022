"""Keys, sessions and the audit log in memory: for tests. Nothing survives the process."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from callsheet.access.audit import Act, ActOutcome, AuditEntry, AuditFilter
from callsheet.access.keys import MAX_KEYS, TOUCHED_EVERY, ApiKey
from callsheet.access.sessions import Session
from callsheet.access.stores import AccessStores
from callsheet.journal.access_values import (
    act_as_stored,
    filter_as_stored,
    key_as_stored,
    outcome_as_stored,
    same_key_id,
    session_as_stored,
    too_many_keys,
)
from callsheet.journal.projection import as_stored


def memory_access(*, max_keys: int = MAX_KEYS) -> AccessStores:
    """Empty stores that know of each other."""
    keys = MemoryKeyStore(max_keys=max_keys)
    return AccessStores(keys=keys, sessions=MemorySessionStore(keys), audit=MemoryAuditLog())


class MemoryKeyStore:
    """The `KeyStore` port in memory. Lives on one event loop."""

    def __init__(self, *, max_keys: int = MAX_KEYS) -> None:
        self._max_keys = max_keys
        self._keys: dict[str, ApiKey] = {}

    async def add(self, key: ApiKey) -> None:
        """See `KeyStore.add`."""
        await _as_if_on_disk()
        earlier = self._keys.get(key.key_id)
        if earlier is not None and earlier.digest == key.digest:
            return
        if earlier is not None:
            raise same_key_id(key.key_id)
        if len(self._keys) >= self._max_keys:
            self._make_room(key.created_at)
        self._keys[key.key_id] = key_as_stored(key)

    async def find(self, key_id: str) -> ApiKey | None:
        """See `KeyStore.find`."""
        return self._keys.get(key_id)

    async def list(self) -> Sequence[ApiKey]:
        """See `KeyStore.list`."""
        return sorted(self._keys.values(), key=lambda key: (key.created_at, key.key_id), reverse=True)

    async def revoke(self, key_id: str, at: datetime) -> ApiKey | None:
        """See `KeyStore.revoke`."""
        await _as_if_on_disk()
        key = self._keys.get(key_id)
        if key is not None and key.revoked_at is None:
            key = self._keys[key_id] = replace(key, revoked_at=as_stored(at))
        return key

    async def touch(self, key_id: str, at: datetime) -> None:
        """See `KeyStore.touch`."""
        key = self._keys.get(key_id)
        if key is not None and (key.last_used_at is None or at - key.last_used_at >= TOUCHED_EVERY):
            self._keys[key_id] = replace(key, last_used_at=as_stored(at))

    def _make_room(self, now: datetime) -> None:
        ends = {key_id: key.revoked_at or key.expires_at for key_id, key in self._keys.items()}
        ended = [
            (end, key_id) for key_id, end in ends.items() if end is not None and not self._keys[key_id].counts(now)
        ]
        if not ended:
            raise too_many_keys(self._max_keys)
        del self._keys[min(ended)[1]]


class MemorySessionStore:
    """The `SessionStore` port in memory.

    Args:
        keys: those with which sessions begin.
    """

    def __init__(self, keys: MemoryKeyStore) -> None:
        self._keys = keys
        self._sessions: dict[str, Session] = {}

    async def add(self, session: Session) -> None:
        """See `SessionStore.add`."""
        await _as_if_on_disk()
        for digest in [each.digest for each in self._sessions.values() if each.expires_at <= session.created_at]:
            del self._sessions[digest]
        self._sessions[session.digest] = session_as_stored(session)

    async def find(self, digest: str) -> Session | None:
        """See `SessionStore.find`."""
        session = self._sessions.get(digest)
        if session is None or session.principal.key_id is None:
            return session
        key = await self._keys.find(session.principal.key_id)
        return None if key is None or key.revoked_at is not None else session

    async def remove(self, digest: str) -> None:
        """See `SessionStore.remove`."""
        await _as_if_on_disk()
        self._sessions.pop(digest, None)


class MemoryAuditLog:
    """The `AuditLog` port in memory."""

    def __init__(self) -> None:
        self._acts: dict[str, Act] = {}
        self._outcomes: dict[str, ActOutcome] = {}

    async def begin(self, act: Act) -> None:
        """See `AuditLog.begin`."""
        await _as_if_on_disk()
        self._acts.setdefault(act.act_id, act_as_stored(act))

    async def end(self, outcome: ActOutcome) -> None:
        """See `AuditLog.end`."""
        await _as_if_on_disk()
        if outcome.act_id in self._acts:
            self._outcomes.setdefault(outcome.act_id, outcome_as_stored(outcome))

    async def list(self, where: AuditFilter, limit: int, before_number: int | None = None) -> Sequence[AuditEntry]:
        """See `AuditLog.list`."""
        entries = [
            AuditEntry(number=number, act=act, outcome=self._outcomes.get(act.act_id))
            for number, act in enumerate(self._acts.values(), 1)
        ]
        found = [entry for entry in reversed(entries) if before_number is None or entry.number < before_number]
        stored = filter_as_stored(where)
        return [entry for entry in found if stored.fits(entry)][:limit]


async def _as_if_on_disk() -> None:
    # As in `MemoryJournal`: the stores on disk let other tasks run while they write.
    await asyncio.sleep(0)
