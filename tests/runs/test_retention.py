"""Old runs are removed, and nothing else."""

import asyncio
from datetime import timedelta

from callsheet.engine.sweeping import HOUR, SOON, sweeping
from callsheet.errors.journal import JournalUnavailable
from callsheet.journal.memory import MemoryJournal
from callsheet.runs.events import ParentStep, RunId, RunStatus
from callsheet.runs.ports import RunFilter, RunPage
from callsheet.runs.retention import Sweeper
from callsheet.testing import ManualClock
from tests.support.events import NOON, after_noon, new_run, run_finished

DAY = 86_400.0
MONTH = timedelta(days=30)


class PatientClock(ManualClock):
    """A clock that moves by itself where somebody waits for a moment."""

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)
        await asyncio.sleep(0)


async def run(
    journal: MemoryJournal, status: RunStatus | None, *, days: float = 0, parent: RunId | None = None
) -> RunId:
    """A run that ended some days after noon; one that has not ended, without a status."""
    above = None if parent is None else ParentStep(run_id=parent, seq=1, depth=1)
    run_id = (await journal.create(new_run(parent=above))).run_id
    if status is not None:
        await journal.append(run_id, 1, [run_finished(run_id, status, finished_at=after_noon(days * DAY))])
    return run_id


async def left(journal: MemoryJournal) -> set[RunId]:
    return {each.run_id for each in (await journal.runs(RunFilter(), 10_000)).runs}


def sweeper(journal: MemoryJournal, days: float, **keep: timedelta) -> Sweeper:
    clock = PatientClock(NOON + timedelta(days=days))
    return Sweeper(journal=journal, clock=clock, keep={RunStatus(name): age for name, age in keep.items()})


async def test_what_ended_longer_ago_than_its_status_is_kept_is_removed() -> None:
    journal = MemoryJournal()
    old = [await run(journal, RunStatus.SUCCESS), await run(journal, RunStatus.CANCELLED)]
    kept = {
        await run(journal, RunStatus.SUCCESS, days=2),
        await run(journal, RunStatus.FAILED),
        await run(journal, None),
    }
    assert await sweeper(journal, 31, success=MONTH, cancelled=MONTH, failed=3 * MONTH).sweep() == len(old)
    assert await left(journal) == kept


async def test_a_status_without_a_limit_is_kept_for_ever() -> None:
    journal = MemoryJournal()
    kept = {await run(journal, RunStatus.FAILED), await run(journal, None)}
    assert await sweeper(journal, 10_000, success=MONTH, running=MONTH).sweep() == 0
    assert await left(journal) == kept


async def test_children_go_with_their_parent_and_stay_with_it() -> None:
    journal = MemoryJournal()
    young, old = await run(journal, RunStatus.SUCCESS, days=20), await run(journal, RunStatus.SUCCESS)
    kept = {young, *[await run(journal, RunStatus.FAILED, parent=young) for _ in range(3)]}
    for _ in range(3):
        await run(journal, RunStatus.SUCCESS, days=30, parent=old)
    assert await sweeper(journal, 31, success=MONTH, failed=MONTH).sweep() == 4
    assert await left(journal) == kept


async def test_a_parent_whose_child_is_at_work_is_left_for_later() -> None:
    journal = MemoryJournal()
    parent = await run(journal, RunStatus.CANCELLED)
    child = await run(journal, None, parent=parent)
    assert await sweeper(journal, 31, cancelled=MONTH).sweep() == 0
    await journal.append(child, 1, [run_finished(child)])
    assert await sweeper(journal, 31, cancelled=MONTH).sweep() == 2


async def test_many_runs_are_removed_in_batches_between_which_others_have_their_turn() -> None:
    journal = MemoryJournal()
    for _ in range(500):
        await run(journal, RunStatus.SUCCESS)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while await left(journal):
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    assert await sweeper(journal, 31, success=MONTH).sweep() == 500
    await counting
    assert turns >= 500


class Failing(MemoryJournal):
    """A journal that cannot be read the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def runs(self, where: RunFilter, limit: int, cursor: str | None = None) -> RunPage:
        self.asked += 1
        if self.asked == 1:
            raise JournalUnavailable
        return await super().runs(where, limit, cursor)


async def test_sweeping_goes_on_after_the_journal_was_away_and_every_hour() -> None:
    journal, clock = Failing(), ManualClock(NOON + timedelta(days=31))
    first = await run(journal, RunStatus.SUCCESS)
    async with (
        asyncio.timeout(10),
        sweeping(journal, clock, {"success": 30}),
    ):
        for pause in (SOON, HOUR):
            await clock.asked_to_sleep.wait()
            clock.asked_to_sleep.clear()
            clock.advance(pause)
        await clock.asked_to_sleep.wait()
    assert journal.asked >= 3
    assert first not in {each.run_id for each in (await journal.runs(RunFilter(), 10)).runs}
