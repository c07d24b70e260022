"""Failpoints in the journal on SQLite, and a look into its file."""

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, cast

from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.journal.sqlite.lock import DatabaseLock
from callsheet.journal.sqlite.writer import Writer
from tests.failpoints.dying import DyingWriter, Failpoint


class DyingConnection:
    """A connection that dies instead of a commit, when it is told to: every statement before it was made."""

    def __init__(self, connection: sqlite3.Connection, die: Callable[[], None]) -> None:
        self._connection = connection
        self._die = die
        self._dies = False

    def dies_at_commit(self, dies: bool) -> None:
        """Say whether the next commit is the end."""
        self._dies = dies

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """See `sqlite3.Connection.execute`."""
        if self._dies and sql == "COMMIT":
            self._die()
        return self._connection.execute(sql, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def arm(failpoint: Failpoint) -> None:
    """Give every journal that is opened from now on a writer that dies."""

    def make(connection: sqlite3.Connection, path: Path, lock: DatabaseLock) -> DyingWriter:
        dying = DyingConnection(connection, failpoint.die)
        writer = Writer(cast("sqlite3.Connection", dying), path, lock)
        return DyingWriter(writer, dying.dies_at_commit, failpoint)

    setattr(sys.modules[SqliteJournal.__module__], Writer.__name__, make)


def query(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    """What the database in the folder answers, which is left as the last process left it."""
    path = folder / "data" / "journal.db"
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()
