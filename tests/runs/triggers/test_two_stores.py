"""Schedulers of two processes over one database: each slot fires once."""

import asyncio

from callsheet.journal.postgres.address import Address
from callsheet.journal.postgres.trigger_store import open_triggers
from tests.runs.triggers.house import house, schedule


async def test_two_processes_on_one_database_fire_each_slot_once(postgres_url: str) -> None:
    address = Address.parse(postgres_url)
    async with open_triggers(address) as here, open_triggers(address) as there, house() as fleet:
        fleet.put(schedule(overlap="allow"))
        fleet.store = here
        one = fleet.scheduler()
        fleet.store = there
        two = fleet.scheduler()
        await asyncio.gather(one.look(), two.look())
        for _ in range(10):
            fleet.clock.advance(30)
            await asyncio.gather(one.look(), two.look())
        assert await fleet.told() == [f"12:0{minute} started" for minute in range(1, 6)]
        assert sorted(run.run_id for run in await fleet.runs()) == sorted(slot.run_id for slot in await fleet.slots())
