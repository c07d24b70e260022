"""Callers under load, and the ledgers that judge the service from outside of it.

The *client ledger* has a line, fsynced, for every run that was accepted. The *tool ledger* is written by the tool
server (`tests/support/servers/echo.py --ledger`): a `call` for every call, an `effect` for every new idempotency key.
"""

import asyncio
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import httpx2

from callsheet.scenario.json import JsonObject
from tests.support.scenarios import scenario, step
from tests.support.service import Service

Event = dict[str, Any]


def chain(scenario_id: str, delays: Sequence[float], servers: Sequence[str] = ("tools",)) -> JsonObject:
    """A scenario of as many steps as `delays`, each with one effect; `servers` take turns."""
    steps = [
        step(
            f"step_{index}",
            tool="effect",
            server=servers[index % len(servers)],
            input={"value": {"template": f"${{run.id}}/step_{index}"}, "delay": delay},
        )
        for index, delay in enumerate(delays)
    ]
    return scenario(*steps, scenario_id=scenario_id)


class Caller:
    """Submits runs until they are accepted, whatever happens to the service; each with an idempotency key of its own.

    Args:
        service: killed and restarted meanwhile; its `url` changes.
        ledger: the client ledger's file.
    """

    def __init__(self, service: Service, ledger: Path) -> None:
        self._service = service
        self.ledger = ledger
        self._serving = asyncio.Event()
        self.accepted: dict[str, set[str]] = defaultdict(set)
        self.unanswered = 0

    def serving(self, *, now: bool) -> None:
        """Tell whether the service can be called: nothing is sent while it cannot."""
        if now:
            self._serving.set()
        else:
            self._serving.clear()

    async def submit(self, client: httpx2.AsyncClient, scenario_id: str, key: str) -> str:
        """The id of the run that `key` stands for, once the service has said 202."""
        while True:
            await self._serving.wait()
            try:
                response = await client.post(
                    f"{self._service.url}/api/runs",
                    json={"scenario_id": scenario_id, "input": {}},
                    headers={"Idempotency-Key": key},
                )
            except httpx2.TransportError:
                self.unanswered += 1
                self._serving.clear()  # until somebody says that it serves again
                continue
            assert response.status_code == 202, response.text
            run_id: str = response.json()["run_id"]
            self._note(key, run_id)
            return run_id

    def _note(self, key: str, run_id: str) -> None:
        with self.ledger.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": key, "run_id": run_id}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.accepted[key].add(run_id)


def report(text: str) -> None:
    """Say what was seen: shown when the test fails, and with `pytest -rP`."""
    sys.stdout.write(f"{text}\n")


def read_lines(path: Path) -> list[Any]:
    """A ledger."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def journal_of(client: httpx2.AsyncClient, url: str, run_id: str) -> list[Event]:
    """Every event of a run, waited for up to `run_finished`, each with its `seq`."""
    response = await client.get(f"{url}/api/runs/{run_id}/events")
    assert response.status_code == 200, response.text
    blocks = [block for block in response.text.split("\n\n") if block]
    return [parse(block) for block in blocks if not block.startswith(":")]  # a comment keeps a quiet stream open


def parse(block: str) -> Event:
    """One block of an event stream: its JSON, and `seq` from its `id` line."""
    fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
    return {"seq": int(fields["id"]), **json.loads(fields["data"])}


async def all_runs(client: httpx2.AsyncClient, url: str) -> list[Event]:
    """Every row of the list of runs, over all pages."""
    rows: list[Event] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await client.get(f"{url}/api/runs", params={"limit": "200", **cursor})).json()
        rows += page["runs"]
        if page["next_cursor"] is None:
            return rows
        cursor = {"cursor": page["next_cursor"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a judgement saw."""

    runs: int
    steps: int
    calls: int
    interrupted: int


def judge(journals: Mapping[str, Sequence[Event]], ledger: Iterable[Event]) -> Counts:
    """Check journals of runs of `chain` against the tool ledger; what must hold is said in the assertions."""
    calls: dict[str, list[int]] = defaultdict(list)
    effects: dict[str, int] = defaultdict(int)
    value_of: dict[str, str] = {}
    for entry in ledger:
        value_of.setdefault(entry["key"], entry["value"])
        assert value_of[entry["key"]] == entry["value"], "one idempotency key came with two different calls"
        if entry["event"] == "call":
            calls[entry["key"]].append(entry["attempt"])
        else:
            effects[entry["key"]] += 1
    interrupted = sum(_judge_run(run_id, events, calls, effects) for run_id, events in journals.items())
    paths = {value_of[key] for key in calls}
    assert len(paths) == len(calls), "a step path was called with two idempotency keys"
    steps = sum(event["type"] == "step_finished" for events in journals.values() for event in events)
    assert len(calls) == steps, "a tool was called for a step that no journal knows"
    return Counts(
        runs=len(journals),
        steps=steps,
        calls=sum(len(attempts) for attempts in calls.values()),
        interrupted=interrupted,
    )


def _judge_run(run_id: str, events: Sequence[Event], calls: Mapping[str, list[int]], effects: Mapping[str, int]) -> int:
    types = [event["type"] for event in events]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1)), (run_id, "gaps in the journal")
    assert (types[0], types[-1]) == ("run_started", "run_finished"), (run_id, types)
    assert types.count("run_finished") == 1, (run_id, types)
    assert events[-1]["status"] == "success", (run_id, events[-1])
    attempts: dict[str, int] = {}
    finished: set[str] = set()
    for event in events[1:-1]:
        path = event["step_path"]
        assert path not in finished, (run_id, path, "something happened to a finished step")
        match event["type"]:
            case "step_started":
                assert event["index"] == len(attempts), (run_id, path, "steps out of order")
                assert len(finished) == len(attempts), (run_id, path, "a step began before the last one ended")
                attempts[path] = 1
            case "step_retrying":
                assert event["interrupted"], (run_id, path, event)
                attempts[path] += 1
                assert event["attempt"] == attempts[path], (run_id, path, event)
            case _:
                assert event["attempts"] == attempts[path], (run_id, path, "the attempts are not honest")
                finished.add(path)
                _judge_step(run_id, event, calls, effects)
    return types.count("step_retrying")


def _judge_step(run_id: str, finished: Event, calls: Mapping[str, list[int]], effects: Mapping[str, int]) -> None:
    path = finished["step_path"]
    key = str(uuid5(UUID(run_id), path))
    made = calls[key]
    assert effects[key] == 1, (run_id, path, "not exactly one effect", effects[key])
    assert finished["attempts"] in made, (run_id, path, "the attempt that succeeded was never made", made)
    assert len(set(made)) == len(made), (run_id, path, "an attempt was made twice", made)
    assert set(made) <= set(range(1, finished["attempts"] + 1)), (run_id, path, "called after it finished", made)
