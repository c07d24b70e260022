"""What tests of every room share."""

import gc
import os
import random
from collections.abc import Generator
from pathlib import Path

import pytest

from callsheet.journal.postgres.migrate import upgrade
from tests.e2e.load import report
from tests.e2e.ui.second_try import MARK
from tests.support.fleet import empty_queue, make_queue
from tests.support.postgres import PostgresServer, postgres_server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell of each test that was tried twice what the first try failed with."""
    reports: list[object] = [report for some in terminalreporter.stats.values() for report in some]
    told = {str(text) for each in reports for name, text in getattr(each, "user_properties", ()) if name == MARK}
    for text in sorted(told):
        terminalreporter.section("tried twice")
        terminalreporter.write_line(text)


def pytest_collection_finish() -> None:
    """Keep thousands of collected tests out of the collector's sight, which would go through them again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres() -> Generator[PostgresServer]:
    """A PostgreSQL server for all tests of this process: they take a database each, and do not stop it."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Generator[str]:
    """A database with the empty tables of the journal."""
    with postgres.lent("journal", upgrade) as url:
        yield url


@pytest.fixture(scope="session")
def queue_database(postgres: PostgresServer) -> str:
    """The URL of a database with the tables of the queue of runs."""
    url = postgres.database()
    make_queue(url)
    return url


@pytest.fixture
def queue_url(queue_database: str) -> str:
    """The URL of a database with an empty queue of runs. Nobody else uses it."""
    empty_queue(queue_database)
    return queue_database


@pytest.fixture(scope="session")
def wheel_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Where `tests.support.wheel` builds and installs the wheel, one for all processes of this test run."""
    base = tmp_path_factory.getbasetemp()
    return (base if worker_id == "master" else base.parent) / "wheel"


@pytest.fixture
def seed() -> int:
    """Decides what happens when; shown when the test fails, and taken from `E2E_SEED` to try the same again."""
    chosen = int(os.environ.get("E2E_SEED") or random.SystemRandom().randrange(2**32))
    report(f"E2E_SEED={chosen}")
    return chosen
