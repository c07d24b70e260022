"""The decorators change nothing of what they see, whatever becomes of those who watch."""

import pytest

from callsheet.errors.tools import ToolFailed
from callsheet.journal.memory import MemoryJournal
from callsheet.runs.events import RunFinished, RunId, StepFinished, StepRetrying
from callsheet.runs.tools import ToolCall, ToolOutcome, ToolResult
from callsheet.scenario.json import Json
from callsheet.telemetry.journal import ObservedJournal
from callsheet.telemetry.runs import RunsAtWork
from callsheet.telemetry.tools import ObservedTools
from callsheet.telemetry.watching import CallEnded, OpenStep, RunAtWork, RunOrigin
from callsheet.tools.memory import MemoryTools
from tests.support.events import new_run, run_finished, step_finished, step_started


class Notes:
    """A `Watch` that writes down what it hears; `broken` fails instead."""

    def __init__(self, *, broken: bool = False) -> None:
        self.heard: list[str] = []
        self._broken = broken

    def begins(self, run: RunAtWork) -> None:
        self.heard.append(f"begins {run.run_id}")

    def accepted(self, run: RunOrigin) -> None:
        self.heard.append(f"accepted {run.scenario_id}")

    def step_finished(self, run: RunOrigin, event: StepFinished, step: OpenStep) -> None:
        if self._broken:
            raise ValueError("I cannot count.")
        self.heard.append(f"{run.scenario_id}: {event.step_path} ({step.step_type}) {event.status}")

    def retrying(self, run: RunOrigin, event: StepRetrying, step: OpenStep) -> None:
        self.heard.append(f"{run.scenario_id}: {event.step_path} ({step.step_type}) again")

    def run_finished(self, run: RunOrigin, event: RunFinished) -> None:
        self.heard.append(f"{run.scenario_id} {event.status}")

    def calling(self, call: ToolCall) -> CallEnded:
        self.heard.append(f"calling {call.tool}")

        def ended(server: str, result: ToolOutcome | BaseException) -> None:
            self.heard.append(f"{server or 'somebody'} gave {type(result).__name__}")

        return ended


def observed(inner: MemoryJournal, watch: Notes) -> ObservedJournal:
    return ObservedJournal(inner, RunsAtWork([watch]), [watch])


async def test_what_became_durable_is_told_with_the_types_of_its_steps() -> None:
    notes = Notes()
    journal = observed(MemoryJournal(), notes)
    run_id = (await journal.create(new_run())).run_id
    await journal.append(run_id, 1, [step_started(run_id)])
    await journal.append(run_id, 2, [step_finished(run_id), run_finished(run_id)])
    assert notes.heard == ["accepted news", "news: search (tool) success", "news success"]


async def test_an_earlier_run_of_the_same_key_is_not_accepted_again() -> None:
    notes = Notes()
    journal = observed(MemoryJournal(), notes)
    first = await journal.create(new_run(key="k", fingerprint="f"))
    assert await journal.create(new_run(key="k", fingerprint="f")) == first
    assert notes.heard == ["accepted news"]


async def test_who_cannot_count_does_not_harm_what_was_written() -> None:
    inner = MemoryJournal()
    journal = observed(inner, Notes(broken=True))
    run_id = (await journal.create(new_run())).run_id
    await journal.append(run_id, 1, [step_started(run_id), step_finished(run_id)])
    assert len(await inner.read(run_id)) == 3


async def test_a_call_is_told_when_it_begins_and_how_it_ended() -> None:
    async def echo(call: ToolCall) -> Json:
        return call.arguments

    async def fail(call: ToolCall) -> Json:
        raise ToolFailed("No.", server="demo", tool="fail")

    notes = Notes()
    tools = ObservedTools(MemoryTools({"demo": {"echo": echo, "fail": fail}}), [notes])
    assert isinstance(await tools.call(_call("echo")), ToolResult)
    with pytest.raises(ToolFailed, match="No"):
        await tools.call(_call("fail"))
    assert notes.heard == ["calling echo", "demo gave ToolResult", "calling fail", "demo gave ToolFailed"]


async def test_a_run_is_known_while_it_is_executed_and_not_longer() -> None:
    notes = Notes()
    runs = RunsAtWork([notes])
    run_id = RunId("r")

    async def execute(run_id: RunId, control: object, engine: object) -> None:
        assert runs.find(run_id) is not None

    await runs.around(execute)(run_id, object(), object())  # pyright: ignore[reportArgumentType]: passed on only
    assert runs.find(run_id) is None
    assert notes.heard == ["begins r"]


def _call(tool: str) -> ToolCall:
    return ToolCall(server=None, tool=tool, arguments={}, timeout=5, idempotency_key="k", attempt=1)
