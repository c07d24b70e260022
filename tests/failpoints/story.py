"""A caller whose story makes every transition of the journal happen, and each is followed by an effect of a tool.

It can be told from its beginning again, by the same caller to another process: what it asks for twice happens once.
"""

import asyncio
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import orjson

from callsheet.errors.runs import AlreadyAnswered, RunNotFound, StepNotFound, StepNotWaiting
from callsheet.runs.answers import Answer
from callsheet.runs.codec import decode
from callsheet.runs.events import RunId, RunStarted, StepPath
from callsheet.runs.keys import path_uuid
from callsheet.runs.ports import NewRun
from callsheet.scenario.json import JsonObject
from callsheet.system import System
from tests.failpoints.points import PERSON
from tests.support.scenarios import scenario, step


def _effect(name: str, tool: str = "effect", **more: JsonObject) -> JsonObject:
    return step(name, tool=tool, input={"value": {"from": "run.id"}}, **more)


LONG: JsonObject = step("long", tool="effect", input={"value": {"from": "run.id"}, "delay": 60})

SCENARIOS: tuple[JsonObject, ...] = (
    scenario(
        _effect("plain"),
        _effect("fickle", "fickle", retry={"max_attempts": 2, "initial_interval": "10ms"}),
        _effect("asks", "asks"),
        _effect("reports", "reports"),
        {"name": "agree", "type": "approval", "message": "Go on?"},
        {"name": "child", "type": "scenario", "scenario_id": "brief", "input": {}},
        _effect("last"),
        scenario_id="full",
    ),
    scenario(_effect("first"), _effect("second"), scenario_id="brief"),
    scenario(
        {"name": "guarded", "type": "try", "steps": [LONG], "finally": [_effect("clean")]},
        scenario_id="cancelled",
    ),
)


_LOOKS = 4000


class Story:
    """The caller.

    Args:
        system: what is called.
        folder: where the ledger is: `told.jsonl` has a line, on disk before the story goes on, for each run that was
            accepted, with its key, and each wish that was taken.
    """

    def __init__(self, system: System, folder: Path) -> None:
        self._system = system
        self._told = folder / "told.jsonl"
        self._tools = folder / "tools.jsonl"

    async def tell(self) -> None:
        """All of it, to the end of every run."""
        await self._full()
        await self._cancelled()
        brief = await self._begin("brief")
        await self._end(brief)
        await self._end(await self._fork(brief))
        await self._delete(brief)
        await self._end(await self._begin("brief", "brief, once more"))

    async def _full(self) -> None:
        run_id = await self._begin("full")
        async for records in self._system.runs.follow(run_id):
            for record in records:
                waiting = orjson.loads(record.data) if record.type == "step_waiting" else None
                if waiting is not None and waiting["waits_for"]["kind"] in {"approval", "elicitation"}:
                    await self._answer(run_id, StepPath(waiting["step_path"]))

    async def _answer(self, run_id: RunId, path: StepPath) -> None:
        # It may have been answered, and not only by a process of the past: the step may be over by now.
        with suppress(AlreadyAnswered, StepNotWaiting, StepNotFound):
            await self._system.answers.answer(run_id, path, Answer(approved=True, data={}, by=PERSON))
            self._tell("was answered", run_id)

    async def _cancelled(self) -> None:
        run_id = await self._begin("cancelled")
        await self._reaches_the_tool(path_uuid(UUID(run_id), "guarded.long"))
        await self._system.runs.cancel(run_id)
        self._tell("was cancelled", run_id)
        await self._end(run_id)

    async def _reaches_the_tool(self, key: str) -> None:
        for _ in range(_LOOKS):
            if key.encode() in self._tools.read_bytes():
                return
            await asyncio.sleep(0.005)  # another process writes the file
        raise AssertionError("The tool was not called.")

    async def _fork(self, brief: RunId) -> RunId:
        """A run that begins with the first step of another one done."""
        first, *events = map(decode, await self._system.journal.read(brief, limit=3))
        assert isinstance(first, RunStarted)
        fork = RunId(path_uuid(UUID(brief), "fork"))
        history = tuple(replace(event, run_id=fork) for event in events)
        definition = await self._system.journal.definition(first.revision)
        started = replace(first, run_id=fork)
        new = NewRun(started=started, definition=definition, history=history, idempotency_key="fork", fingerprint="")
        row = await self._system.journal.create(new)
        self._tell("fork", row.run_id)
        await self._system.engine.dispatch(row.run_id)
        return row.run_id

    async def _delete(self, run_id: RunId) -> None:
        with suppress(RunNotFound):
            await self._system.journal.delete(run_id)
            self._tell("was deleted", run_id)

    async def _begin(self, scenario_id: str, key: str = "") -> RunId:
        row = await self._system.runs.submit(scenario_id, {}, key or scenario_id)
        self._tell(key or scenario_id, row.run_id)
        return row.run_id

    async def _end(self, run_id: RunId) -> None:
        async for _ in self._system.runs.follow(run_id):
            pass

    def _tell(self, what: str, run_id: RunId) -> None:
        with self._told.open("ab") as file:
            file.write(orjson.dumps({"what": what, "run_id": run_id}) + b"\n")
            file.flush()
            os.fsync(file.fileno())
