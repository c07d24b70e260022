"""Bringing the tables up to date with yoyo-migrations. Imported only by `callsheet db upgrade` and by tests."""

# yoyo has no type hints.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportIncompatibleMethodOverride=false

import glob
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from yoyo import default_migration_table, read_migrations
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.connections import DatabaseURI

from callsheet.journal.migrating import OneByOne
from callsheet.journal.postgres.address import Address
from callsheet.journal.postgres.faults import too_new, unavailable
from callsheet.journal.postgres.schema import SCHEMA_VERSION, stored_version

MIGRATIONS: Final = Path(__file__).parent / "migrations"
"""One file per version, in the order of their names."""

_LOCK: Final = 0x63616C6C73686565
"""The key of the advisory lock that an upgrade holds: any number of processes may start one at once."""


def upgrade(url: str) -> Sequence[str]:
    """Apply every migration that the database does not have; return their names, none when it was up to date.

    Raises:
        ConfigurationInvalid: `url` is no URL of PostgreSQL.
        JournalUnavailable: the database cannot be reached or changed, or was upgraded by a newer Callsheet.
    """
    address = Address.parse(url)
    with _connected(address) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        _check(connection, address)
        connection.execute("CREATE SCHEMA IF NOT EXISTS callsheet")
        with _Backend(DatabaseURI("", None, None, None, None, "", {}), default_migration_table, address) as backend:
            backend.init_database()
            # Whoever held yoyo's lock is dead: the advisory one is ours.
            backend.break_lock()
            with backend.lock():
                missing = backend.to_apply(read_migrations(glob.escape(str(MIGRATIONS))))
                backend.apply_migrations(missing)
        return [migration.id for migration in missing]


def needs_upgrade(url: str) -> bool:
    """Whether `upgrade` would do something.

    Raises:
        ConfigurationInvalid: `url` is no URL of PostgreSQL.
        JournalUnavailable: the database cannot be reached, or was upgraded by a newer Callsheet.
    """
    address = Address.parse(url)
    with _connected(address) as connection:
        version = _check(connection, address)
    return version is None or version < SCHEMA_VERSION


@contextmanager
def _connected(address: Address) -> Generator[psycopg.Connection]:
    try:
        with psycopg.connect(address.url, autocommit=True, application_name="callsheet upgrade") as connection:
            yield connection
    except psycopg.Error as exc:
        raise unavailable(exc, address) from exc


def _check(connection: psycopg.Connection, address: Address) -> int | None:
    found = stored_version(connection)
    if found is not None and found[1] > SCHEMA_VERSION:
        raise too_new(address)
    return None if found is None else found[0]


class _Backend(OneByOne, PostgresqlPsycopgBackend):
    """yoyo's backend in our schema, one transaction per migration, and without names of people or machines."""

    def __init__(self, uri: Any, migration_table: str, address: Address) -> None:
        self._address = address
        super().__init__(uri, migration_table)

    def connect(self, dburi: Any) -> psycopg.Connection:
        """Connect as libpq reads the URL: yoyo's own reading knows less."""
        return psycopg.connect(self._address.url, autocommit=True, application_name="callsheet upgrade")

    def init_connection(self, connection: Any) -> None:
        """Keep yoyo's own tables beside ours."""
        connection.execute("SET search_path TO callsheet")
        # Whoever waits for a table lets nobody else at it; better to fail, and be started again.
        connection.execute("SET lock_timeout TO '10s'")
