"""Each slot fires once: across processes, crashes, clocks that jump, and days on which the clocks change."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from callsheet.errors.journal import JournalUnavailable
from callsheet.runs.events import RunTrigger, TriggerKind
from callsheet.runs.triggers.slots import Decision
from callsheet.scenario.json import JsonObject
from tests.runs.triggers.house import START, Crashed, House, house, schedule


def at(hour: int, minute: int) -> datetime:
    return datetime(2026, 1, 1, hour, minute, tzinfo=UTC)


async def test_a_slot_fires_at_its_time_and_its_run_says_which_it_was() -> None:
    async with house() as fleet:
        fleet.put(schedule(input={"n": 1}, priority=7))
        scheduler = fleet.scheduler()
        assert (await scheduler.look()).at == at(12, 1)
        assert await fleet.slots() == []
        await fleet.advance(scheduler, 30)
        (slot,) = await fleet.slots()
        state = await fleet.system.finished(slot.run_id)
        assert (slot.at, slot.decision) == (at(12, 1), Decision.STARTED)
        assert state.trigger == RunTrigger(kind=TriggerKind.SCHEDULE, name="often", slot=at(12, 1))
        assert (state.input, state.output, state.priority) == ({"n": 1}, {"n": 1}, 7)


async def test_two_processes_that_look_at_the_same_time_fire_each_slot_once() -> None:
    async with house() as fleet:
        fleet.put(schedule(overlap="allow"))
        one, two = fleet.scheduler(), fleet.scheduler()
        for _ in range(20):
            await asyncio.gather(one.look(), two.look())
            fleet.clock.advance(30)
        runs, slots = await fleet.runs(), await fleet.slots()
        assert len(slots) == len(runs) == 10
        assert {slot.run_id for slot in slots} == {run.run_id for run in runs}


@pytest.mark.parametrize("moment", ["crash_before", "crash_after"])
async def test_a_crash_between_the_claim_and_the_run_is_driven_on_by_whoever_looks_next(moment: str) -> None:
    async with house() as fleet:
        fleet.put(schedule())
        dying = fleet.scheduler()
        await dying.look()
        fleet.clock.advance(30)
        setattr(fleet.journal, moment, True)
        with pytest.raises(Crashed):
            await dying.look()
        assert await fleet.told() == ["12:01 starting"]
        setattr(fleet.journal, moment, False)
        await fleet.scheduler().look()
        assert await fleet.told() == ["12:01 started"]
        ((slot,), (run,)) = await fleet.slots(), await fleet.runs()
        assert slot.run_id == run.run_id
        await fleet.finished(run.run_id)


async def test_a_process_that_lives_takes_over_a_slot_that_another_claimed_and_never_started() -> None:
    async with house() as fleet:
        fleet.put(schedule())
        living, dying = fleet.scheduler(), fleet.scheduler()
        await asyncio.gather(living.look(), dying.look())
        fleet.clock.advance(30)
        fleet.journal.crash_before = True
        with pytest.raises(Crashed):
            await dying.look()
        fleet.journal.crash_before = False
        await living.look()
        assert await fleet.told() == ["12:01 starting"], "it may be starting it right now"
        await fleet.advance(living, 15, step=15)
        assert await fleet.told() == ["12:01 started"]
        assert len(await fleet.runs()) == 1


async def test_a_slot_waits_while_the_journal_cannot_be_written_and_is_not_lost() -> None:
    async with house() as fleet:
        fleet.put(schedule())
        fleet.put(schedule("other"))
        scheduler = fleet.scheduler()
        await scheduler.look()
        fleet.clock.advance(30)
        fleet.journal.full = True
        with pytest.raises(JournalUnavailable):
            await scheduler.look()
        assert (await fleet.told(), await fleet.told("other")) == (["12:01 starting"], ["12:01 starting"])
        fleet.journal.full = False
        await scheduler.look()
        assert (await fleet.told(), await fleet.told("other")) == (["12:01 started"], ["12:01 started"])


async def test_slots_of_a_time_without_any_process_are_caught_up_with() -> None:
    async with house() as fleet:
        fleet.put(schedule(cron="*/10 * * * *", overlap="allow", catch_up="30m"))
        await fleet.scheduler().look()
        fleet.clock.advance(3600)
        await fleet.scheduler().look()
        assert await fleet.told() == ["12:40 started", "12:50 started", "13:00 started"]


async def test_without_a_catch_up_window_only_a_slot_that_is_just_over_fires() -> None:
    async with house() as fleet:
        fleet.put(schedule(catch_up="0s", overlap="allow"))
        await fleet.scheduler().look()
        fleet.clock.advance(600)
        await fleet.scheduler().look()
        assert await fleet.told() == ["12:10 started"]


async def test_nothing_is_caught_up_with_from_before_the_schedule_was_there() -> None:
    async with house() as fleet:
        fleet.put(schedule(catch_up="7d"))
        scheduler = fleet.scheduler()
        await fleet.advance(scheduler, 60)
        assert await fleet.told() == ["12:01 started"]


async def test_a_schedule_with_other_times_begins_when_it_was_changed() -> None:
    async with house() as fleet:
        fleet.put(schedule(cron="0 13 * * *"))
        scheduler = fleet.scheduler()
        await scheduler.look()
        fleet.clock.advance(1800)
        fleet.put(schedule(cron="*/10 * * * *"))
        await scheduler.look()
        assert await fleet.slots() == []
        await fleet.advance(scheduler, 600)
        assert await fleet.told() == ["12:40 started"]


async def test_a_file_that_comes_back_begins_anew() -> None:
    async with house() as fleet:
        fleet.put(schedule(catch_up="1h"))
        scheduler = fleet.scheduler()
        await scheduler.look()
        fleet.files.remove("often.schedule.json")
        await fleet.advance(scheduler, 600)
        fleet.put(schedule(catch_up="1h"))
        await fleet.advance(scheduler, 60)
        assert await fleet.told() == ["12:11 started"]


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_clock_that_jumps_fires_no_slot_twice_and_loses_none(hours: int) -> None:
    async with house() as fleet:
        fleet.put(schedule(cron="*/10 * * * *", overlap="allow", catch_up="2h"))
        one, two = fleet.scheduler(), fleet.scheduler()
        await fleet.advance(one, 3600)
        await two.look()
        fleet.jump(hours)
        for _ in range(300):
            await asyncio.gather(one.look(), two.look())
            fleet.clock.advance(30)
        slots, runs = await fleet.slots(), await fleet.runs()
        end = max(slot.at for slot in slots)
        expected = [
            at(12, 10) + timedelta(minutes=10 * n) for n in range(int((end - at(12, 10)) / timedelta(minutes=10)) + 1)
        ]
        assert [slot.at for slot in slots] == expected
        assert {slot.decision for slot in slots} == {Decision.STARTED}
        assert len(runs) == len(slots)


async def test_a_schedule_that_was_made_under_a_clock_that_was_ahead_fires_when_it_is_right_again() -> None:
    async with house() as fleet:
        fleet.put(schedule(cron="*/10 * * * *"))
        scheduler = fleet.scheduler()
        await scheduler.look()
        fleet.jump(-1)
        await fleet.advance(scheduler, 600)
        assert await fleet.told() == ["11:10 started"]


SWITCH_DAYS = [
    # zone, the day before, slots per schedule over three days
    ("Europe/Berlin", datetime(2026, 3, 28, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 24, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 7, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 10, 31, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, tzinfo=UTC)),
]


@pytest.mark.parametrize(("zone", "start"), SWITCH_DAYS)
@pytest.mark.parametrize("jumps", [False, True])
async def test_when_the_clocks_change_two_processes_fire_each_slot_once(
    zone: str, start: datetime, jumps: bool
) -> None:
    async with house(start) as fleet:
        fleet.put(schedule("fixed", "45 1 * * *", timezone=zone, overlap="allow", catch_up="3h"))
        fleet.put(schedule("early", "15 2 * * *", timezone=zone, overlap="allow", catch_up="3h"))
        fleet.put(schedule("steady", "*/30 * * * *", timezone=zone, overlap="allow", catch_up="3h"))
        one, two = fleet.scheduler(), fleet.scheduler()
        for number in range(96):
            await asyncio.gather(one.look(), two.look())
            fleet.clock.advance(1800)
            if jumps:
                fleet.jump(1 if number % 2 else -1)
        await one.look()
        steady = [slot.at for slot in await fleet.slots("steady")]
        assert len(steady) >= 95
        assert {later - slot for slot, later in pairwise(steady)} == {timedelta(minutes=30)}
        fixed, early = await fleet.slots("fixed"), await fleet.slots("early")
        for slots in (fixed, early):
            days = [slot.at.astimezone(ZoneInfo(zone)).date() for slot in slots]
            assert days
            assert {later - day for day, later in pairwise(days)} <= {timedelta(days=1)}
        runs = Counter([(await fleet.system.runs.state(run.run_id)).trigger for run in await fleet.runs()])
        assert set(runs.values()) == {1}
        assert len(runs) == len(steady) + len(fixed) + len(early)


async def test_a_slot_whose_schedule_is_still_at_work_is_skipped_and_says_so() -> None:
    async with house() as fleet:
        fleet.put(schedule(scenario_id="slow"))
        scheduler = fleet.scheduler()
        await fleet.advance(scheduler, 120)
        assert await fleet.told() == ["12:01 started", "12:02 skipped"]
        first, second = await fleet.slots()
        assert second.reason == f"The schedule's run {first.run_id} had not ended."
        await fleet.approve(first.run_id)
        await fleet.advance(scheduler, 60)
        assert await fleet.told() == ["12:01 started", "12:02 skipped", "12:03 started"]


async def test_queued_slots_fire_one_after_the_other_when_the_run_before_has_ended() -> None:
    async with house() as fleet:
        fleet.put(schedule(scenario_id="slow", overlap="queue"))
        one, two = fleet.scheduler(), fleet.scheduler()
        await two.look()
        outlook = await fleet.advance(one, 150)
        assert await fleet.told() == ["12:01 started", "12:02 queued", "12:03 queued"]
        first, second, _ = await fleet.slots()
        assert outlook.runs == {first.run_id}
        await fleet.approve(first.run_id)
        await asyncio.gather(one.look(), two.look())
        assert await fleet.told() == ["12:01 started", "12:02 started", "12:03 queued"]
        assert len(await fleet.runs()) == 2
        await fleet.approve(second.run_id)
        await asyncio.gather(one.look(), two.look())
        assert await fleet.told() == ["12:01 started", "12:02 started", "12:03 started"]


async def test_a_queue_takes_a_hundred_slots_and_skips_what_comes_then() -> None:
    async with house() as fleet:
        fleet.put(schedule(scenario_id="slow", overlap="queue", catch_up="7d"))
        await fleet.scheduler().look()
        fleet.clock.advance(103 * 60)
        await fleet.scheduler().look()
        decisions = Counter(slot.decision for slot in await fleet.slots())
        assert decisions == {Decision.STARTED: 1, Decision.QUEUED: 100, Decision.SKIPPED: 2}
        assert "100 slots" in (await fleet.slots())[-1].reason


async def test_overlapping_runs_can_be_allowed() -> None:
    async with house() as fleet:
        fleet.put(schedule(scenario_id="slow", overlap="allow"))
        await fleet.advance(fleet.scheduler(), 120)
        assert await fleet.told() == ["12:01 started", "12:02 started"]


async def test_a_paused_schedule_fires_nothing_and_catches_up_with_nothing_afterwards() -> None:
    async with house() as fleet:
        fleet.put(schedule())
        one, two = fleet.scheduler(), fleet.scheduler()
        await two.look()
        await fleet.advance(one, 30)
        await fleet.store.pause("often", fleet.clock.now(), paused=True)
        await fleet.advance(one, 300)
        await two.look()
        assert await fleet.told() == ["12:01 started"]
        await fleet.store.pause("often", fleet.clock.now(), paused=False)
        await asyncio.gather(one.look(), two.look())
        await fleet.advance(two, 60)
        assert await fleet.told() == ["12:01 started", "12:07 started"]


async def test_a_schedule_that_is_not_enabled_fires_nothing() -> None:
    async with house() as fleet:
        fleet.put(schedule(enabled=False))
        outlook = await fleet.advance(fleet.scheduler(), 120)
        assert (await fleet.slots(), outlook.at) == ([], None)


FAULTS: list[tuple[JsonObject, str]] = [
    (schedule(scenario_id="nowhere"), "nowhere"),
    (schedule(input={"n": "one"}), "does not fit"),
]


@pytest.mark.parametrize(("document", "word"), FAULTS)
async def test_a_run_that_cannot_start_is_written_down_for_its_slot_and_the_next_one_is_tried(
    document: JsonObject, word: str
) -> None:
    async with house() as fleet:
        fleet.put(document)
        fleet.put(schedule("other"))
        scheduler = fleet.scheduler()
        await fleet.advance(scheduler, 30)
        fleet.put(schedule(input={"n": 1}))
        await fleet.advance(scheduler, 60)
        assert await fleet.told() == ["12:01 failed", "12:02 started"]
        assert word in (await fleet.slots())[0].reason
        assert await fleet.told("other") == ["12:01 started", "12:02 started"]


async def test_a_broken_schedule_does_not_stop_the_others() -> None:
    async with house() as fleet:
        fleet.files.put("broken.schedule.yaml", b"cron: [")
        fleet.put(schedule())
        await fleet.advance(fleet.scheduler(), 30)
        assert await fleet.told() == ["12:01 started"]


async def test_a_run_that_was_deleted_is_not_started_again() -> None:
    async with house() as fleet:
        fleet.put(schedule())
        await fleet.advance(fleet.scheduler(), 30)
        ((slot,), (run,)) = await fleet.slots(), await fleet.runs()
        await fleet.finished(run.run_id)
        await fleet.journal.delete(slot.run_id)
        await fleet.scheduler().look()
        assert await fleet.runs() == []
        await fleet.advance(fleet.scheduler(), 60)
        assert await fleet.told() == ["12:01 started", "12:02 started"]


async def test_what_was_decided_is_forgotten_when_no_slot_can_be_due_so_late() -> None:
    async with house() as fleet:
        fleet.put(schedule(cron="0 * * * *", catch_up="7d"))
        scheduler = fleet.scheduler()
        await fleet.advance(scheduler, 10 * 86400, step=3600)
        slots = await fleet.slots()
        assert START + timedelta(days=2) - slots[0].at <= timedelta(hours=1)


async def test_while_files_differ_each_process_goes_by_its_own_and_none_loses_a_slot() -> None:
    async with house() as fleet:
        fleet.put(schedule(cron="*/10 * * * *", overlap="allow"))
        newer = type(fleet.files)()
        newer.put("often.schedule.json", schedule(cron="5,15,25 * * * *", overlap="allow"))
        old, new = fleet.scheduler(), fleet.scheduler(newer)
        for _ in range(36):
            await old.look()
            await new.look()
            fleet.clock.advance(30)
        assert await fleet.told() == ["12:05 started", "12:10 started", "12:15 started"]


async def busy(fleet: House) -> None:
    fleet.put(schedule(overlap="allow", catch_up="7d"))
    await fleet.scheduler().look()
    fleet.clock.advance(1_300 * 60)


async def test_more_slots_than_one_look_takes_are_taken_by_the_next_at_once() -> None:
    async with house() as fleet:
        await busy(fleet)
        scheduler = fleet.scheduler()
        outlook = await scheduler.look()
        assert outlook.at == fleet.clock.now()
        assert len(await fleet.slots()) == 500
        await scheduler.look()
        outlook = await scheduler.look()
        assert len(await fleet.slots()) == 1_300
        assert outlook.at is not None
        assert outlook.at > fleet.clock.now()
