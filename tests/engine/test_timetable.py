"""When a scheduler looks: at a slot, when somebody rings, when a run has ended, when files change, after a failure."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from callsheet.engine.timetable import Timetable, timetable
from tests.runs.triggers.house import House, house, schedule


@asynccontextmanager
async def looking(fleet: House) -> AsyncGenerator[Timetable]:
    """A timetable that has looked once and asks for news."""
    async with timetable(fleet.scheduler(), fleet.journal, fleet.clock) as table:
        async with asyncio.timeout(5):
            await table.looked(1)
            await fleet.clock.asked_to_sleep.wait()
            yield table


async def move(fleet: House, seconds: float) -> None:
    """Move the clock in steps of 2 s, each time when somebody waits for that."""
    for _ in range(int(seconds / 2)):
        await fleet.clock.asked_to_sleep.wait()
        fleet.clock.asked_to_sleep.clear()
        fleet.clock.advance(2)


async def until_told(fleet: House, table: Timetable, expected: list[str]) -> None:
    """Return when this was decided about the slots; `looking` limits the time."""
    while True:
        looks = table.looks
        if await fleet.told() == expected:
            return
        await table.looked(looks + 1)


async def test_it_looks_when_a_slot_is_there() -> None:
    async with house() as fleet:
        fleet.put(schedule())
        async with looking(fleet) as table:
            assert await fleet.told() == []
            await move(fleet, 30)
            await until_told(fleet, table, ["12:01 started"])


async def test_it_looks_at_once_when_somebody_rings() -> None:
    async with house() as fleet, looking(fleet) as table:
        table.ring()
        await table.looked(2)


async def test_it_looks_two_seconds_after_a_file_has_changed() -> None:
    async with house() as fleet, looking(fleet) as table:
        fleet.put(schedule())
        await move(fleet, 2)
        while "often" not in await fleet.store.states():
            await table.looked(table.looks + 1)
        fleet.files.remove("often.schedule.json")
        await move(fleet, 4)
        while (await fleet.store.states())["often"].timing:
            await table.looked(table.looks + 1)


async def test_it_does_not_look_without_news() -> None:
    async with house() as fleet:
        fleet.put(schedule("hourly", cron="0 * * * *"))
        async with looking(fleet) as table:
            await move(fleet, 28)
            await fleet.clock.asked_to_sleep.wait()
            assert table.looks <= 2, "what the first look itself observes is news once"


async def test_it_looks_soon_after_another_process_has_resumed_a_schedule() -> None:
    async with house() as fleet:
        fleet.put(schedule())
        await fleet.store.pause("often", fleet.clock.now(), paused=True)
        async with looking(fleet) as table:
            await move(fleet, 8)
            before = table.looks
            await fleet.store.pause("often", fleet.clock.now(), paused=False)
            await move(fleet, 2)
            await table.looked(before + 1)


async def test_it_looks_when_the_run_has_ended_that_a_slot_waits_for() -> None:
    async with house() as fleet:
        fleet.put(schedule(scenario_id="slow", overlap="queue"))
        async with looking(fleet) as table:
            await move(fleet, 30)
            await until_told(fleet, table, ["12:01 started"])
            await move(fleet, 60)
            await until_told(fleet, table, ["12:01 started", "12:02 queued"])
            await fleet.approve((await fleet.runs())[0].run_id)
            await until_told(fleet, table, ["12:01 started", "12:02 started"])


async def test_it_looks_again_after_a_failure_and_nothing_is_lost() -> None:
    async with house() as fleet:
        fleet.put(schedule())
        async with looking(fleet) as table:
            fleet.journal.full = True
            await move(fleet, 30)
            await until_told(fleet, table, ["12:01 starting"])
            fleet.journal.full = False
            await move(fleet, 6)
            await until_told(fleet, table, ["12:01 started"])


async def test_a_fault_of_a_look_does_not_end_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    async with house() as fleet, looking(fleet) as table:
        states = fleet.store.states

        async def broken() -> None:
            raise RuntimeError("a defect")

        monkeypatch.setattr(fleet.store, "states", broken)
        table.ring()
        await table.looked(2)
        monkeypatch.setattr(fleet.store, "states", states)
        fleet.put(schedule())
        await move(fleet, 6)
        while "often" not in await states():
            await table.looked(table.looks + 1)
