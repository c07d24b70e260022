"""A service in this process: what ends it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from callsheet.api.binding import listen
from callsheet.catalog.memory import MemoryCatalog
from callsheet.cli.actions.serve import scenarios_of
from callsheet.cli.serving import serving
from callsheet.errors.journal import JournalLost, JournalUnavailable
from callsheet.runs.ports import CatalogEntry
from callsheet.settings import load_settings


async def test_a_failed_disk_ends_the_service_so_that_the_next_one_reads_what_is_true(tmp_path: Path) -> None:
    settings = load_settings({"port": 0}, folder=tmp_path)
    async with asyncio.timeout(15):
        async with serving(settings, {}, listen(settings.host, settings.port)) as service:
            waiting = asyncio.create_task(service.stopped())
            service.system.journal.lost.set()
            with pytest.raises(JournalLost):
                await waiting
        assert service.draining.started


async def test_draining_ends_the_service_without_an_error(tmp_path: Path) -> None:
    settings = load_settings({"port": 0}, folder=tmp_path)
    async with asyncio.timeout(15), serving(settings, {}, listen(settings.host, settings.port)) as service:
        service.draining.start()
        await service.stopped()


class _Away(MemoryCatalog):
    """A catalog whose database has gone away since the process began."""

    async def list(self) -> Sequence[CatalogEntry]:
        """See `MemoryCatalog`."""
        raise JournalUnavailable("The database is away.")


async def test_a_database_that_goes_away_when_it_has_begun_does_not_end_the_service() -> None:
    assert await scenarios_of(MemoryCatalog([{"scenario_id": "broken"}])) == (
        "1, 1 of them broken ('callsheet scenarios' says why),"
    )
    assert await scenarios_of(_Away()) == "not known now,"
