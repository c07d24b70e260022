"""An accepted run survives whatever happens to the process: SIGKILL at random moments, SIGTERM amid a step."""

import asyncio
import random
import signal
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from callsheet.scenario.json import JsonObject
from tests.e2e.load import Caller, all_runs, chain, journal_of, judge, read_lines, report
from tests.support.service import ROOT, STOP_SECONDS, Service, printing, program, serving

ECHO = ROOT / "tests" / "support" / "servers" / "echo.py"

RUNS = 300
STEPS = 5
KILLS = 20
EARLY = 5
"""So many of the kills come before the process says that it serves: while it opens the journal and takes up runs."""

LEAST_INTERRUPTED = 20
"""Steps at work that kills must have hit; fewer would mean that this test proves little."""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Where the tool servers write what they were asked to do."""
    return tmp_path / "tools.jsonl"


@pytest.fixture
def servers(ledger: Path) -> Generator[dict[str, JsonObject]]:
    """Two tool servers with one ledger: a child that dies with the service, and a process that outlives it."""
    with printing(ECHO, "--ledger", ledger, "--http", "0") as port:
        yield {
            "child": program(ECHO, "--ledger", ledger),
            "outside": {"type": "http", "url": f"http://127.0.0.1:{port}/mcp"},
        }


@asynccontextmanager
async def http() -> AsyncGenerator[httpx2.AsyncClient]:
    """A client for many requests at once."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx2.AsyncClient(timeout=120, limits=limits) as client:
        yield client


@pytest.mark.timeout(300)
async def test_every_accepted_run_survives_20_kills(
    tmp_path: Path, ledger: Path, servers: dict[str, JsonObject], seed: int
) -> None:
    dice = random.Random(seed)
    document = chain("chain", [0.15] * STEPS, ["outside", "outside", "child"])
    folder = tmp_path / "service"
    with serving(folder, scenarios=[document], servers=servers, start=False) as service:
        caller = Caller(service, tmp_path / "accepted.jsonl")
        async with http() as client, asyncio.TaskGroup() as tasks:
            keys = [f"run-{number}" for number in range(RUNS)]
            submitting = [tasks.create_task(submit_at_random(caller, client, keys, dice)) for _ in range(4)]
            early = set(dice.sample(range(KILLS), EARLY))
            for kill in range(KILLS):
                await live_and_die(service, caller, dice, early=kill in early)
            await asyncio.to_thread(service.start)
            caller.serving(now=True)
            await asyncio.gather(*submitting)
            run_ids = await the_runs(client, service, caller)
            journals = {run_id: await journal_of(client, service.url, run_id) for run_id in run_ids}
        counts = judge(journals, read_lines(ledger))

    report(f"{KILLS} kills, {counts}, {caller.unanswered} requests without an answer")
    assert (counts.runs, counts.steps) == (RUNS, RUNS * STEPS)
    assert counts.interrupted >= LEAST_INTERRUPTED
    assert counts.calls > counts.steps


async def submit_at_random(caller: Caller, client: httpx2.AsyncClient, keys: list[str], dice: random.Random) -> None:
    """Submit a run for each of `keys`, some while the service lives and some when it is about to die."""
    while keys:
        await caller.submit(client, "chain", keys.pop())
        await asyncio.sleep(dice.uniform(0, 0.2))  # callers come when they like: that is what is tested


async def live_and_die(service: Service, caller: Caller, dice: random.Random, *, early: bool) -> None:
    """One process, from its start to its SIGKILL at a random moment."""
    if early:
        await asyncio.to_thread(service.spawn)
        await asyncio.sleep(dice.uniform(0.1, 1.5))
    else:
        await asyncio.to_thread(service.start)
        caller.serving(now=True)
        await asyncio.sleep(dice.uniform(0.05, 1.2))
    status = await asyncio.to_thread(service.kill)
    assert status == -signal.SIGKILL, service.text  # it lived until then
    caller.serving(now=False)


async def the_runs(client: httpx2.AsyncClient, service: Service, caller: Caller) -> set[str]:
    """The ids of all runs: exactly one per key, also when the key is sent once more."""
    ledger = {entry["run_id"] for entry in read_lines(caller.ledger)}
    for key, run_ids in caller.accepted.items():
        run_ids.add(await caller.submit(client, "chain", key))
        assert len(run_ids) == 1, f"the Idempotency-Key {key} stands for several runs: {run_ids}"
    stored = {row["run_id"] for row in await all_runs(client, service.url)}
    assert stored == ledger, "the runs of the journal are not those that were accepted"
    return stored


@pytest.mark.timeout(120)
async def test_sigterm_lets_steps_at_work_end_and_runs_go_on_later(
    tmp_path: Path, ledger: Path, servers: dict[str, JsonObject]
) -> None:
    document = chain("chain", [1.0, 0.0, 0.0], ["child", "outside"])
    with serving(tmp_path / "service", scenarios=[document], servers=servers) as service:
        async with http() as client:
            run_ids = await begun(client, service, runs=5)
            assert await asyncio.to_thread(service.stop) in {0, 143}
            await asyncio.to_thread(service.start)
            journals = {run_id: await journal_of(client, service.url, run_id) for run_id in run_ids}
        counts = judge(journals, read_lines(ledger))

    assert (counts.runs, counts.calls, counts.interrupted) == (5, 15, 0)


@pytest.mark.timeout(120)
async def test_sigterm_lets_go_of_steps_that_take_too_long(tmp_path: Path, servers: dict[str, JsonObject]) -> None:
    # The step outlasts what the test waits for the process, which must therefore not wait for the step.
    document = chain("chain", [STOP_SECONDS + 20, 0.0], ["outside"])
    settings = {"drain_timeout": 0.5}
    with serving(tmp_path / "service", scenarios=[document], servers=servers, settings=settings) as service:
        async with http() as client:
            (run_id,) = await begun(client, service, runs=1)
            assert await asyncio.to_thread(service.stop) in {0, 143}
            await asyncio.to_thread(service.start)
            await reached(client, service, run_id, "step_retrying")
            state = (await client.get(f"{service.url}/api/runs/{run_id}")).json()
            await client.post(f"{service.url}/api/runs/{run_id}/cancel")
            events = await journal_of(client, service.url, run_id)

    assert [(step["node_id"], step["status"], step["attempts"]) for step in state["steps"]] == [
        ("step_0", "running", 2)
    ]
    types = [event["type"] for event in events]
    assert types == ["run_started", "step_started", "step_retrying", "step_finished", "run_finished"]
    assert events[2]["interrupted"]
    assert events[-1]["status"] == "cancelled"


async def begun(client: httpx2.AsyncClient, service: Service, *, runs: int) -> list[str]:
    """So many runs, each with a step at work."""
    run_ids: list[str] = []
    for _ in range(runs):
        answer = await client.post(f"{service.url}/api/runs", json={"scenario_id": "chain", "input": {}})
        run_ids.append(answer.json()["run_id"])
        await reached(client, service, run_ids[-1], "step_started")
    return run_ids


async def reached(client: httpx2.AsyncClient, service: Service, run_id: str, event: str) -> None:
    """Return when the run's stream has sent an event of this type."""
    async with client.stream("GET", f"{service.url}/api/runs/{run_id}/events") as stream:
        async for line in stream.aiter_lines():
            if line == f"event: {event}":
                return
    raise AssertionError(f"run {run_id} ended without {event}")
