"""What tests of every room share."""

from collections.abc import Generator

import pytest

from tests.support.postgres import PostgresServer, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Generator[PostgresServer]:
    """A PostgreSQL server for all tests of this process: they take a database each, and do not stop it."""
    with postgres_server() as server:
        yield server
