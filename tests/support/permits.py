"""The tables of the permits in a new database."""

from pathlib import Path
from typing import LiteralString, cast

import psycopg

from callsheet.journal.postgres import permits
from tests.support.postgres import PostgresServer

_TABLES = Path(permits.__file__).parent / "migrations" / "0002_permits.sql"


def permit_database(server: PostgresServer) -> str:
    """The URL of a database in which nobody holds anything."""
    return server.prepared("permits", _prepare)


def _prepare(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA callsheet")
        connection.execute("CREATE TABLE callsheet.schema_version (id INTEGER, version INTEGER)")
        connection.execute(cast("LiteralString", _TABLES.read_text(encoding="utf-8")))
