"""Executes `scenario` steps: another scenario as a run of its own, for which this one waits."""

from callsheet.errors.steps import StepFailure
from callsheet.runs.children import MAX_DEPTH
from callsheet.runs.control import Interrupted
from callsheet.runs.events import ParentStep, RunId, RunStatus
from callsheet.runs.executor import Attempt, Outcome
from callsheet.runs.keys import path_uuid
from callsheet.runs.scope import Scope
from callsheet.runs.steps.pure import PureExecutor
from callsheet.runs.waiting import announce, ask
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.steps.fail import UNCATCHABLE
from callsheet.scenario.steps.scenario import ScenarioStep
from callsheet.scenario.values import or_null


class ScenarioExecutor(PureExecutor):
    """The executor of `ScenarioStep`."""

    async def prepare(self, step: ScenarioStep, scope: Scope) -> Json:
        """The child run's input."""
        return or_null(await scope.evaluate(step.input))

    async def attempt(self, step: ScenarioStep, prepared: Json, attempt: Attempt) -> Outcome:
        """Begin the child run, wait for its end, and take its output."""
        execution = attempt.execution
        children, engine = execution.around.children, execution.around.engine
        child = RunId(path_uuid(execution.namespace, attempt.path))
        child_input: JsonObject = prepared if isinstance(prepared, dict) else {}
        await self._begin(step, child, child_input, attempt)
        await engine.dispatch(child, scenario_id=step.scenario_id, priority=execution.state.priority)
        try:
            await ask(attempt, {}, until=None)
        except Interrupted as exc:
            if not exc.wish.lets_go:
                await children.cancel(child, engine)
            raise
        end = await children.end_of(child)
        if end.status is RunStatus.SUCCESS:
            return Outcome(output=end.output)
        raise _failure(step, child, end.message, None if end.error is None else end.error.code)

    async def _begin(self, step: ScenarioStep, child: RunId, child_input: JsonObject, attempt: Attempt) -> None:
        children = attempt.execution.around.children
        if attempt.state.waiting is not None and await children.exists(child):
            return
        depth = 1 if attempt.execution.state.parent is None else attempt.execution.state.parent.depth + 1
        if depth > MAX_DEPTH:
            message = f"Runs may begin runs {MAX_DEPTH} deep; this would be one more."
            raise StepFailure(message, code="LimitExceeded", data={"limit": "depth", "value": MAX_DEPTH})
        entry = await children.choose(step.scenario_id, step.revision, child_input, attempt.execution.state.mandate)
        waits_for: JsonObject = {
            "kind": "run",
            "run_id": child,
            "scenario_id": step.scenario_id,
            "revision": entry.revision,
        }
        number = await announce(attempt, waits_for, until=None)
        parent = ParentStep(run_id=attempt.execution.run_id, seq=number, depth=depth)
        await children.begin(child, entry, child_input, parent, attempt.execution.state)


def _failure(step: ScenarioStep, child: RunId, message: str, code: str | None) -> StepFailure:
    """The child's own error where it can be caught; what nobody may catch concerns the child alone."""
    caught = "ScenarioFailed" if code is None or code in UNCATCHABLE else code
    return StepFailure(
        f"Run {child} of scenario '{step.scenario_id}' did not succeed: {message}",
        code=caught,
        data={"run_id": child, "code": code},
    )
