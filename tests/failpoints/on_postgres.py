"""Failpoints in the journal on PostgreSQL, and a look into its tables."""

import sys
from typing import Any, cast

import psycopg

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


class OnPostgres:
    """The `Database` at `url`, which has the tables of a journal."""

    def __init__(self, url: str) -> None:
        self._url = url

    def arm(self, failpoint: Failpoint) -> None:
        """See `Database.arm`."""

        def make(connection: Connection, address: Address, patience: Patience) -> _Armed:
            dying = DyingConnection(connection, failpoint.die)
            return _Armed(Writer(cast("Connection", dying), address, patience), dying, failpoint)

        setattr(sys.modules[PostgresJournal.__module__], Writer.__name__, make)

    @property
    def url(self) -> str | None:
        """See `Database.url`."""
        return self._url

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """See `Database.query`."""
        with psycopg.connect(self._url, options="-c search_path=callsheet") as connection:
            return connection.execute(cast("Any", sql)).fetchall()
