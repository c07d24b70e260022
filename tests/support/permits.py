"""A new database in which nobody holds any permit."""

from callsheet.journal.postgres.migrate import upgrade
from tests.support.postgres import PostgresServer


def permit_database(server: PostgresServer) -> str:
    """Its URL."""
    return server.prepared("permits", upgrade)
