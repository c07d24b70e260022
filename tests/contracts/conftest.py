"""One fixture per port: its adapters, each as a parameter."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from callsheet.journal.memory import MemoryJournal
from callsheet.journal.postgres.journal import PostgresJournal
from callsheet.journal.sqlite.journal import SqliteJournal
from callsheet.runs.ports import Journal
from callsheet.telemetry.journal import ObservedJournal
from callsheet.telemetry.runs import RunsAtWork


@pytest.fixture(params=["memory", "sqlite", "postgres", "observed"])
async def journal(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Journal]:
    """An empty journal of each kind."""
    if request.param == "memory":
        yield MemoryJournal()
    elif request.param == "observed":
        yield ObservedJournal(MemoryJournal(), RunsAtWork(()), ())
    elif request.param == "sqlite":
        async with SqliteJournal.open(tmp_path / "data" / "journal.db") as opened:
            yield opened
    else:
        async with PostgresJournal.open(request.getfixturevalue("postgres_url")) as opened:
            yield opened
