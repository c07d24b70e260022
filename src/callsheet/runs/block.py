"""A list of steps, one after the other: the part of the interpreter that every step type shares.

A finished step is taken from the journal and never executed again; a step that was at work when its process ended
goes on as its type says; any other step is announced, made durable, executed, and its end is written together with the
beginning of the next one.
"""

from collections.abc import Sequence
from datetime import timedelta

from callsheet.errors import StepFailure
from callsheet.runs.control import Interrupted, Wish
from callsheet.runs.events import RunError, StepFinished, StepPath, StepRetrying, StepStarted, StepStatus
from callsheet.runs.execution import Execution, failure_code
from callsheet.runs.retry import UNCATCHABLE, retry_delay
from callsheet.runs.state import StepState
from callsheet.runs.steps.executor import Attempt
from callsheet.runs.steps.registry import EXECUTORS
from callsheet.scenario.expressions import EvaluationFailed
from callsheet.scenario.json import Json
from callsheet.scenario.model import Step
from callsheet.scenario.steps.base import OnError
from callsheet.scenario.values import or_null


class StepFailed(Exception):
    """A step ended failed and its list does not go on."""

    def __init__(self, error: RunError) -> None:
        super().__init__(error.message)
        self.error = error


async def run_steps(steps: Sequence[Step], execution: Execution) -> Json:
    """Execute `steps` in order; the last one's output.

    Raises:
        StepFailed: a step failed for good.
        Interrupted: the run's engine asked for it.
    """
    output: Json = None
    for step in steps:
        path = StepPath(step.name)
        state = execution.state.steps.get(path)
        if state is None or state.finished_at is None:
            if execution.control.draining:
                raise Interrupted(Wish.DRAIN)
            state = await _run_step(step, path, state, execution)
        execution.show(state)
        if state.error is not None and not _goes_on(step, state.error):
            raise StepFailed(state.error)
        output = state.output
    return output


def _goes_on(step: Step, error: RunError) -> bool:
    return step.on_error is OnError.CONTINUE and error.code not in UNCATCHABLE


async def _run_step(step: Step, path: StepPath, state: StepState | None, execution: Execution) -> StepState:
    try:
        if state is None:
            state = await _start(step, path, execution)
        else:
            await _take_up(step, state, execution)
        raw = await _attempts(step, state, execution)
        output = await _output(step, raw, execution)
        execution.measure(output, f"The output of step '{path}'")
    except (StepFailure, EvaluationFailed) as exc:
        _finish(execution, path, error=_error(exc, execution.state.steps[path]))
    except Interrupted as exc:
        if exc.wish is Wish.TIMEOUT:
            _finish(execution, path, error=_out_of_time(execution, path))
        else:
            raise
    else:
        _finish(execution, path, output=output)
    return execution.state.steps[path]


async def _start(step: Step, path: StepPath, execution: Execution) -> StepState:
    prepared: Json = None
    failure: StepFailure | EvaluationFailed | None = None
    try:
        prepared = await EXECUTORS[type(step)].prepare(step, execution)
        execution.measure(prepared, f"The input of step '{path}'")
    except (StepFailure, EvaluationFailed) as exc:
        prepared, failure = None, exc
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
    await execution.commit()
    return execution.state.steps[path]


async def _take_up(step: Step, state: StepState, execution: Execution) -> None:
    """Go on with a step that was at work when its process ended."""
    if state.retrying is not None:
        begins = state.retrying.at + timedelta(seconds=state.retrying.delay)
        remaining = (begins - execution.now()).total_seconds()
        if remaining > 0:  # the attempt had not begun: nothing is unknown
            with execution.control:
                await execution.clock.sleep(remaining)
            return
    message = (
        f"The process ended during attempt {state.attempts} of step '{state.path}'; "
        "whether the tool did its work is not known."
    )
    unknown = RunError(code="OutcomeUnknown", message=message, step=state.path, attempt=state.attempts)
    if not EXECUTORS[type(step)].after_interruption(step):
        raise StepFailure(message, code="OutcomeUnknown")
    await _retry(state, unknown, 0.0, execution, interrupted=True)


async def _attempts(step: Step, state: StepState, execution: Execution) -> Json:
    executor = EXECUTORS[type(step)]
    retry = step.retry or execution.scenario.defaults.retry
    while True:
        try:
            return await executor.attempt(step, state.input, Attempt(execution, state.path, state.attempts))
        except StepFailure as exc:
            error = _error(exc, state)
            delay = retry_delay(retry, error, state.failures + 1, execution.entropy)
            if delay is None:
                raise
        await _retry(state, error, delay, execution)


async def _retry(
    state: StepState, error: RunError, delay: float, execution: Execution, *, interrupted: bool = False
) -> None:
    execution.emit(
        StepRetrying(
            run_id=execution.run_id,
            step_name=state.name,
            index=state.index,
            at=execution.now(),
            step_path=state.path,
            attempt=state.attempts + 1,
            delay=delay,
            interrupted=interrupted,
            error=error,
        )
    )
    await execution.commit()
    if delay > 0:
        with execution.control:
            await execution.clock.sleep(delay)


async def _output(step: Step, raw: Json, execution: Execution) -> Json:
    return raw if step.output is None else or_null(await execution.evaluate(step.output, {"result": raw}))


def _finish(execution: Execution, path: StepPath, *, output: Json = None, error: RunError | None = None) -> None:
    state = execution.state.steps[path]
    execution.emit(
        StepFinished(
            run_id=execution.run_id,
            step_name=state.name,
            index=state.index,
            status=StepStatus.SUCCESS if error is None else StepStatus.FAILED,
            started_at=state.started_at,
            finished_at=execution.now(),
            message="" if error is None else error.message,
            step_path=path,
            attempts=state.attempts,
            output=output,
            error=error,
        )
    )


def _error(exc: StepFailure | EvaluationFailed, state: StepState) -> RunError:
    data: Json = exc.data if isinstance(exc, StepFailure) else None
    return RunError(code=failure_code(exc), message=str(exc), step=state.path, attempt=state.attempts, data=data)


def _out_of_time(execution: Execution, path: StepPath) -> RunError:
    message = f"The run's timeout of {execution.scenario.timeout:g} s ended while step '{path}' was at work."
    return RunError(code="Timeout", message=message, step=path, attempt=execution.state.steps[path].attempts)
