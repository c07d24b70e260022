"""The journal in a PostgreSQL database: one writer with group commit per process, and news of the other processes."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import psycopg

from callsheet.journal.announcements import Announcements
from callsheet.journal.changes import Change, Deliver, Outcome, RequestCancel
from callsheet.journal.group_commit import GroupCommit
from callsheet.journal.postgres.address import Address
from callsheet.journal.postgres.archive import Archive
from callsheet.journal.postgres.connections import Connection, Patience, connect
from callsheet.journal.postgres.faults import unavailable
from callsheet.journal.postgres.listener import Listener
from callsheet.journal.postgres.lookout import Lookout, View, view
from callsheet.journal.postgres.news import News
from callsheet.journal.postgres.readers import Readers
from callsheet.journal.postgres.removal import finish_removals
from callsheet.journal.postgres.writer import Writer
from callsheet.journal.recording import Recording
from callsheet.journal.tails import Tails
from callsheet.journal.wakeups import Wakeups
from callsheet.runs.events import Record, RunId
from callsheet.runs.ports import ChangedRuns

_MIB: Final = 1024 * 1024
_CLOSED: Final = "The journal is closed: the service is stopping."


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresOptions:
    """How a journal trades latency and memory for throughput.

    Attributes:
        linger: seconds that a batch waits for more while many runs are active; 0 for never.
        linger_above: how many active runs are not yet many.
        max_queued_bytes: beyond it, callers wait until something is written.
        tail_bytes: memory for the latest events of all runs.
        tail_bytes_per_run: memory for the latest events of one run.
        readers: how many queries run at the same time; there are two more connections, to write and to listen.
        poll_interval: seconds between two looks for what other processes appended and did not say.
        look_interval: seconds between two looks, while somebody watches all runs, for a status that nobody told.
        patience: how long the database may take.
    """

    linger: float = 0.001
    linger_above: int = 4
    max_queued_bytes: int = 64 * _MIB
    tail_bytes: int = 64 * _MIB
    tail_bytes_per_run: int = 4 * _MIB
    readers: int = 4
    poll_interval: float = 1.0
    look_interval: float = 5.0
    patience: Patience = field(default_factory=Patience)


class PostgresJournal(Recording, Archive):
    """The `Journal` port on a database that many processes write. Made by `open`; lives on one event loop.

    Beyond the port: a cancelled `append` or `create` ends when it is settled whether it was made, and `wait` raises
    `RunNotFound` for a run that does not exist. `on_signal` and `stirred` tell an engine what other processes want of
    the runs at work here.
    """

    def __init__(self, address: Address, connection: Connection, options: PostgresOptions) -> None:
        super().__init__(Readers(address, options.patience, connections=options.readers))
        self._wakeups = Wakeups()
        self._announcements = Announcements()
        self._lookups: dict[RunId, asyncio.Future[int]] = {}
        self._tails = Tails(max_bytes=options.tail_bytes, max_bytes_per_run=options.tail_bytes_per_run)
        self._callbacks: list[Callable[[RunId], None]] = []
        self._writer = Writer(connection, address, options.patience)
        self._commits = GroupCommit(
            self._writer,
            self._publish,
            linger=options.linger,
            linger_above=options.linger_above,
            max_bytes=options.max_queued_bytes,
        )
        self._listener = Listener(
            address,
            options.patience,
            heard=self._heard,
            began=self._announcements.announce_any,
            waited_for=self._wakeups.runs,
            ask=self.last_seqs,
            poll_interval=options.poll_interval,
            tick=self._writer.watch,
        )

        self._lookout = Lookout(self._announcements, self._view, options.look_interval)

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, options: PostgresOptions | None = None) -> AsyncGenerator["PostgresJournal"]:
        """Open the journal at `url`; leaving commits what is queued and closes it.

        Args:
            url: `postgresql://user:password@host:port/database`.
            options: the defaults when None.

        Raises:
            ConfigurationInvalid: `url` is no such URL.
            JournalUnavailable: the database cannot be reached, or has other tables; the sentence says why.
        """
        options = options or PostgresOptions()
        address = Address.parse(url)
        connection = await asyncio.to_thread(_connected, address, options.patience)
        journal = cls(address, connection, options)
        journal._listener.start()
        journal._lookout.start()
        try:
            yield journal
        finally:
            await journal.close()

    @property
    def lost(self) -> asyncio.Event:
        """Never set: what a database that failed has kept is known when it answers again."""
        return self._commits.lost

    @property
    def listening(self) -> asyncio.Event:
        """Set while news of other processes come at once, and not only with the next look."""
        return self._listener.listening

    def describe(self, note: dict[str, str]) -> None:
        """Nothing: nobody has to find the process that writes, for every process may."""

    def on_signal(self, callback: Callable[[RunId], None]) -> Callable[[], None]:
        """Call `callback` when a process delivered a message to a run or asked for its cancel, here or elsewhere.

        It is called on the event loop, perhaps more than once for one reason, and not at all when the connection is
        lost at the wrong moment: ask `stirred` every now and then.

        Returns:
            What ends it.
        """
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def changed_runs(self) -> AbstractContextManager[ChangedRuns]:
        """See `Journal.changed_runs`."""
        self._lookout.subscribed()
        return super().changed_runs()

    async def read(self, run_id: RunId, after: int = 0, limit: int | None = None) -> Sequence[Record]:
        """See `Journal.read`. From memory at most as a part: the run may have gone on in another process."""
        known = None if limit is None else self._tails.read(run_id, after, limit)
        return known or await super().read(run_id, after, limit)

    async def wait(self, run_id: RunId, after: int) -> None:
        """See `Journal.wait`.

        Raises:
            RunNotFound: there is no such run.
        """
        while True:
            with self._wakeups.registered(run_id) as woken:
                last_seq = self._tails.last_seq(run_id)
                if last_seq is None:
                    last_seq = await self._look_up(run_id)
                if last_seq > after or await woken > after:
                    return

    async def close(self) -> None:
        """Commit what is queued and close everything; `open` does it."""
        await self._commits.close()
        await self._lookout.close()
        await self._listener.close()
        await self._readers.close()
        self._wakeups.close(_CLOSED)
        self._announcements.close(_CLOSED)

    async def _look_up(self, run_id: RunId) -> int:
        """The last seq in the database, asked once for all who want it at the same time."""
        asked = self._lookups.get(run_id)
        if asked is None:
            asked = self._lookups[run_id] = asyncio.ensure_future(self.last_seq(run_id))
            asked.add_done_callback(lambda done: self._looked_up(run_id, done))
        return await asyncio.shield(asked)

    def _looked_up(self, run_id: RunId, answer: asyncio.Future[int]) -> None:
        del self._lookups[run_id]
        if not answer.cancelled() and answer.exception() is None:
            self._tails.remember(run_id, answer.result())

    def _publish(self, change: Change, outcome: Outcome) -> None:
        super()._publish(change, outcome)
        if isinstance(change, Deliver | RequestCancel):
            self._signal(change.run_id)

    def _heard(self, news: News, backend: int) -> None:
        for run_id, last_seq in news.appended.items():
            known = self._tails.last_seq(run_id)
            if known is not None and known < last_seq:
                self._tails.remember(run_id, last_seq)
            self._wakeups.notify(run_id, last_seq)
        for run_id in news.removed:
            self._tails.forget(run_id)
            self._wakeups.remove(run_id)
        if backend != self._writer.backend:  # what this process wrote was announced already
            for run_id in (*news.turned, *news.removed):
                self._announcements.announce(run_id)
            self._lookout.heard(news.turned)
        for run_id in news.stirred:
            self._signal(run_id)

    async def _view(self, after: int | None) -> View | None:
        return await self._readers.query(lambda connection: view(connection, after))

    def _signal(self, run_id: RunId) -> None:
        for callback in tuple(self._callbacks):
            callback(run_id)


def _connected(address: Address, patience: Patience) -> Connection:
    connection = connect(address, patience)
    try:
        finish_removals(connection)
    except psycopg.Error as exc:
        connection.close()
        raise unavailable(exc, address) from exc
    return connection
