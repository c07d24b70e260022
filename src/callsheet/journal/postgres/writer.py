"""The only code that writes to the database: one batch of changes is one transaction of two round trips."""

import math
import time
from collections.abc import Iterable, Sequence
from enum import Enum, auto
from typing import Final

import psycopg

from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.kinds import CallsheetError
from callsheet.errors.runs import RunOwnershipLost
from callsheet.journal.changes import AppendRecords, Change, Outcome
from callsheet.journal.postgres.address import Address
from callsheet.journal.postgres.batch import Batch
from callsheet.journal.postgres.connections import Connection, Patience, connect, cut
from callsheet.journal.postgres.faults import is_passing, is_refusal, is_the_end, unavailable
from callsheet.journal.postgres.news import CHANNEL, News, texts
from callsheet.journal.postgres.transaction import Transaction
from callsheet.runs.events import RunId

_ATTEMPTS: Final = 4
"""How often a batch is tried that met another transaction, or whose connection broke before the commit."""
_PAUSE: Final = 0.05
"""Seconds between two attempts to connect again."""


class Writer:
    """Makes batches of changes durable. Used by one thread, but for `watch`.

    Args:
        connection: as `callsheet.journal.postgres.connections.connect` makes it.
        address: where to connect again.
        patience: how long anything may take.
    """

    def __init__(self, connection: Connection, address: Address, patience: Patience) -> None:
        self._connection: Connection | None = connection
        self._address = address
        self._patience = patience
        self._deadline = math.inf
        self._gave_up = False
        self._news: list[News] = []
        self.backend = connection.info.backend_pid
        self.transactions = 0

    def watch(self) -> None:
        """Cut the connection when the server has not answered in time. The event loop calls it now and then."""
        connection = self._connection
        if time.monotonic() > self._deadline and connection is not None:
            self._gave_up = True
            cut(connection)

    def commit(self, changes: Sequence[Change]) -> list[Outcome]:
        """Make all `changes` in one transaction; return when it is on disk.

        A change that cannot be made fails alone, its outcome is the error. When the connection breaks in the commit,
        the server is asked what became of it.

        Raises:
            JournalUnavailable: nothing was written; or whether it was is not known, which the sentence says then.
        """
        self._gave_up = False
        try:
            return self._commit(changes)
        finally:
            self._deadline = math.inf

    def tidy(self, *, idle: bool) -> None:
        """Tell the other processes what was committed: after it, for a NOTIFY in a transaction makes commits queue up.

        What cannot be told is found out by their polling.
        """
        news, self._news = self._news, []
        connection = self._connection
        if connection is None or not news:
            return
        self._deadline = time.monotonic() + self._patience.statement
        try:
            with connection.pipeline():
                for text in texts(_together(news)):
                    connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, text))
        except psycopg.Error as exc:
            self._drop_if_broken(exc)
        finally:
            self._deadline = math.inf

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _commit(self, changes: Sequence[Change]) -> list[Outcome]:
        for attempt in range(1, _ATTEMPTS + 1):
            self._deadline = time.monotonic() + self._patience.statement + 1
            transaction = Transaction(self._connected(), Batch.of(changes))
            try:
                transaction.run()
            except psycopg.Error as exc:
                fate = self._fate(exc, transaction)
                if fate is _Fate.REFUSED:
                    return self._one_by_one(changes, exc)
                if fate is _Fate.FAILED or (fate is _Fate.PASSING and attempt == _ATTEMPTS):
                    raise unavailable(exc, self._address, gave_up=self._gave_up) from exc
                if fate is _Fate.PASSING:
                    continue
            self.transactions += 1
            self._news.append(transaction.news())
            return transaction.batch.outcomes
        raise AssertionError("the last attempt returns or raises")

    def _fate(self, error: psycopg.Error, transaction: Transaction) -> "_Fate":
        """What is to be made of a transaction that ended in `error`.

        Raises:
            JournalUnavailable: whether it was committed is not known.
        """
        if self._drop_if_broken(error):
            if transaction.may_be_committed and self._was_committed(transaction, error):
                return _Fate.COMMITTED
            return _Fate.FAILED if self._gave_up else _Fate.PASSING
        self._roll_back()
        if is_refusal(error):
            return _Fate.REFUSED
        return _Fate.PASSING if is_passing(error) else _Fate.FAILED

    def _one_by_one(self, changes: Sequence[Change], error: psycopg.Error) -> list[Outcome]:
        """Each change in a transaction of its own, because the database refuses one of them."""
        if len(changes) == 1:
            return [_refusal(changes[0], unavailable(error, self._address))]
        outcomes: list[Outcome] = []
        for change in changes:
            try:
                outcomes += self._commit([change])
            except JournalUnavailable as exc:
                outcomes.append(exc)
        return outcomes

    def _was_committed(self, transaction: Transaction, error: psycopg.Error) -> bool:
        """What became of a transaction whose connection broke in the commit.

        Raises:
            JournalUnavailable: that could not be found out.
        """
        until = time.monotonic() + self._patience.learning
        while time.monotonic() < until:
            self._deadline = until
            try:
                answer = transaction.outcome(self._connected())
            except JournalUnavailable:
                pass  # no connection to ask over, yet
            except psycopg.Error as exc:
                self._drop_if_broken(exc)
            else:
                if answer is not None:
                    return answer
            time.sleep(_PAUSE)
        raise JournalUnavailable(
            f"The connection to the journal {self._address.name} broke in a commit, and whether that was made could not"
            f" be found out: whoever reads the run again sees it. ({' '.join(str(error).split())})"
        ) from error

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = connect(self._address, self._patience)
            self.backend = self._connection.info.backend_pid
        return self._connection

    def _drop_if_broken(self, error: psycopg.Error | None = None) -> bool:
        """Whether there is no connection any more; `error` may be the server's last word on it."""
        connection = self._connection
        if connection is not None and (connection.closed or (error is not None and is_the_end(error))):
            connection.close()
            self._connection = None
        return self._connection is None

    def _roll_back(self) -> None:
        if self._connection is not None:
            try:
                self._connection.execute("ROLLBACK")
            except psycopg.Error as exc:
                self._connection.close()
                self._drop_if_broken(exc)


class _Fate(Enum):
    COMMITTED = auto()
    PASSING = auto()
    REFUSED = auto()
    FAILED = auto()


def _together(news: Iterable[News]) -> News:
    appended: dict[RunId, int] = {}
    turned: set[RunId] = set()
    stirred: set[RunId] = set()
    removed: set[RunId] = set()
    for each in news:
        appended |= each.appended
        turned |= each.turned
        stirred |= each.stirred
        removed |= each.removed
    return News(appended=appended, turned=frozenset(turned), stirred=frozenset(stirred), removed=frozenset(removed))


def _refusal(change: Change, error: JournalUnavailable) -> CallsheetError:
    if isinstance(change, AppendRecords):
        # The key of the events is the fence: the row said another seq than the events have.
        return RunOwnershipLost(f"Run {change.run_id} has an event {change.expected_seq + 1} already.")
    return error
