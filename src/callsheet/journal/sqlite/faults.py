"""SQLite's errors as sentences: what happened to which file, and what to do."""

import sqlite3
from pathlib import Path
from typing import Final

from callsheet.errors.journal import JournalUnavailable

_PRIMARY_CODE: Final = 0xFF
"""The low byte of an extended result code is the primary one (https://sqlite.org/rescode.html)."""

_SENTENCES: Final = {
    sqlite3.SQLITE_FULL: "The disk of the journal {path} is full. Free some space; the journal goes on by itself.",
    sqlite3.SQLITE_READONLY: "The journal {path} is read-only. Check the rights of it and of its folder.",
    sqlite3.SQLITE_PERM: "The journal {path} may not be opened. Check the rights of it and of its folder.",
    sqlite3.SQLITE_CANTOPEN: "The journal {path} cannot be opened. It must be a file in a folder that can be written.",
    sqlite3.SQLITE_BUSY: "The journal {path} is locked by another program. Close that program, then try again.",
    sqlite3.SQLITE_LOCKED: "The journal {path} is locked by another program. Close that program, then try again.",
    sqlite3.SQLITE_CORRUPT: "The journal {path} is damaged. Restore a backup, or move the file away.",
    sqlite3.SQLITE_NOTADB: "The file {path} is not a journal. Move it away, or choose another data folder.",
    sqlite3.SQLITE_IOERR: "The disk of the journal {path} failed. Check the disk, then restart Callsheet.",
}


_REFUSED_WRITE: Final = (
    "The operating system refuses to write to the journal {path}, perhaps because of a quota or a limit on the size of "
    "files. The journal goes on by itself once it may be written."
)


def unavailable(error: sqlite3.Error, path: Path) -> JournalUnavailable:
    """The sentence for an error of SQLite on the database at `path`."""
    if _code(error) == sqlite3.SQLITE_IOERR_WRITE:
        return JournalUnavailable(f"{_REFUSED_WRITE.format(path=path)} (SQLite: {error})")
    sentence = _SENTENCES.get(_primary(error), "The journal {path} cannot be used.").format(path=path)
    return JournalUnavailable(f"{sentence} (SQLite: {error})")


def is_disk_failure(error: sqlite3.Error) -> bool:
    """Whether the disk failed, so that the outcome of a commit is unknown: an fsync that failed must not be repeated.

    A write that was refused is none: SQLite has rolled back, and the log ends where it did
    (https://sqlite.org/walformat.html, section 4.1).
    """
    return _primary(error) == sqlite3.SQLITE_IOERR and _code(error) != sqlite3.SQLITE_IOERR_WRITE


def _primary(error: sqlite3.Error) -> int:
    return _code(error) & _PRIMARY_CODE


def _code(error: sqlite3.Error) -> int:
    # Errors that the Python module raises itself ("Cannot operate on a closed database.") carry no code.
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return sqlite3.SQLITE_ERROR if code is None else code
