"""Group commit: many callers on the event loop, one writer thread, one transaction and one wake-up per batch."""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from callsheet.errors.journal import JournalLost, JournalUnavailable
from callsheet.errors.kinds import CallsheetError
from callsheet.journal.changes import Change, Outcome

_ACTIVITY_SPAN: Final = 0.1
"""Seconds after which a run that wrote nothing begins to count as inactive."""

Published: TypeAlias = Callable[[Change, Outcome], None]
"""Called on the loop for each change that is durable, before its caller goes on."""


Committed: TypeAlias = Callable[[int, float], None]
"""Called on the loop for each batch that is durable: how many changes it had, and how many seconds that took."""


class BatchWriter(Protocol):
    """What the thread calls: `callsheet.journal.sqlite.writer.Writer`."""

    def commit(self, changes: Sequence[Change]) -> list[Outcome]:
        """Make all changes durable, or raise `JournalUnavailable`."""
        ...

    def tidy(self, *, idle: bool) -> None:
        """Do what can wait, after a batch was answered."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


@dataclass(slots=True, eq=False)
class _Ticket:
    """One change on its way. Mutable: `batch` is set when the thread has it."""

    change: Change
    answer: asyncio.Future[Outcome]
    batch: asyncio.Future[None] | None = None


@dataclass(frozen=True, slots=True)
class _Batch:
    tickets: list[_Ticket]
    settled: asyncio.Future[None]
    began: float


class _Activity:
    """Which writers were active lately: those of this span of time and of the one before."""

    def __init__(self) -> None:
        self._since = 0.0
        self._current: set[str] = set()
        self._before: set[str] = set()

    def note(self, run_id: str, now: float) -> None:
        if now - self._since > _ACTIVITY_SPAN:
            self._before = self._current if now - self._since < 2 * _ACTIVITY_SPAN else set()
            self._current = set()
            self._since = now
        self._current.add(run_id)

    def forget(self, run_id: str) -> None:
        self._current.discard(run_id)
        self._before.discard(run_id)

    def count(self) -> int:
        return max(len(self._current), len(self._before))


class GroupCommit:
    """The queue in front of the writer thread, which it starts and ends. Belongs to the running event loop.

    Args:
        writer: used by the thread alone.
        published: see `Published`.
        linger: seconds that a batch waits for more changes while more than `linger_above` runs are active. It does not
            wait when all of them have written already.
        linger_above: with so many active runs or fewer, nothing waits.
        max_bytes: how much may be queued or being written; further callers wait for room.

    Attributes:
        committed: see `Committed`; None when nobody measures.
    """

    def __init__(
        self, writer: BatchWriter, published: Published, *, linger: float, linger_above: int, max_bytes: int
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._writer = writer
        self._published = published
        self._linger = linger
        self._linger_above = linger_above
        self._max_bytes = max_bytes
        self._bytes = 0
        self._room = asyncio.Event()
        self._pending: list[_Ticket] = []
        self._in_flight: _Batch | None = None
        self._due: asyncio.Handle | None = None
        self._lingering = False
        self._activity = _Activity()
        self._closed = False
        self.lost = asyncio.Event()
        self.committed: Committed | None = None
        self._handover: queue.SimpleQueue[_Batch | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="callsheet-journal", daemon=True)
        self._thread.start()

    @property
    def queued_bytes(self) -> int:
        """Bytes that are queued or being written."""
        return self._bytes

    async def submit(self, change: Change, run_id: str, *, last: bool = False) -> Outcome:
        """Return the outcome of `change` when it is durable. After its `last` change nobody waits for a run any more.

        A cancelled caller leaves when the matter is settled: either the change is taken out of the queue and never
        made, or its batch has been committed or has failed. Who reads the journal after that sees what is true.

        Raises:
            CallsheetError: this change failed, or with `JournalUnavailable` its whole batch.
        """
        while self._bytes and self._bytes + change.size > self._max_bytes:
            self._room.clear()
            await self._room.wait()
        if self._closed:
            raise JournalUnavailable("The journal is closed: the service is stopping.")
        ticket = _Ticket(change, self._loop.create_future())
        self._pending.append(ticket)
        self._bytes += change.size
        if last:
            self._activity.forget(run_id)
        else:
            self._activity.note(run_id, self._loop.time())
        self._arm()
        try:
            return await ticket.answer
        except asyncio.CancelledError:
            await self._withdraw(ticket)
            raise

    async def close(self) -> None:
        """Commit what is queued, end the thread, close the writer. Later callers get `JournalUnavailable`."""
        self._closed = True
        self._room.set()
        while self._in_flight is not None or self._pending:
            if self._in_flight is None:
                self._flush()
            else:
                await asyncio.shield(self._in_flight.settled)
        self._disarm()
        self._handover.put(None)
        await self._loop.run_in_executor(None, self._thread.join)

    async def _withdraw(self, ticket: _Ticket) -> None:
        if ticket.batch is None:
            self._pending.remove(ticket)
            self._release(ticket)
        elif not ticket.batch.done():
            await asyncio.shield(ticket.batch)

    def _arm(self) -> None:
        """See that the pending changes are handed over, now or when the linger is over."""
        if self._in_flight is not None or not self._pending or (self._due is not None and not self._lingering):
            return
        active = self._activity.count()
        linger = self._linger > 0 and active > self._linger_above and len(self._pending) < active
        if self._due is not None:
            if linger:
                return
            self._due.cancel()
        self._lingering = linger
        # Without a linger still at the end of this turn of the loop: all who are ready now get into the batch.
        self._due = self._loop.call_later(self._linger, self._flush) if linger else self._loop.call_soon(self._flush)

    def _disarm(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _flush(self) -> None:
        self._disarm()
        if self._in_flight is not None or not self._pending:
            return
        batch = _Batch(self._pending, self._loop.create_future(), self._loop.time())
        self._pending = []
        for ticket in batch.tickets:
            ticket.batch = batch.settled
        self._in_flight = batch
        self._handover.put(batch)

    def _settle(self, batch: _Batch, result: Sequence[Outcome] | JournalUnavailable) -> None:
        self._in_flight = None
        if isinstance(result, JournalLost):
            self.lost.set()
        elif self.committed is not None and not isinstance(result, JournalUnavailable):
            self.committed(len(batch.tickets), self._loop.time() - batch.began)
        for index, ticket in enumerate(batch.tickets):
            # An error of its own for every caller: each one's traceback is written into it.
            outcome = JournalUnavailable(result.message) if isinstance(result, JournalUnavailable) else result[index]
            self._answer(ticket, outcome)
            self._release(ticket)
        batch.settled.set_result(None)
        self._arm()

    def _answer(self, ticket: _Ticket, outcome: Outcome) -> None:
        if not isinstance(outcome, CallsheetError):
            self._published(ticket.change, outcome)
        if ticket.answer.done():
            return
        if isinstance(outcome, CallsheetError):
            ticket.answer.set_exception(outcome)
        else:
            ticket.answer.set_result(outcome)

    def _release(self, ticket: _Ticket) -> None:
        self._bytes -= ticket.change.size
        self._room.set()

    def _work(self) -> None:
        """The thread: batch by batch until None comes."""
        while (batch := self._handover.get()) is not None:
            result = self._commit(batch)
            try:
                self._loop.call_soon_threadsafe(self._settle, batch, result)
            except RuntimeError:
                break  # The loop was closed without closing the journal: nobody is left to be told.
            self._writer.tidy(idle=self._handover.empty())
        self._writer.close()

    def _commit(self, batch: _Batch) -> Sequence[Outcome] | JournalUnavailable:
        try:
            return self._writer.commit([ticket.change for ticket in batch.tickets])
        except JournalUnavailable as exc:
            return exc
        except Exception as exc:  # noqa: BLE001 - or every caller would wait for ever
            return JournalUnavailable(f"The journal failed in a way it should not: {exc!r}. Nothing was recorded.")
