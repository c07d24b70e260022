"""Failpoints in the journal on PostgreSQL, and a look into its tables."""

import sys
from typing import Any, cast

import psycopg

from callsheet.engine.fleet.engine import FleetEngine
from callsheet.engine.fleet.timing import Timing
from callsheet.journal.postgres.address import Address
from callsheet.journal.postgres.connections import Connection, Patience
from callsheet.journal.postgres.journal import PostgresJournal
from callsheet.journal.postgres.writer import Writer
from tests.failpoints.dying import DyingConnection, DyingWriter, Failpoint


class _Armed(DyingWriter):
    """What the journal asks its writer beside `BatchWriter`."""

    def __init__(self, writer: Writer, connection: DyingConnection, failpoint: Failpoint) -> None:
        super().__init__(writer, connection.dies_at_commit, failpoint)
        self.watch = writer.watch


HASTY = Timing(heartbeat=0.5, stalled_after=2.0, sweep=0.4, poll=0.5, listen=0.25, reconcile=1.0)
"""A dead process is found soon; one that a busy machine lets wait for a second is not taken for dead."""


class OnPostgres:
    """The `Database` at `url`, which has the tables of a journal and of a queue."""

    def __init__(self, url: str) -> None:
        self._url = url

    def arm(self, failpoint: Failpoint) -> None:
        """See `Database.arm`."""

        def make(connection: Connection, address: Address, patience: Patience) -> _Armed:
            dying = DyingConnection(connection, failpoint.die)
            return _Armed(Writer(cast("Connection", dying), address, patience), dying, failpoint)

        setattr(sys.modules[PostgresJournal.__module__], Writer.__name__, make)

    def hurry(self) -> None:
        """See `Database.hurry`."""
        setattr(sys.modules[FleetEngine.__module__], Timing.__name__, lambda: HASTY)

    @property
    def url(self) -> str | None:
        """See `Database.url`."""
        return self._url

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """See `Database.query`."""
        with psycopg.connect(self._url, options="-c search_path=callsheet") as connection:
            return connection.execute(cast("Any", sql)).fetchall()
