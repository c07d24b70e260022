"""Bringing a database's schema up to date with yoyo-migrations. Imported only when there is something to do."""

# yoyo has no type hints.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

import glob
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

from yoyo import default_migration_table, read_migrations
from yoyo.backends.core.sqlite3 import SQLiteBackend
from yoyo.connections import parse_uri

MIGRATIONS: Final = Path(__file__).parent / "migrations"
"""One file per version, in the order of their names."""


def migrate(path: Path) -> None:
    """Apply every migration that the database at `path` does not have. The caller holds the database's lock.

    Raises:
        sqlite3.Error: a migration failed; the database has the version before it.
    """
    with _Backend(parse_uri(f"sqlite:///{quote(str(path))}"), default_migration_table, path) as backend:
        backend.init_database()
        # Whoever held yoyo's lock is dead: the caller has the lock file.
        backend.break_lock()
        with backend.lock():
            backend.apply_migrations(backend.to_apply(read_migrations(glob.escape(str(MIGRATIONS)))))


class _Backend(SQLiteBackend):
    """yoyo's SQLite backend with a private cache, one transaction per migration, and no names of people or machines."""

    def __init__(self, uri: Any, migration_table: str, path: Path) -> None:
        self._path = path
        super().__init__(uri, migration_table)

    def connect(self, dburi: Any) -> sqlite3.Connection:
        """Open the file itself: yoyo's URI would share its cache with the writer's connection."""
        return sqlite3.connect(self._path, isolation_level=None)

    def apply_one(self, migration: Any, force: bool = False, mark: bool = True) -> None:
        """Apply a migration and note that it was, in one transaction: a crash between the two would be for ever."""
        self.ensure_internal_schema_updated()
        with self.transaction():
            migration.process_steps(self, "apply", force=force)
            if mark:
                self.mark_one(migration)

    def get_log_data(self, migration: Any = None, operation: str = "apply") -> dict[str, Any]:
        """A row of yoyo's log, without asking who the user is (unknown in a container) or for the host (slow)."""
        return {
            "id": str(uuid4()),
            "migration_id": migration.id if migration else None,
            "migration_hash": migration.hash if migration else None,
            "username": "",
            "hostname": "",
            "created_at_utc": datetime.now(UTC).replace(tzinfo=None),
            "operation": operation,
        }
