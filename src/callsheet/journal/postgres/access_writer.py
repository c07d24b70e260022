"""Writes keys, sessions and acts: one batch is one transaction, on a connection of its own."""

import math
import time
from collections.abc import Sequence
from typing import Final

import psycopg

from callsheet.journal.access_changes import ChangeAccess
from callsheet.journal.changes import Change, Outcome
from callsheet.journal.postgres.access import change_access
from callsheet.journal.postgres.address import Address
from callsheet.journal.postgres.connections import Connection, Patience, connect, cut
from callsheet.journal.postgres.faults import is_passing, unavailable

_ATTEMPTS: Final = 3
"""How often a batch is tried that met another transaction, or whose connection broke.

Each change is one that may be made twice, so nobody has to find out whether a commit that broke was made.
"""


class AccessWriter:
    """A writer for `GroupCommit`. Used by one thread, but for `watch`.

    Args:
        address: of the database; it is connected to when there is something to write.
        patience: how long anything may take.
    """

    def __init__(self, address: Address, patience: Patience) -> None:
        self._address = address
        self._patience = patience
        self._connection: Connection | None = None
        self._deadline = math.inf
        self._gave_up = False

    def watch(self) -> None:
        """Cut the connection when the server has not answered in time. The event loop calls it now and then."""
        connection = self._connection
        if time.monotonic() > self._deadline and connection is not None:
            self._gave_up = True
            cut(connection)

    def commit(self, changes: Sequence[Change]) -> list[Outcome]:
        """Make all `changes` in one transaction; return when it is on disk.

        Raises:
            JournalUnavailable: they may have been written all the same, when the connection broke in the commit.
        """
        actions = [change.action for change in changes if isinstance(change, ChangeAccess)]
        self._gave_up = False
        for attempt in range(1, _ATTEMPTS + 1):
            self._deadline = time.monotonic() + self._patience.statement + 1
            try:
                connection = self._connected()
                with connection.transaction():
                    return [*change_access(connection, actions)]
            except psycopg.Error as exc:
                broken = self._drop_if_broken()
                if self._gave_up or attempt == _ATTEMPTS or not (broken or is_passing(exc)):
                    raise unavailable(exc, self._address, gave_up=self._gave_up) from exc
            finally:
                self._deadline = math.inf
        raise AssertionError("the last attempt returns or raises")

    def tidy(self, *, idle: bool) -> None:
        """Nothing is left to do."""

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = connect(self._address, self._patience)
        return self._connection

    def _drop_if_broken(self) -> bool:
        if self._connection is not None and self._connection.closed:
            self.close()
        return self._connection is None
