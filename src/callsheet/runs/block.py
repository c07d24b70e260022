"""A list of steps, one after the other: the part of the interpreter that every step type shares.

A finished step is taken from the journal and never executed again; a step that was at work when its process ended goes
on as its type says; any other step is announced, executed, and its end is written together with the beginning of the
next one.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from callsheet.errors.steps import StepFailure
from callsheet.runs.attempts import attempts, fault_of, take_up
from callsheet.runs.control import Interrupted, Wish
from callsheet.runs.ended import Returned, StepFailed
from callsheet.runs.events import RunError, StepFinished, StepPath, StepStarted, StepStatus
from callsheet.runs.execution import Execution
from callsheet.runs.executor import Attempt, Outcome
from callsheet.runs.scope import Scope
from callsheet.runs.state import StepState
from callsheet.scenario.expressions import EvaluationFailed
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.model import Step
from callsheet.scenario.steps.base import OnError
from callsheet.scenario.steps.fail import UNCATCHABLE
from callsheet.scenario.steps.return_ import ReturnStep
from callsheet.scenario.values import or_null

INTERRUPTED: Final[JsonObject] = {"interrupted": True}
"""The `data` of the error of a step that was out of time with what was around it."""


async def run_steps(steps: Sequence[Step], scope: Scope) -> Json:
    """Execute `steps` in order; the last one's output.

    Raises:
        StepFailed: a step failed for good.
        Returned: a step ends the run.
        Interrupted: somebody wants something else.
    """
    output: Json = None
    for step in steps:
        await scope.execution.pace.step()
        path = scope.path(step.name)
        state = scope.execution.state.steps.get(path)
        if state is None or state.finished_at is None:
            if state is None:  # one that has begun is interrupted inside, so that its `finally` runs
                scope.control.check()
            state = await _run_step(step, path, state, scope)
        elif _was_interrupted(state):
            scope.control.check()  # with what was around it, which ends now as it did then
        if isinstance(step, ReturnStep) and state.status is StepStatus.SUCCESS:
            raise Returned(state.output)
        if (error := failure_of(step, state)) is not None:
            raise StepFailed(error)
        scope.show(state)
        output = state.output
        await scope.execution.commit_some()
    return output


def _was_interrupted(state: StepState) -> bool:
    """Whether the step did not end by itself but with what was around it."""
    return state.status is StepStatus.CANCELLED or (state.error is not None and state.error.data == INTERRUPTED)


def failure_of(step: Step, state: StepState) -> RunError | None:
    """The error of a finished step that ends its list; None when the list goes on."""
    if state.error is None or (step.on_error is OnError.CONTINUE and state.error.code not in UNCATCHABLE):
        return None
    return state.error


def failed_before(steps: Sequence[Step], scope: Scope) -> StepState | None:
    """The step that, as the journal says, has ended this list; None when it goes on. Cancelled steps do not count."""
    return failed_in(steps, scope.execution.state.steps, scope.prefix)


def failed_in(steps: Sequence[Step], states: Mapping[StepPath, StepState], prefix: str) -> StepState | None:
    """As `failed_before`, of a list whose steps have paths with this prefix."""
    for step in steps:
        state = states.get(StepPath(prefix + step.name))
        if state is not None and state.status is StepStatus.FAILED and failure_of(step, state) is not None:
            return state
    return None


async def _run_step(step: Step, path: StepPath, state: StepState | None, scope: Scope) -> StepState:
    execution = scope.execution
    resumed = state is not None
    try:
        state = await _start(step, path, scope) if state is None else await _start_again(step, state, scope)
        if state.finished_at is not None:
            return state
        attempt = Attempt(scope=scope, state=state, resumed=resumed)
        if resumed:
            await take_up(step, attempt)
        outcome = await attempts(step, attempt)
        output = await _output(step, outcome.output, scope)
        execution.measure(output, f"The output of step '{path}'")
        output, errors = await execution.cleaned(output), await execution.cleaned(outcome.errors)
    except (StepFailure, EvaluationFailed, StepFailed) as exc:
        state = execution.state.steps[path]
        error = await execution.cleaned(fault_of(exc, state))
        _finish(execution, state, StepStatus.FAILED, error=error)
    except Interrupted as exc:
        if not exc.wish.lets_go:
            if step.lists():
                _interrupt_inside(execution, execution.state.steps[path], exc)
            _interrupt(execution, execution.state.steps[path], exc)
        raise
    else:
        _finish(execution, state, StepStatus.SUCCESS, Outcome(output=output, errors=errors))
    return state


async def _start(step: Step, path: StepPath, scope: Scope) -> StepState:
    """Announce the step; a skipped one ends at once."""
    execution = scope.execution
    prepared: Json = None
    failure: StepFailure | EvaluationFailed | None = None
    wanted = True
    try:
        wanted = await _is_wanted(step, scope)
        if wanted:
            prepared = await execution.around.executors[type(step)].prepare(step, scope)
            execution.measure(prepared, f"The input of step '{path}'")
            prepared = await execution.cleaned(prepared)
    except (StepFailure, EvaluationFailed) as exc:
        prepared, failure = None, exc
    scope.control.check()  # evaluating may have taken its time
    execution.emit(
        StepStarted(
            run_id=execution.run_id,
            step_name=step.name,
            index=len(execution.state.steps),
            started_at=execution.now(),
            step_path=path,
            step_type=step.type,
            input=prepared,
        )
    )
    if failure is not None:
        raise failure
    execution.count()
    state = execution.state.steps[path]
    if not wanted:
        _finish(execution, state, StepStatus.SKIPPED)
    return state


async def _start_again(step: Step, state: StepState, scope: Scope) -> StepState:
    """Find out again, for a step that began without an input, whether it is wanted and can be prepared."""
    if state.input is None:
        if not await _is_wanted(step, scope):
            _finish(scope.execution, state, StepStatus.SKIPPED)
        else:
            await scope.execution.around.executors[type(step)].prepare(step, scope)
    return state


async def _is_wanted(step: Step, scope: Scope) -> bool:
    return step.when is None or await scope.holds(step.when)


async def _output(step: Step, raw: Json, scope: Scope) -> Json:
    return raw if step.output is None else or_null(await scope.evaluate(step.output, {"result": raw}))


def _interrupt_inside(execution: Execution, block: StepState, exc: Interrupted) -> None:
    """End the blocks inside this one that a `return` had left open."""
    inside = (f"{block.path}.", f"{block.path}[", f"{block.path}@")
    for state in reversed(tuple(execution.state.steps.values())):
        if state.finished_at is None and state.path.startswith(inside):
            _interrupt(execution, state, exc)


def _interrupt(execution: Execution, state: StepState, exc: Interrupted) -> None:
    """End a step with what is around it."""
    if exc.wish is Wish.TIMEOUT:
        message = f"{exc.why} while this step was at work."
        error = RunError(code="Timeout", message=message, step=state.path, attempt=state.attempts, data=INTERRUPTED)
        _finish(execution, state, StepStatus.FAILED, error=error)
    else:
        error = RunError(code="Cancelled", message=exc.why, step=state.path)
        _finish(execution, state, StepStatus.CANCELLED, error=error)


def _finish(
    execution: Execution,
    state: StepState,
    status: StepStatus,
    outcome: Outcome | None = None,
    *,
    error: RunError | None = None,
) -> None:
    execution.emit(
        StepFinished(
            run_id=execution.run_id,
            step_name=state.name,
            index=state.index,
            status=status,
            started_at=state.started_at,
            finished_at=execution.now(),
            message="" if error is None else error.message,
            step_path=state.path,
            attempts=state.attempts,
            output=None if outcome is None else outcome.output,
            error=error,
            errors=None if outcome is None else outcome.errors,
        )
    )
