"""Keys, sessions and the audit log in the database that the processes of a fleet share."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, LiteralString

from callsheet.access.audit import AuditEntry, AuditFilter
from callsheet.access.keys import MAX_KEYS, ApiKey
from callsheet.access.sessions import Session
from callsheet.access.stores import AccessStores
from callsheet.journal.access_rows import ENTRY_COLUMNS, KEY_COLUMNS, SESSION_COLUMNS
from callsheet.journal.access_values import filter_as_stored, number_as_stored
from callsheet.journal.access_writing import AuditWriting, Change, KeyWriting, SessionWriting, changing
from callsheet.journal.changes import Change as AnyChange
from callsheet.journal.changes import Outcome
from callsheet.journal.group_commit import GroupCommit
from callsheet.journal.postgres.access import FIND_KEY, ROWS
from callsheet.journal.postgres.access_writer import AccessWriter
from callsheet.journal.postgres.address import Address
from callsheet.journal.postgres.connections import AsyncConnection, Patience, Row
from callsheet.journal.postgres.readers import Readers
from callsheet.journal.projection import storable

# Constants of these modules only; what callers send is bound.
_KEYS: Final = f"SELECT {KEY_COLUMNS} FROM callsheet.api_keys ORDER BY created_at DESC, key_id DESC"  # noqa: S608
_SESSION: Final = (
    f"SELECT {SESSION_COLUMNS} FROM callsheet.sessions s WHERE digest = %s AND (key_id IS NULL"  # noqa: S608
    " OR EXISTS (SELECT 1 FROM callsheet.api_keys k WHERE k.key_id = s.key_id AND k.revoked_at IS NULL))"
)
_ENTRIES: Final[LiteralString] = (
    f"SELECT {ENTRY_COLUMNS} FROM callsheet.audit_acts a"  # noqa: S608
    " LEFT JOIN callsheet.audit_outcomes o ON o.number = a.number WHERE "
)
_ORDER: Final[LiteralString] = " ORDER BY a.number DESC LIMIT %s"
_TARGET: Final[LiteralString] = (
    "a.number IN (SELECT number FROM callsheet.audit_acts WHERE target = %s"
    " UNION ALL SELECT number FROM callsheet.audit_outcomes WHERE target = %s)"
)
_MAX_BYTES: Final = 16 * 1024 * 1024
_LOOK: Final = 1.0
"""Seconds between two looks whether the server still answers."""


@asynccontextmanager
async def open_access_stores(
    address: Address, *, patience: Patience | None = None, max_keys: int = MAX_KEYS
) -> AsyncGenerator[AccessStores]:
    """The stores at `address`, with connections and a writer thread of their own while they are open."""
    patience = patience or Patience()
    writer = AccessWriter(address, patience)
    # No linger: whoever waits for an act wants to go on with it.
    commits = GroupCommit(writer, _tell_nobody, linger=0, linger_above=0, max_bytes=_MAX_BYTES)
    readers = Readers(address, patience, connections=2)
    watching = asyncio.create_task(_watch(writer))
    change = changing(commits)
    try:
        yield AccessStores(
            keys=PostgresKeys(change, readers, max_keys=max_keys),
            sessions=PostgresSessions(change, readers),
            audit=PostgresAuditLog(change, readers),
        )
    finally:
        await commits.close()
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await readers.close()


class PostgresKeys(KeyWriting):
    """The `KeyStore` port."""

    def __init__(self, change: Change, readers: Readers, *, max_keys: int) -> None:
        super().__init__(change, max_keys=max_keys)
        self._readers = readers

    async def find(self, key_id: str) -> ApiKey | None:
        """See `KeyStore.find`."""
        rows = await _ask(self._readers, FIND_KEY, storable(key_id))
        return ROWS.key(rows[0]) if rows else None

    async def list(self) -> Sequence[ApiKey]:
        """See `KeyStore.list`."""
        return [ROWS.key(row) for row in await _ask(self._readers, _KEYS)]


class PostgresSessions(SessionWriting):
    """The `SessionStore` port."""

    def __init__(self, change: Change, readers: Readers) -> None:
        super().__init__(change)
        self._readers = readers

    async def find(self, digest: str) -> Session | None:
        """See `SessionStore.find`."""
        rows = await _ask(self._readers, _SESSION, storable(digest))
        return ROWS.session(rows[0]) if rows else None


class PostgresAuditLog(AuditWriting):
    """The `AuditLog` port."""

    def __init__(self, change: Change, readers: Readers) -> None:
        super().__init__(change)
        self._readers = readers

    async def list(self, where: AuditFilter, limit: int, before_number: int | None = None) -> Sequence[AuditEntry]:
        """See `AuditLog.list`."""
        conditions, values = _conditions(filter_as_stored(where), before_number)
        rows = await _ask(self._readers, _ENTRIES + " AND ".join(conditions) + _ORDER, *values, limit)
        return [ROWS.entry(row) for row in rows]


def _conditions(where: AuditFilter, before_number: int | None) -> tuple[Sequence[LiteralString], Sequence[object]]:
    conditions, values = list[LiteralString](["TRUE"]), list[object]()

    def add(condition: LiteralString, *bound: object) -> None:
        conditions.append(condition)
        values.extend(bound)

    if where.subject is not None:
        add("a.subject = %s", where.subject)
    if where.family is not None:
        add("a.action >= %s AND a.action < %s", *where.family)
    elif where.action is not None:
        add("a.action = %s", where.action)
    if where.target is not None:
        add(_TARGET, where.target, where.target)
    if where.after is not None:
        add("a.at >= %s", where.after)
    if where.before is not None:
        add("a.at < %s", where.before)
    if before_number is not None:
        add("a.number < %s", number_as_stored(before_number))
    return conditions, values


async def _ask(readers: Readers, statement: Any, *values: object) -> Sequence[Row]:
    async def ask(connection: AsyncConnection) -> Sequence[Row]:
        return await (await connection.cursor(binary=True).execute(statement, values)).fetchall()

    return await readers.query(ask)


def _tell_nobody(change: AnyChange, outcome: Outcome) -> None:
    """Nobody waits for what is written here but its caller."""


async def _watch(writer: AccessWriter) -> None:
    while True:
        await asyncio.sleep(_LOOK)
        writer.watch()
