"""Runs a valid document of the corpus and says what happened, in the form of its `.expected.json`.

| key of the file | meaning (default) |
|---|---|
| `input` | the run's input (`{}`) |
| `happens` | what is done to the run, in order: see below (nothing) |
| `status`, `output`, `error` | how the run ends; `error` is `{code, step, attempt, data}` |
| `message` | a part of the error's message (not looked at) |
| `events` | a line each, as `line_of` writes them; after a first `…` only the last ones are listed |
| `order` | `any` where branches run beside each other: the events are compared as a multiset (`exact`) |
| `children` | `[scenario_id, status]` of the runs that the run began, and those began, sorted (none) |
| `arguments` | what `echo` was called with, secrets included (not looked at) |

Each entry of `happens` waits first until the run is `parked`, or as its `when` says: `asleep` (the clock was asked to
sleep), `hanging` (the tool `hang` is at work), or not at all (`now`). Then it does one of `{"advance": seconds}`,
`{"cancel": true}`, `{"restart": true}` (the process ends, another one takes the run up) or
`{"answer": {"step": …, "approved": …, "by": …, "comment": …, "data": …}}`.
"""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from callsheet.journal.memory import MemoryJournal
from callsheet.runs.answers import Answer
from callsheet.runs.codec import decode, timestamp
from callsheet.runs.events import (
    Event,
    RunFinished,
    RunId,
    RunResumed,
    RunStarted,
    RunStatus,
    RunWaiting,
    StepFinished,
    StepLog,
    StepPath,
    StepProgress,
    StepResumed,
    StepRetrying,
    StepStarted,
    StepWaiting,
)
from callsheet.runs.ports import RunFilter
from callsheet.scenario.json import Json, JsonObject, is_object
from callsheet.scenario.source import Syntax, read_source
from callsheet.testing import ManualClock, MemorySystem, memory_system
from tests.scenarios.tools import Kit

FOLDER: Final = Path(__file__).parent
CHILDREN: Final = sorted((FOLDER / "children").iterdir())
"""Documents that `scenario` steps of the corpus run; they are in the catalog of every performance."""

SECRETS: Final = {"API_KEY": "sesame-4711", "TOKEN": "open-0815"}
VARIABLES: Final = {"REGION": "north", "LEVEL": "7"}
BEGIN: Final = ManualClock().now()

_ENVIRONMENT: Final = {
    **{f"CALLSHEET_SECRET_{name}": value for name, value in SECRETS.items()},
    **{f"CALLSHEET_ENV_{name}": value for name, value in VARIABLES.items()},
}


@dataclass(slots=True)
class Performance:
    """One run, through as many processes as it takes."""

    document: JsonObject
    acts: list[Any]
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    clock: ManualClock = field(default_factory=ManualClock)
    arguments: list[Json] = field(default_factory=list[Json])
    run_id: RunId | None = None
    seen: int = 0

    async def perform(self, run_input: JsonObject) -> list[Event]:
        """All events of the run; 10 s at most."""
        documents = [self.document, *map(decoded, CHILDREN)]
        async with asyncio.timeout(10):
            while True:
                kit = Kit(arguments=self.arguments)
                async with memory_system(
                    documents, kit.servers, journal=self.journal, clock=self.clock, environment=_ENVIRONMENT
                ) as system:
                    if self.run_id is None:
                        self.run_id = (await system.runs.submit(str(self.document["scenario_id"]), run_input)).run_id
                    if await self._act(system, self.run_id, kit):
                        continue
                    await system.finished(self.run_id)
                    for run in (await self.journal.runs(RunFilter(), 50)).runs:
                        await system.finished(run.run_id)  # a cancelled run does not wait for those that it began
                return [decode(record) for record in await self.journal.read(self.run_id)]

    async def children(self) -> list[Json]:
        """The runs that the run began, and those began: id of the scenario and status, sorted."""
        page = await self.journal.runs(RunFilter(), 50)
        begun = sorted((run.scenario_id, run.status.value) for run in page.runs if run.parent_run_id is not None)
        return [list(each) for each in begun]

    async def written(self) -> list[bytes]:
        """The events of all runs, as the journal holds them."""
        page = await self.journal.runs(RunFilter(), 50)
        return [record.data for run in page.runs for record in await self.journal.read(run.run_id)]

    async def _act(self, system: MemorySystem, run_id: RunId, kit: Kit) -> bool:
        """Do what is to be done in this process; whether another one takes the run up."""
        while self.acts:
            act = self.acts.pop(0)
            await self._wait(run_id, act.get("when", "parked"), kit)
            match act:
                case {"advance": seconds}:
                    self.clock.advance(seconds)
                case {"cancel": True}:
                    await system.runs.cancel(run_id)
                case {"restart": True}:
                    return True
                case {"answer": {"step": path, **answer}}:
                    await system.answers.answer(run_id, StepPath(path), Answer(**answer))
                case _:
                    raise ValueError(f"Nothing that can happen to a run: {act}")
        return False

    async def _wait(self, run_id: RunId, moment: str, kit: Kit) -> None:
        match moment:
            case "asleep":
                await self.clock.asked_to_sleep.wait()
                self.clock.asked_to_sleep.clear()
            case "hanging":
                await kit.hanging.wait()
                kit.hanging.clear()
            case "now":
                pass
            case "parked":
                while (row := await self.journal.summary(run_id)).status is not RunStatus.WAITING or (
                    row.last_seq <= self.seen
                ):
                    await self.journal.wait(run_id, row.last_seq)
                self.seen = row.last_seq
            case _:
                raise ValueError(f"No moment of a run: {moment}")


def decoded(path: Path) -> JsonObject:
    """The JSON that a file of the corpus stands for."""
    document = read_source(path.read_bytes(), syntax_of(path)).document
    assert is_object(document), f"{path.name} cannot be decoded"
    return document


def syntax_of(path: Path) -> Syntax:
    """How a file is written, by its name."""
    return Syntax.JSON if path.suffix == ".json" else Syntax.YAML


async def outcome(document: JsonObject, expectation: JsonObject) -> tuple[JsonObject, Performance]:
    """What happens when `document` is run as `expectation` says, in the form of an expectation."""
    happens = expectation.get("happens", [])
    run_input = expectation.get("input", {})
    performance = Performance(document, list(happens) if isinstance(happens, list) else [])
    events = await performance.perform(run_input if is_object(run_input) else {})
    end = events[-1]
    assert isinstance(end, RunFinished)
    error: Json = None
    if end.error is not None:
        where = {"code": end.error.code, "step": end.error.step, "attempt": end.error.attempt}
        error = {**where, "data": end.error.data}
    found: JsonObject = {"status": end.status.value, "output": end.output, "error": error}
    found["events"] = [line_of(event) for event in events]
    if "message" in expectation:
        found["message"] = "" if end.error is None else end.error.message
    if children := await performance.children():
        found["children"] = children
    if "arguments" in expectation:
        found["arguments"] = performance.arguments
    return found, performance


def line_of(event: Event) -> str:
    """An event as a line: what happened, to which step, and what matters of it."""
    match event:
        case RunStarted():
            return "run_started"
        case StepStarted():
            return f"step_started {event.step_path}"
        case StepRetrying():
            why = "interrupted" if event.interrupted else event.error.code
            return f"step_retrying {event.step_path} attempt {event.attempt} after {event.delay:g} s {why}"
        case StepWaiting():
            return f"step_waiting {event.step_path} {event.waits_for['kind']}{_until(event)}"
        case StepFinished():
            code = "" if event.error is None else f" {event.error.code}"
            errors = "" if not event.errors else f" {orjson.dumps(event.errors).decode()}"
            return f"step_finished {event.step_path} {event.status.value}{code}{errors}"
        case StepResumed():
            return f"step_resumed {event.step_path} {event.action}"
        case StepProgress():
            return f"step_progress {event.step_path} {event.progress:g} of {event.total}"
        case StepLog():
            return f"step_log {event.step_path} {event.level}"
        case RunWaiting():
            return f"run_waiting{_until(event)}"
        case RunResumed():
            return "run_resumed"
        case RunFinished():
            return f"run_finished {event.status.value}"


def _until(event: StepWaiting | RunWaiting) -> str:
    if event.until is None:
        return ""
    seconds = (event.until - BEGIN).total_seconds()
    return f" until {seconds:g} s" if seconds < 10**6 else f" until {timestamp(event.until)}"
