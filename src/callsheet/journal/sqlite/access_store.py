"""Keys, sessions and the audit log in the journal's SQLite file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

from callsheet.access.audit import AuditEntry, AuditFilter
from callsheet.access.keys import MAX_KEYS, ApiKey
from callsheet.access.sessions import Session
from callsheet.access.stores import AccessStores
from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.access_changes import AccessAction
from callsheet.journal.access_rows import ENTRY_COLUMNS, KEY_COLUMNS, SESSION_COLUMNS
from callsheet.journal.access_values import filter_as_stored, number_as_stored
from callsheet.journal.access_writing import AuditWriting, Change, KeyWriting, SessionWriting
from callsheet.journal.projection import sortable, storable
from callsheet.journal.sqlite.access import FIND_KEY, ROWS
from callsheet.journal.sqlite.readers import Readers

# Constants of these modules only; what callers send is bound.
_KEYS: Final = f"SELECT {KEY_COLUMNS} FROM api_keys ORDER BY created_at DESC, key_id DESC"  # noqa: S608
_SESSION: Final = (
    f"SELECT {SESSION_COLUMNS} FROM sessions s WHERE digest = ? AND (key_id IS NULL"  # noqa: S608
    " OR EXISTS (SELECT 1 FROM api_keys k WHERE k.key_id = s.key_id AND k.revoked_at IS NULL))"
)
_ENTRIES: Final = (
    f"SELECT {ENTRY_COLUMNS} FROM audit_acts a LEFT JOIN audit_outcomes o ON o.number = a.number"  # noqa: S608
    " WHERE {conditions} ORDER BY a.number DESC LIMIT ?"
)
_TARGET: Final = (
    "a.number IN (SELECT number FROM audit_acts WHERE target = ?"
    " UNION ALL SELECT number FROM audit_outcomes WHERE target = ?)"
)


def sqlite_access(change: Change, readers: Readers, *, max_keys: int = MAX_KEYS) -> AccessStores:
    """The stores in the file of a `SqliteJournal`, which closes the readers.

    Args:
        change: writes.
        readers: the journal's.
        max_keys: how many keys there may be.
    """
    return AccessStores(
        keys=SqliteKeys(change, readers, max_keys=max_keys),
        sessions=SqliteSessions(change, readers),
        audit=SqliteAuditLog(change, readers),
    )


def refusing(path: Path) -> Change:
    """The writing half where the journal at `path` is only read."""

    async def refuse(action: AccessAction) -> NoReturn:
        raise JournalUnavailable(f"The journal {path} was opened for reading only.")

    return refuse


class SqliteKeys(KeyWriting):
    """The `KeyStore` port."""

    def __init__(self, change: Change, readers: Readers, *, max_keys: int) -> None:
        super().__init__(change, max_keys=max_keys)
        self._readers = readers

    async def find(self, key_id: str) -> ApiKey | None:
        """See `KeyStore.find`."""
        row = await self._readers.query(lambda db: db.execute(FIND_KEY, (storable(key_id),)).fetchone())
        return None if row is None else ROWS.key(row)

    async def list(self) -> Sequence[ApiKey]:
        """See `KeyStore.list`."""
        return await self._readers.query(lambda db: [ROWS.key(row) for row in db.execute(_KEYS)])


class SqliteSessions(SessionWriting):
    """The `SessionStore` port."""

    def __init__(self, change: Change, readers: Readers) -> None:
        super().__init__(change)
        self._readers = readers

    async def find(self, digest: str) -> Session | None:
        """See `SessionStore.find`."""
        row = await self._readers.query(lambda db: db.execute(_SESSION, (storable(digest),)).fetchone())
        return None if row is None else ROWS.session(row)


class SqliteAuditLog(AuditWriting):
    """The `AuditLog` port."""

    def __init__(self, change: Change, readers: Readers) -> None:
        super().__init__(change)
        self._readers = readers

    async def list(self, where: AuditFilter, limit: int, before_number: int | None = None) -> Sequence[AuditEntry]:
        """See `AuditLog.list`."""
        statement, values = _listing(filter_as_stored(where), limit, before_number)
        return await self._readers.query(lambda db: [ROWS.entry(row) for row in db.execute(statement, values)])


def _listing(where: AuditFilter, limit: int, before_number: int | None) -> tuple[str, Sequence[str | int]]:
    conditions, values = ["TRUE"], list[str | int]()

    def add(condition: str, *bound: str | int) -> None:
        conditions.append(condition)
        values.extend(bound)

    if where.subject is not None:
        add("a.subject = ?", where.subject)
    if where.family is not None:
        add("a.action >= ? AND a.action < ?", *where.family)
    elif where.action is not None:
        add("a.action = ?", where.action)
    if where.target is not None:
        add(_TARGET, where.target, where.target)
    if where.after is not None:
        add("a.at >= ?", sortable(where.after))
    if where.before is not None:
        add("a.at < ?", sortable(where.before))
    if before_number is not None:
        add("a.number < ?", number_as_stored(before_number))
    return _ENTRIES.format(conditions=" AND ".join(conditions)), (*values, limit)
