"""The SQLite journal for looking only, beside the server that writes it or without one: for the command line."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path
from typing import NoReturn

from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.sqlite.access_store import refusing, sqlite_access
from callsheet.journal.sqlite.archive import Archive
from callsheet.journal.sqlite.readers import Readers
from callsheet.journal.sqlite.readonly_triggers import ReadOnlyTriggers
from callsheet.journal.sqlite.schema import check_for_reading
from callsheet.runs.events import Event, Message, RunId, RunSummary
from callsheet.runs.ports import ChangedRuns, NewRun


class ReadOnlyJournal(Archive):
    """The `Journal` port without its writing half, which raises `JournalUnavailable`. Made by `open`.

    Args:
        readers: closed by `open`.
        poll_interval: seconds between two looks of `wait`; no other process tells this one about its appends.

    Attributes:
        triggers: the store of schedules and hooks in the same file, for reading, too.
        access: the stores of keys, sessions and acts, likewise.
    """

    def __init__(self, readers: Readers, poll_interval: float) -> None:
        super().__init__(readers)
        self._poll_interval = poll_interval
        self.triggers = ReadOnlyTriggers(readers)
        self.access = sqlite_access(refusing(readers.path), readers)

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path, *, poll_interval: float = 0.2) -> AsyncGenerator["ReadOnlyJournal"]:
        """Open the journal at `path` for reading. It takes no lock and writes nothing.

        Raises:
            JournalUnavailable: there is no journal, or it cannot be read; the sentence says why.
        """
        readers = Readers(await asyncio.to_thread(_located, path), threads=1)
        try:
            await readers.query(lambda connection: check_for_reading(connection, path))
            yield cls(readers, poll_interval)
        finally:
            await readers.close()

    async def wait(self, run_id: RunId, after: int) -> None:
        """See `Journal.wait`.

        Raises:
            RunNotFound: there is no such run.
        """
        # No other process wakes this one, so there is nothing to wait for but time.
        while await self.last_seq(run_id) <= after:  # noqa: ASYNC110
            await asyncio.sleep(self._poll_interval)

    def changed_runs(self) -> AbstractContextManager[ChangedRuns]:
        """Refuse: nobody tells this process."""
        self._refuse()

    async def create(self, run: NewRun) -> RunSummary:
        """Refuse."""
        self._refuse()

    async def append(self, run_id: RunId, expected_seq: int, events: Sequence[Event]) -> None:
        """Refuse."""
        self._refuse()

    async def deliver(self, run_id: RunId, seq: int, message: Message) -> None:
        """Refuse."""
        self._refuse()

    async def request_cancel(self, run_id: RunId) -> RunSummary:
        """Refuse."""
        self._refuse()

    async def delete(self, run_id: RunId) -> None:
        """Refuse."""
        self._refuse()

    async def check(self) -> None:
        """Refuse: it cannot be written."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise JournalUnavailable(f"The journal {self._readers.path} was opened for reading only.")


def _located(path: Path) -> Path:
    if not path.exists():
        raise JournalUnavailable(f"There is no journal at {path}: nothing has run with this data folder yet.")
    return path.absolute()
