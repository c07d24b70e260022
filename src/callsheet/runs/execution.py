"""One run at work: its state, what expressions see of it, and the events that are not written yet."""

import asyncio
import uuid
from datetime import datetime
from typing import Final

import orjson

from callsheet.errors import StepFailure
from callsheet.runs.control import Control
from callsheet.runs.events import Event, RunId, StepPath
from callsheet.runs.ports import Clock, Entropy, Journal, Tools
from callsheet.runs.state import RunState, StepState
from callsheet.scenario.expressions import EvaluationFailed, EvaluationLimitExceeded
from callsheet.scenario.interpreter import QUICK_VISITS
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.model import Scenario
from callsheet.scenario.values import Missing, Value, evaluate

MAX_VALUE_BYTES: Final = 4 * 2**20
MAX_STATE_BYTES: Final = 64 * 2**20


class Execution:
    """What the executors of steps share while one run is at work.

    `emit` changes the state at once and keeps the event; `commit` makes all kept events durable in one append. A side
    effect may begin only after the commit of the event that announces it. `size` is what the run's journal holds
    already, in bytes.
    """

    def __init__(
        self,
        *,
        scenario: Scenario,
        state: RunState,
        size: int,
        control: Control,
        journal: Journal,
        tools: Tools,
        clock: Clock,
        entropy: Entropy,
    ) -> None:
        self.scenario = scenario
        self.state = state
        self.control = control
        self.tools = tools
        self.clock = clock
        self.entropy = entropy
        self.namespace = uuid.UUID(state.run_id)
        self._journal = journal
        self._pending: list[Event] = []
        self._committed = state.last_seq
        self._writing = asyncio.Lock()
        self._size = size
        self._steps: JsonObject = {}
        self.roots: JsonObject = {
            "input": state.input,
            "vars": scenario.vars,
            "steps": self._steps,
            "run": {
                "id": state.run_id,
                "started_at": state.started_at.isoformat(timespec="milliseconds"),
                "scenario_id": state.scenario_id,
                "revision": state.revision,
            },
        }

    @property
    def run_id(self) -> RunId:
        """The run's id."""
        return self.state.run_id

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return self.clock.now()

    def emit(self, event: Event) -> None:
        """Apply `event`; it is durable after the next `commit`."""
        self.state.apply(event)
        self._pending.append(event)

    async def commit(self) -> None:
        """Make every emitted event durable.

        Raises:
            RunOwnershipLost: another worker wrote this run.
            JournalUnavailable: the journal cannot be written.
        """
        async with self._writing:
            if self._pending:
                events, self._pending = self._pending, []
                await self._journal.append(self.run_id, self._committed, events)
                self._committed += len(events)

    async def evaluate(self, value: Value, more: JsonObject | None = None) -> Json | Missing:
        """The JSON that `value` stands for now; `more` has roots beside the run's.

        What is not quick is done again in a thread, so that one run's large expression does not hold up the others.

        Raises:
            EvaluationFailed: an expression failed or costs more than is allowed.
        """
        roots = self.roots if more is None else {**self.roots, **more}
        try:
            return evaluate(value, roots, QUICK_VISITS)
        except EvaluationLimitExceeded:
            return await asyncio.to_thread(evaluate, value, roots)

    def show(self, step: StepState) -> None:
        """Let later expressions see a finished step."""
        error: JsonObject | None = None
        if step.error is not None:
            error = error_root(step.error.code, step.error.message, step.path, step.error.attempt, step.error.data)
        self._steps[step.name] = {"output": step.output, "status": step.status.value, "error": error}

    def measure(self, value: Json, what: str) -> None:
        """Count a value that the run keeps.

        Raises:
            StepFailure: `LimitExceeded`, when the value or all of the run's values together are too large.
        """
        size = len(orjson.dumps(value))
        if size > MAX_VALUE_BYTES:
            message = f"{what} has {size} bytes as JSON; the limit for one value is {MAX_VALUE_BYTES}."
            raise StepFailure(message, code="LimitExceeded", data={"limit": "value", "bytes": size})
        self._size += size
        if self._size > MAX_STATE_BYTES:
            message = f"{what} makes the values of this run larger than {MAX_STATE_BYTES} bytes together."
            raise StepFailure(message, code="LimitExceeded", data={"limit": "state", "bytes": self._size})


def failure_code(exc: StepFailure | EvaluationFailed) -> str:
    """The error code, as scenarios see it, of whatever can fail in a step."""
    if isinstance(exc, StepFailure):
        return exc.step_code
    return "LimitExceeded" if isinstance(exc, EvaluationLimitExceeded) else "ExpressionError"


def error_root(code: str, message: str, step: StepPath | None, attempt: int | None, data: Json) -> JsonObject:
    """An error as expressions see it."""
    return {"code": code, "message": message, "step": step, "attempt": attempt, "data": data}
