"""Blocks inside blocks survive SIGKILL at random moments: branches, iterations, children, waits and answers too."""

import asyncio
import random
import signal
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID, uuid5

import httpx2
import pytest

from callsheet.scenario.json import Json, JsonObject
from tests.e2e.load import Event, all_runs, journal_of, parse, read_lines, report
from tests.support.scenarios import scenario, step
from tests.support.service import ROOT, Service, program, serving

ECHO = ROOT / "tests" / "support" / "servers" / "echo.py"

RUNS = 12
KILLS = 6
EARLY = 2
"""So many of the kills come before the process says that it serves: while it takes up what the last one left."""

ITEMS = 10
PASSES = 3
CALLS = ITEMS + 1 + 1 + PASSES + 2 + 1
"""Tool steps of one run and its child: the iterations, `finally`, a branch, the passes, the child's two, the last."""

LEAST_INTERRUPTED = 30
"""Steps at work that kills must have hit; fewer would mean that this test proves little."""


def effect(name: str, says: Json) -> JsonObject:
    """A step that takes a moment and must have its effect once."""
    return step(name, tool="effect", input={"value": says, "delay": 0.15})


def leaf() -> JsonObject:
    """The child: two steps."""
    return scenario(
        effect("first", {"from": "input.word"}),
        effect("second", {"from": "steps.first.output.value"}),
        scenario_id="leaf",
        output={"said": {"from": "steps.second.output.value"}},
    )


def nested() -> JsonObject:
    """A foreach in a try, branches with a loop in one of them, a child run, a wait and a question."""
    each: JsonObject = {
        "name": "each",
        "type": "foreach",
        "items": {"from": "input.items"},
        "max_concurrency": 5,
        "steps": [effect("call", {"from": "item"})],
    }
    again: JsonObject = {
        "name": "again",
        "type": "loop",
        "steps": [effect("pass", "round")],
        "until": "`false`",
        "max_iterations": PASSES,
        "on_exhausted": "continue",
    }
    return scenario(
        {"name": "guarded", "type": "try", "steps": [each], "finally": [effect("clean", "up")]},
        {"name": "both", "type": "parallel", "branches": {"left": [effect("side", "left")], "right": [again]}},
        {"name": "child", "type": "scenario", "scenario_id": "leaf", "input": {"word": "hello"}},
        {"name": "rest", "type": "wait", "duration": "400ms"},
        {"name": "agree", "type": "approval", "message": "Go on?"},
        effect("last", {"from": "steps.agree.output.by"}),
        scenario_id="nested",
        output={
            "items": {"from": "steps.guarded.output[].value"},
            "left": {"from": "steps.both.output.left.value"},
            "right": {"from": "steps.both.output.right.value"},
            "child": {"from": "steps.child.output.said"},
            "by": {"from": "steps.last.output.value"},
        },
    )


OUTPUT = {"items": list(range(ITEMS)), "left": "left", "right": "round", "child": "hello", "by": "ada"}


class Visitors:
    """Start runs, follow each one's events to its end, and answer what it asks, whatever happens to the service."""

    def __init__(self, service: Service, dice: random.Random) -> None:
        self._service = service
        self._dice = dice
        self.open = asyncio.Event()
        self.run_ids: list[str] = []
        self.answers = 0

    async def visit(self, client: httpx2.AsyncClient, key: str) -> None:
        """One run, from its beginning to its end."""
        await asyncio.sleep(self._dice.uniform(0, 6))  # they come when they like: that is what is tested
        run_id: str | None = None
        while True:
            await self.open.wait()
            try:
                run_id = run_id or await self._begin(client, key)
                if await self._follow(client, run_id):
                    return
            except httpx2.TransportError:
                self.open.clear()  # until somebody says that it serves again

    async def _begin(self, client: httpx2.AsyncClient, key: str) -> str:
        body = {"scenario_id": "nested", "input": {"items": list(range(ITEMS))}}
        headers = {"Idempotency-Key": key}
        response = await client.post(f"{self._service.url}/api/runs", json=body, headers=headers)
        assert response.status_code == 202, response.text
        self.run_ids.append(response.json()["run_id"])
        return self.run_ids[-1]

    async def _follow(self, client: httpx2.AsyncClient, run_id: str) -> bool:
        """Whether the run came to its end."""
        async with client.stream("GET", f"{self._service.url}/api/runs/{run_id}/events") as stream:
            block: list[str] = []
            async for line in stream.aiter_lines():
                if line:
                    block.append(line)
                    continue
                if any(field.startswith("id: ") for field in block):
                    event = parse("\n".join(block))
                    if event["type"] == "run_finished":
                        return True
                    if event["type"] == "step_waiting" and event["waits_for"]["kind"] == "approval":
                        await self._answer(client, run_id, event["step_path"])
                block = []
        return False

    async def _answer(self, client: httpx2.AsyncClient, run_id: str, path: str) -> None:
        url = f"{self._service.url}/api/runs/{run_id}/steps/{path}/answer"
        response = await client.post(url, json={"approved": True, "by": "ada"})
        assert response.status_code in {200, 409}, response.text  # an earlier one may have come through unanswered
        self.answers += response.status_code == 200


@pytest.mark.timeout(150)
async def test_nested_blocks_survive_6_kills(tmp_path: Path, seed: int) -> None:
    dice, ledger = random.Random(seed), tmp_path / "tools.jsonl"
    servers = {"tools": program(ECHO, "--ledger", ledger)}
    with serving(tmp_path / "service", scenarios=[nested(), leaf()], servers=servers, start=False) as service:
        visitors = Visitors(service, dice)
        async with httpx2.AsyncClient(timeout=60) as client, asyncio.TaskGroup() as tasks:
            visits = [tasks.create_task(visitors.visit(client, f"run-{number}")) for number in range(RUNS)]
            early = set(dice.sample(range(KILLS), EARLY))
            for kill in range(KILLS):
                await live_and_die(service, visitors, dice, early=kill in early)
            await asyncio.to_thread(service.start)
            visitors.open.set()
            await asyncio.gather(*visits)
            rows = await all_runs(client, service.url)
            journals = {row["run_id"]: await journal_of(client, service.url, row["run_id"]) for row in rows}
    interrupted = judge(journals, read_lines(ledger), visitors.run_ids)

    report(f"{KILLS} kills, {interrupted} steps interrupted, {visitors.answers} answers with an answer")
    assert interrupted >= LEAST_INTERRUPTED
    assert visitors.answers <= RUNS


async def live_and_die(service: Service, visitors: Visitors, dice: random.Random, *, early: bool) -> None:
    """One process, from its start to its SIGKILL at a random moment."""
    if early:
        await asyncio.to_thread(service.spawn)
        await asyncio.sleep(dice.uniform(0.5, 1.5))
    else:
        await asyncio.to_thread(service.start)
        visitors.open.set()
        await asyncio.sleep(dice.uniform(0.2, 1.2))
    status = await asyncio.to_thread(service.kill)
    assert status == -signal.SIGKILL, service.text  # it lived until then
    visitors.open.clear()


def judge(journals: Mapping[str, Sequence[Event]], ledger: Sequence[Event], run_ids: Sequence[str]) -> int:
    """Check the journals of all runs against the ledger of the tools; how many steps were interrupted."""
    assert len(set(run_ids)) == RUNS, "a key stands for several runs, or for none"
    tool_steps: dict[str, int] = {}
    children = 0
    for run_id, events in journals.items():
        parent = events[0].get("parent")
        children += parent is not None
        assert (run_id in run_ids) == (parent is None), (run_id, "a run that nobody began")
        assert events[-1]["output"] == (OUTPUT if parent is None else {"said": "hello"}), (run_id, events[-1])
        tool_steps |= judge_run(run_id, events)
    assert (len(journals), children) == (2 * RUNS, RUNS), "not one child for each run"
    assert len(tool_steps) == RUNS * CALLS
    judge_calls(tool_steps, ledger)
    return sum(event["type"] == "step_retrying" for events in journals.values() for event in events)


def judge_run(run_id: str, events: Sequence[Event]) -> dict[str, int]:
    """The attempts of each tool step that the run made, by the idempotency key that belongs to its path."""
    types = Counter(event["type"] for event in events)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1)), (run_id, "gaps in the journal")
    assert (events[0]["type"], events[-1]["type"]) == ("run_started", "run_finished"), (run_id, types)
    assert (types["run_started"], types["run_finished"]) == (1, 1), (run_id, types)
    assert events[-1]["status"] == "success", (run_id, events[-1])
    attempts: dict[str, int] = {}
    finished: dict[str, str] = {}
    tools: dict[str, int] = {}
    for event in events:
        path = event.get("step_path")
        if path is None:
            continue
        assert path not in finished, (run_id, path, "something happened to a finished step")
        match event["type"]:
            case "step_started":
                assert path not in attempts, (run_id, path, "started twice")
                assert event["index"] == len(attempts), (run_id, path, "steps out of order")
                attempts[path] = 1
                if event["step_type"] == "tool":
                    tools[path] = 0
            case "step_retrying":
                assert event["interrupted"], (run_id, path, event)
                assert path in tools, (run_id, path, "only a tool step can be interrupted")
                attempts[path] += 1
                assert event["attempt"] == attempts[path], (run_id, path, event)
            case "step_finished":
                assert event["attempts"] == attempts[path], (run_id, path, "the attempts are not honest")
                finished[path] = event["status"]
            case _:
                assert event["type"] == "step_waiting", event
    assert finished == dict.fromkeys(attempts, "success"), (run_id, finished)
    return {str(uuid5(UUID(run_id), path)): attempts[path] for path in tools}


def judge_calls(tool_steps: Mapping[str, int], ledger: Sequence[Event]) -> None:
    """Every call belongs to a step, comes under the one key of its path, and had its effect once."""
    effects = Counter(entry["key"] for entry in ledger if entry["event"] == "effect")
    made: dict[str, list[int]] = defaultdict(list)
    for entry in ledger:
        if entry["event"] == "call":
            made[entry["key"]].append(entry["attempt"])
    assert made.keys() == tool_steps.keys(), "calls that no journal knows, or steps without a call"
    assert effects == dict.fromkeys(tool_steps, 1), "not exactly one effect"
    for key, attempts in tool_steps.items():
        assert attempts in made[key], (key, "the attempt that succeeded was never made", made[key])
        assert len(set(made[key])) == len(made[key]), (key, "an attempt was made twice", made[key])
        assert max(made[key]) <= attempts, (key, "called after it finished", made[key])
