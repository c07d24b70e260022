"""Workers that are killed, stopped and told to end: what they executed goes on elsewhere."""

import signal
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from callsheet.engine.clock import SystemClock
from callsheet.engine.fleet.engine import FleetEngine, fleet_engine
from callsheet.journal.memory import MemoryJournal
from callsheet.runs.control import Control
from callsheet.runs.events import RunId
from callsheet.runs.ports import Engine
from tests.engine.fleet.workers import TAKEOVER, Workers, workers


@pytest.fixture
def crowd(queue_url: str, tmp_path: Path) -> Generator[Workers]:
    with workers(queue_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def api(queue_url: str) -> AsyncGenerator[FleetEngine]:
    """An engine that executes nothing."""

    async def execute(run_id: RunId, control: Control, engine: Engine) -> None:
        raise AssertionError(run_id)

    journal = MemoryJournal()
    async with fleet_engine(
        url=queue_url,
        journal=journal,
        signals=journal,
        execute=execute,
        clock=SystemClock(),
        max_concurrent_runs=1,
        drain_timeout=0,
        worker=False,
    ) as engine:
        yield engine


async def test_runs_of_a_killed_worker_go_on_elsewhere(crowd: Workers, api: FleetEngine) -> None:
    first = await crowd.start()
    runs = [RunId(f"long-{number}") for number in range(5)]
    for run_id in runs:
        await api.dispatch(run_id)
    await crowd.until(lambda: len(crowd.noted("began")) == 5)
    await api.dispatch(runs[0])  # there is a second job for one of them, which must not be in the way
    second = await crowd.start()
    crowd.signal(first, signal.SIGKILL)
    await crowd.until(lambda: crowd.noted("began").count(second) == 5, TAKEOVER)


async def test_a_worker_that_stood_still_lets_go_of_its_runs_and_works_on(crowd: Workers, api: FleetEngine) -> None:
    first = await crowd.start()
    await api.dispatch(RunId("long"))
    await crowd.until(lambda: crowd.noted("began", "long") == [first])
    second = await crowd.start()
    crowd.signal(first, signal.SIGSTOP)
    await crowd.until(lambda: crowd.noted("began", "long") == [first, second], TAKEOVER)
    third = await crowd.start()  # whoever begins removes stalled workers from the list of all
    crowd.signal(first, signal.SIGCONT)
    await crowd.until(lambda: crowd.noted("STOP", "long") == [first])
    for pid in (second, third):
        crowd.signal(pid, signal.SIGTERM)
        assert await crowd.ended(pid) == 0
    await api.dispatch(RunId("short"))
    await crowd.until(lambda: crowd.noted("ended", "short") == [first])


async def test_a_run_that_waits_for_a_place_is_taken_by_another_worker(crowd: Workers, api: FleetEngine) -> None:
    first = await crowd.start(1)
    for name in ("long-1", "long-2"):
        await api.dispatch(RunId(name))
    await crowd.until(lambda: crowd.noted("began") == [first])
    second = await crowd.start(1)
    await crowd.until(lambda: crowd.noted("began") == [first, second])


async def test_higher_priorities_come_first(crowd: Workers, api: FleetEngine) -> None:
    for priority in (-100, 0, 100, 50):
        await api.dispatch(RunId(f"short{priority}"), priority=priority)
    await crowd.start(1)
    await crowd.until(lambda: len(crowd.noted("ended")) == 4)
    assert crowd.order("ended") == ["short100", "short50", "short0", "short-100"]
