"""Opening a database file: the connection's settings and the schema's version."""

import sqlite3
from pathlib import Path
from typing import Final

from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.sqlite.faults import unavailable

SCHEMA_VERSION: Final = 9
"""The number of the last file in `migrations/`; each file sets `PRAGMA user_version` to its own number."""

SQLITE_VERSION: Final = sqlite3.sqlite_version
"""Of the library that Python was built with, such as `3.46.1`."""

_CHECKPOINT_PAGES: Final = 16_000
"""SQLite's own limit of the log, 64 MB: `Writer.tidy` stays below it unless a reader holds the log for long."""

_SETTINGS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}",
    f"PRAGMA journal_size_limit = {_CHECKPOINT_PAGES * 4096}",
)


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The writer's connection, with the schema brought up to date. The caller holds the database's lock.

    Raises:
        JournalUnavailable: the file cannot be opened, is no database, or was written by a newer Callsheet.
    """
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as exc:
        raise unavailable(exc, path) from exc
    try:
        for setting in _SETTINGS:
            connection.execute(setting).fetchall()
        _update(connection, path)
    except sqlite3.Error as exc:
        connection.close()
        raise unavailable(exc, path) from exc
    except BaseException:
        connection.close()
        raise
    return connection


def check_for_reading(connection: sqlite3.Connection, path: Path) -> None:
    """Return when this version of Callsheet can read the database.

    Raises:
        JournalUnavailable: its schema is older or newer.
    """
    version = _version(connection)
    if version > SCHEMA_VERSION:
        raise _too_new(path)
    if version < SCHEMA_VERSION:
        raise JournalUnavailable(f"The journal {path} has an older form. Start the server once to bring it up to date.")


def _update(connection: sqlite3.Connection, path: Path) -> None:
    version = _version(connection)
    if version > SCHEMA_VERSION:
        raise _too_new(path)
    if version < SCHEMA_VERSION:
        # Here and not on top: importing yoyo takes a third of a second, and most starts have nothing to migrate.
        from callsheet.journal.sqlite.migrate import migrate  # noqa: PLC0415

        migrate(path)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _too_new(path: Path) -> JournalUnavailable:
    return JournalUnavailable(f"The journal {path} was written by a newer Callsheet. Use that version or a later one.")
