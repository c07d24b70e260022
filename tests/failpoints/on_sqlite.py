"""Failpoints in the journal on SQLite, and a look into its file."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any, cast

from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.journal.sqlite.lock import DatabaseLock
from callsheet.journal.sqlite.writer import Writer
from tests.failpoints.dying import DyingConnection, DyingWriter, Failpoint


class OnSqlite:
    """The `Database` in a data folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "data" / "journal.db"

    def arm(self, failpoint: Failpoint) -> None:
        """See `Database.arm`."""

        def make(connection: sqlite3.Connection, path: Path, lock: DatabaseLock) -> DyingWriter:
            dying = DyingConnection(connection, failpoint.die)
            writer = Writer(cast("sqlite3.Connection", dying), path, lock)
            return DyingWriter(writer, dying.dies_at_commit, failpoint)

        setattr(sys.modules[SqliteJournal.__module__], Writer.__name__, make)

    def hurry(self) -> None:
        """See `Database.hurry`: nobody waits to be sure of a death that the lock of the file tells at once."""

    @property
    def url(self) -> str | None:
        """See `Database.url`."""
        return None

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """See `Database.query`."""
        with closing(sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchall()
