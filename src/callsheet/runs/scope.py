"""Where a list of steps runs: what its expressions see, where its steps sit in the run, and who can interrupt it."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from callsheet.runs.control import Control, Limit
from callsheet.runs.events import RunError, StepPath
from callsheet.runs.execution import Execution
from callsheet.runs.state import RunState, StepState
from callsheet.scenario.budget import QUICK_VISITS
from callsheet.scenario.expressions import EvaluationFailed, EvaluationLimitExceeded
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.model import Scenario
from callsheet.scenario.values import From, Missing, Value, evaluate, or_null


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One list of steps at work.

    Attributes:
        prefix: what the paths of its steps begin with.
        roots: what expressions begin with; `steps` is this list's own, so what happens in here is not seen outside.
    """

    execution: Execution
    control: Control
    prefix: str
    roots: JsonObject
    steps: JsonObject

    def path(self, name: str) -> StepPath:
        """The path of the step with this name."""
        return StepPath(self.prefix + name)

    def inside(self, prefix: str, roots: JsonObject | None = None, control: Control | None = None) -> "Scope":
        """The scope of a list inside a step of this one: it sees what is seen here."""
        steps = dict(self.steps)
        return Scope(
            execution=self.execution,
            control=control or self.control,
            prefix=prefix,
            roots={**self.roots, **(roots or {}), "steps": steps},
            steps=steps,
        )

    def show(self, step: StepState) -> None:
        """Let later expressions see a finished step."""
        self.steps[step.name] = step_root(step)

    async def evaluate(self, value: Value, more: JsonObject | None = None) -> Json | Missing:
        """The JSON that `value` stands for now; `more` has roots beside the scope's.

        What is not quick is done again in a thread, so that one run's large expression does not hold up the others.

        Raises:
            EvaluationFailed: an expression failed or costs more than is allowed.
        """
        # Copies: an expression may give all of the roots or of `steps`, which must not change, or hold itself, later.
        roots: JsonObject = {**self.roots, "steps": dict(self.steps), **(more or {})}
        try:
            return evaluate(value, roots, QUICK_VISITS)
        except EvaluationLimitExceeded:
            return await asyncio.to_thread(evaluate, value, roots)

    async def holds(self, condition: From) -> bool:
        """Whether a condition gives true; null counts as false.

        Raises:
            EvaluationFailed: it cannot be evaluated, or gives something else.
        """
        found = or_null(await self.evaluate(condition))
        if found is not None and not isinstance(found, bool):
            raise EvaluationFailed(
                f"The condition '{condition.expression.source}' gives {_kind(found)}; it must give true, false or null."
            )
        return found is True

    @contextmanager
    def time_limit(
        self,
        deadline: datetime,
        why: str,
        *,
        cleaning_up: bool = False,
        renewed: Callable[[], Limit] | None = None,
    ) -> Generator["Scope"]:
        """The same scope under a control of its own, which is asked for `TIMEOUT` at `deadline`.

        `renewed` gives the limit that holds by now, for one that may become later while the work goes on.
        """
        control = self.control.below(why, deadline, cleaning_up=cleaning_up)
        stop = self.execution.alarm(Limit(deadline=deadline, why=why), control, renewed)
        try:
            yield Scope(
                execution=self.execution, control=control, prefix=self.prefix, roots=self.roots, steps=self.steps
            )
        finally:
            stop()
            control.leave()


def _kind(value: int | float | str | list[Json] | JsonObject) -> str:
    match value:
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case dict():
            return "an object"


def run_roots(scenario: Scenario, state: RunState) -> JsonObject:
    """What expressions begin with before the first step of a run."""
    return {
        "input": state.input,
        "vars": scenario.vars,
        "env": dict(state.env),
        "steps": dict[str, Json](),
        "run": {
            "id": state.run_id,
            "started_at": state.started_at.isoformat(timespec="milliseconds"),
            "scenario_id": state.scenario_id,
            "revision": state.revision,
        },
    }


def step_root(step: StepState) -> JsonObject:
    """A finished step as expressions see it."""
    return {
        "output": step.output,
        "status": step.status.value,
        "error": None if step.error is None else error_root(step.error),
        "errors": step.errors,
    }


def error_root(error: RunError) -> JsonObject:
    """An error as expressions see it."""
    return {
        "code": error.code,
        "message": error.message,
        "step": error.step,
        "attempt": error.attempt,
        "data": error.data,
    }
