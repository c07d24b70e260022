"""Bringing a database's schema up to date with yoyo-migrations. Imported only when there is something to do."""

# yoyo has no type hints.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

import glob
import sqlite3
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from yoyo import default_migration_table, read_migrations
from yoyo.backends.core.sqlite3 import SQLiteBackend
from yoyo.connections import parse_uri

from callsheet.journal.migrating import OneByOne

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


class _Backend(OneByOne, SQLiteBackend):
    """yoyo's SQLite backend with a private cache, one transaction per migration, and no names of people or machines."""

    def __init__(self, uri: Any, migration_table: str, path: Path) -> None:
        self._path = path
        super().__init__(uri, migration_table)

    def connect(self, dburi: Any) -> sqlite3.Connection:
        """Open the file itself: yoyo's URI would share its cache with the writer's connection."""
        return sqlite3.connect(self._path, isolation_level=None)
