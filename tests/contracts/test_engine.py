"""The Engine port's contract. `local` keeps nothing outside the journal, so it is the twin in memory."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from callsheet.engine.attempts import Execute
from callsheet.engine.clock import SystemClock
from callsheet.engine.fleet.engine import FleetEngine
from callsheet.engine.local import LocalEngine, local_engine
from callsheet.errors.journal import JournalUnavailable
from callsheet.errors.runs import RunOwnershipLost
from callsheet.journal.memory import MemoryJournal
from callsheet.runs.control import Control, Interrupted
from callsheet.runs.events import RunId
from callsheet.runs.journal import Journal
from callsheet.runs.ports import Engine
from tests.support.events import new_run
from tests.support.fleet import fleet

Open = Callable[[Journal, Execute, int], AbstractAsyncContextManager[LocalEngine | FleetEngine]]


def local(journal: Journal, execute: Execute, room: int) -> AbstractAsyncContextManager[LocalEngine]:
    return local_engine(
        journal=journal, execute=execute, clock=SystemClock(), max_concurrent_runs=room, drain_timeout=0
    )


@pytest.fixture(params=["local", "fleet"])
def open_engine(request: pytest.FixtureRequest) -> Open:
    if request.param == "local":
        return local
    url: str = request.getfixturevalue("queue_url")
    return lambda journal, execute, room: fleet(url, journal, execute, SystemClock(), room)


class Executions:
    """Counts executions; each one waits until it is let go."""

    def __init__(self, *, wait: bool = False) -> None:
        self.begun: list[RunId] = []
        self.at_work = 0
        self.most_at_work = 0
        self.changed = asyncio.Condition()
        self.go_on = asyncio.Event()
        if not wait:
            self.go_on.set()

    async def execute(self, run_id: RunId, control: Control, engine: Engine) -> None:
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        async with self.changed:
            self.begun.append(run_id)
            self.changed.notify_all()
        try:
            with control:
                await self.go_on.wait()
        except Interrupted:
            pass
        finally:
            self.at_work -= 1
            async with self.changed:
                self.changed.notify_all()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(condition)


async def test_every_dispatched_run_is_executed(open_engine: Open) -> None:
    executions = Executions()
    async with open_engine(MemoryJournal(), executions.execute, 3) as engine:
        ids = [RunId(f"run-{number}") for number in range(20)]
        for run_id in ids:
            await engine.dispatch(run_id)
        await executions.until(lambda: len(executions.begun) == 20 and executions.at_work == 0)
    assert executions.begun == ids


async def test_no_more_runs_are_at_work_than_there_is_room_for(open_engine: Open) -> None:
    executions = Executions(wait=True)
    async with open_engine(MemoryJournal(), executions.execute, 2) as engine:
        for number in range(5):
            await engine.dispatch(RunId(f"run-{number}"))
        await executions.until(lambda: executions.at_work == 2)
        assert engine.running == 2
        assert engine.queued == (3 if isinstance(engine, LocalEngine) else 0)
        executions.go_on.set()
        await executions.until(lambda: len(executions.begun) == 5 and executions.at_work == 0)
    assert executions.most_at_work == 2


async def test_a_run_at_work_is_not_executed_a_second_time_at_the_same_time(open_engine: Open) -> None:
    executions = Executions(wait=True)
    async with open_engine(MemoryJournal(), executions.execute, 5) as engine:
        for _ in range(3):
            await engine.dispatch(RunId("run"))
        await executions.until(lambda: executions.at_work == 1)
        executions.go_on.set()
        await executions.until(lambda: executions.at_work == 0)
    assert set(executions.begun) == {"run"}
    assert executions.most_at_work == 1


async def test_the_engine_passes_itself(open_engine: Open) -> None:
    begun: list[tuple[RunId, Engine]] = []
    done = asyncio.Event()

    async def execute(run_id: RunId, control: Control, engine: Engine) -> None:
        begun.append((run_id, engine))
        if run_id == "parent":
            await engine.dispatch(RunId("child"))
        else:
            done.set()

    async with open_engine(MemoryJournal(), execute, 1) as engine, asyncio.timeout(5):
        await engine.dispatch(RunId("parent"))
        await done.wait()
        assert begun == [("parent", engine), ("child", engine)]


async def test_what_the_last_process_left_behind_is_dispatched_at_the_start(open_engine: Open) -> None:
    journal, executions = MemoryJournal(), Executions()
    left = [(await journal.create(new_run())).run_id for _ in range(3)]
    async with open_engine(journal, executions.execute, 1):
        await executions.until(lambda: len(executions.begun) == 3)
    assert executions.begun == left


async def test_cancel_reaches_an_execution_at_work(open_engine: Open) -> None:
    executions = Executions(wait=True)
    async with open_engine(MemoryJournal(), executions.execute, 1) as engine:
        await engine.dispatch(RunId("run"))
        await executions.until(lambda: executions.at_work == 1)
        await engine.cancel(RunId("run"))
        await executions.until(lambda: executions.at_work == 0)


async def test_draining_lets_go_of_everything_and_takes_nothing_new(open_engine: Open) -> None:
    executions = Executions(wait=True)
    async with open_engine(MemoryJournal(), executions.execute, 1) as engine:
        await engine.dispatch(RunId("first"))
        await engine.dispatch(RunId("second"))
        await executions.until(lambda: executions.at_work == 1)
    await engine.dispatch(RunId("third"))
    assert executions.begun == ["first"]
    assert executions.at_work == 0


async def test_a_run_is_tried_again_when_the_journal_comes_back(open_engine: Open) -> None:
    attempts: list[RunId] = []
    done = asyncio.Event()

    async def execute(run_id: RunId, control: Control, engine: Engine) -> None:
        attempts.append(run_id)
        if len(attempts) == 1:
            raise JournalUnavailable("The disk is full.")
        done.set()

    async with open_engine(MemoryJournal(), execute, 1) as engine, asyncio.timeout(5):
        await engine.dispatch(RunId("run"))
        await done.wait()
    assert attempts == ["run", "run"]


@pytest.mark.parametrize("fault", [RunOwnershipLost("Somebody else."), ValueError("a bug")])
async def test_one_runs_fault_does_not_end_the_engine(open_engine: Open, fault: Exception) -> None:
    done = asyncio.Event()

    async def execute(run_id: RunId, control: Control, engine: Engine) -> None:
        if run_id == "bad":
            raise fault
        done.set()

    async with open_engine(MemoryJournal(), execute, 1) as engine, asyncio.timeout(5):
        await engine.dispatch(RunId("bad"))
        await engine.dispatch(RunId("good"))
        await done.wait()
