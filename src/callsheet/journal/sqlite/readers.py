"""Reading connections: their own threads, unable to write."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.sqlite.faults import unavailable

T = TypeVar("T")


class Readers:
    """A few threads that query the database at `path`, each with a connection while it needs one.

    Args:
        path: the database; it must exist when the first query comes.
        threads: how many queries run at the same time.
    """

    def __init__(self, path: Path, *, threads: int) -> None:
        self.path = path
        self._idle: list[sqlite3.Connection] = []
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="callsheet-journal-reader")
        self._closed = False

    async def query(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        """Return what `ask` makes of a connection, asked on another thread.

        Raises:
            JournalUnavailable: SQLite could not read.
        """
        if self._closed:
            raise JournalUnavailable("The journal is closed: the service is stopping.")
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._ask, ask)

    async def close(self) -> None:
        """Wait for the queries at work, then close every connection."""
        self._closed = True
        await asyncio.get_running_loop().run_in_executor(None, self._threads.shutdown)
        while self._idle:
            self._idle.pop().close()

    def _ask(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        try:
            # `pop` and `append` of a list are atomic, so the threads need no lock for it.
            connection = self._idle.pop() if self._idle else self._connect()
        except IndexError:
            connection = self._connect()
        except sqlite3.Error as exc:
            raise unavailable(exc, self.path) from exc
        try:
            answer = ask(connection)
        except sqlite3.Error as exc:
            # A connection that failed once is not trusted again.
            connection.close()
            raise unavailable(exc, self.path) from exc
        except BaseException:
            self._idle.append(connection)
            raise
        self._idle.append(connection)
        return answer

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(self.path))}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA query_only = ON")
        return connection
