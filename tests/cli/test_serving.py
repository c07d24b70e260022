"""A service in this process: what ends it."""

import asyncio
from pathlib import Path

import pytest

from callsheet.api.binding import listen
from callsheet.cli.serving import serving
from callsheet.errors import JournalLost
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
