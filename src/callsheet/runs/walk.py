"""From the first step of a run to its end, whatever that is."""

import re
from datetime import datetime, timedelta

from callsheet.errors.kinds import Unavailable
from callsheet.errors.runs import RunOwnershipLost
from callsheet.errors.steps import StepFailure
from callsheet.runs.block import run_steps
from callsheet.runs.control import Control, Interrupted, Limit, Wish
from callsheet.runs.ended import Returned, StepFailed
from callsheet.runs.ending import ending
from callsheet.runs.events import RunError, RunFinished, RunStatus, RunWaiting, StepFinished, StepPath, StepStatus
from callsheet.runs.execution import Execution, failure_code
from callsheet.runs.scope import Scope, error_root, run_roots
from callsheet.scenario.durations import MAX_DURATION
from callsheet.scenario.expressions import EvaluationFailed
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.values import or_null


async def walk(execution: Execution, control: Control) -> datetime | None:
    """Go through the scenario; when a run that waits goes on by itself.

    Raises:
        RunOwnershipLost: another worker executes the run.
        JournalUnavailable: the run goes on later, where its journal ends.
        Exception: a fault of ours; the run has ended failed with `Internal`.
    """
    try:
        await _steps(execution, control)
    except Interrupted as exc:
        if exc.wish is Wish.CANCEL:
            await _end(execution, RunStatus.CANCELLED, RunError(code="Cancelled", message="The run was cancelled."))
        elif exc.wish is Wish.PARK:
            return await _park(execution)
        else:
            await execution.commit()  # the step that ended last; the run goes on later
    except (Unavailable, RunOwnershipLost):
        raise
    except Exception as exc:
        message = f"Callsheet itself failed ({type(exc).__name__}). See its log."
        await _end(execution, RunStatus.FAILED, RunError(code="Internal", message=message))
        raise
    return None


async def _steps(execution: Execution, control: Control) -> None:
    limit = _limit(execution)
    scope = _scope(execution, control)
    try:
        _return_again(execution)
        with scope.time_limit(limit.deadline, limit.why, renewed=lambda: _limit(execution)) as limited:
            output = await _output(limited, await run_steps(execution.scenario.steps, limited))
    except Returned as exc:
        await _finish(execution, RunStatus.SUCCESS, "", output=exc.output)
    except StepFailed as exc:
        await _fail(scope, exc.error)
    except (EvaluationFailed, StepFailure) as exc:
        await _fail(scope, RunError(code=failure_code(exc), message=f"The run's output: {exc}"))
    except Interrupted as exc:
        if exc.wish is not Wish.TIMEOUT:
            raise
        await _fail(scope, _out_of_time(execution, exc.why))
    else:
        await _finish(execution, RunStatus.SUCCESS, "", output=output)


def _limit(execution: Execution) -> Limit:
    """Until when the run may last. Without a limit of its author it gets more time once a tool asked or made a task."""
    scenario, steps = execution.scenario, execution.state.steps.values()
    longer = scenario.timeout is None and any(step.has_waited for step in steps)
    seconds = MAX_DURATION if longer else scenario.time_limit
    deadline = execution.state.started_at + timedelta(seconds=seconds)
    return Limit(deadline=deadline, why=f"The run's timeout of {seconds:g} s ended")


def _return_again(execution: Execution) -> None:
    """Raise `Returned` when a `return` had begun to end the blocks around it: they do not lead back to it any more."""
    for step in execution.state.steps.values():
        if step.step_type == "return" and step.status is StepStatus.SUCCESS:
            around = re.sub(r"(@\d+)?(\[\d+\])?$", "", step.path.rpartition(".")[0])
            block = execution.state.steps.get(StepPath(around))
            if block is None or block.status is StepStatus.SUCCESS:
                raise Returned(step.output)


def _scope(execution: Execution, control: Control) -> Scope:
    steps: JsonObject = {}
    roots: JsonObject = {**run_roots(execution.scenario, execution.state), "steps": steps}
    return Scope(execution=execution, control=control, prefix="", roots=roots, steps=steps)


async def _output(scope: Scope, last: Json) -> Json:
    value = scope.execution.scenario.output
    if value is None:
        return last
    output = or_null(await scope.evaluate(value))
    scope.execution.measure(output, "The run's output")
    return output


async def _fail(scope: Scope, error: RunError) -> None:
    """End the run failed, after the steps of the document's `on_error`; what fails among them changes nothing."""
    execution = scope.execution
    scope.roots["error"] = error_root(error)
    deadline = _failed_at(execution) + timedelta(seconds=execution.scenario.time_limit)
    try:
        with scope.time_limit(deadline, "The time that 'on_error' has, which is the run's timeout, ended") as limited:
            await run_steps(execution.scenario.on_error, limited)
    except (StepFailed, Returned):
        pass  # its own events tell; the run ends with the error that came first
    except Interrupted as exc:
        if exc.wish is not Wish.TIMEOUT:
            raise
    message = error.message if error.step is None else f"Step '{error.step}' failed: {error.message}"
    await _finish(execution, RunStatus.FAILED, message, error=error)


def _failed_at(execution: Execution) -> datetime:
    """When the steps of `on_error` began, or now: they have as much time as all others had."""
    if execution.scenario.on_error:
        first = execution.state.steps.get(StepPath(execution.scenario.on_error[0].name))
        if first is not None:  # in a fork that step may be older than the run
            return max(first.started_at, execution.state.started_at)
    return execution.now()


def _out_of_time(execution: Execution, why: str) -> RunError:
    """The run's error: that of the step which was at work, the innermost one."""
    interrupted = [step for step in execution.state.steps.values() if step.message.startswith(why)]
    innermost = min(interrupted, key=lambda step: step.seq, default=None)
    if innermost is None or innermost.error is None:
        return RunError(code="Timeout", message=f"{why}.")
    return innermost.error


async def _park(execution: Execution) -> datetime | None:
    """Let go of a run that waits."""
    until, waiting = execution.parking.until, execution.state.waiting
    if waiting is None or waiting.until != until:
        execution.emit(
            RunWaiting(run_id=execution.run_id, at=execution.now(), until=until, messages=execution.messages_seen)
        )
    await execution.commit()
    return until


async def _end(execution: Execution, status: RunStatus, error: RunError) -> None:
    for event in ending(execution.state, execution.now(), status, error):
        execution.emit(event)
    await execution.commit()


async def _finish(
    execution: Execution, status: RunStatus, message: str, *, output: Json = None, error: RunError | None = None
) -> None:
    message, output = await execution.cleaned(message), await execution.cleaned(output)
    error = await execution.cleaned(error)
    _close_blocks(execution)
    execution.emit(
        RunFinished(
            run_id=execution.run_id,
            status=status,
            finished_at=execution.now(),
            message=message,
            output=output,
            error=error,
        )
    )
    await execution.commit()


def _close_blocks(execution: Execution) -> None:
    """End the blocks around a `return` step, the innermost first; open, they led the way back after a crash."""
    for step in reversed(tuple(execution.state.steps.values())):
        if step.finished_at is None:
            execution.emit(
                StepFinished(
                    run_id=execution.run_id,
                    step_name=step.name,
                    index=step.index,
                    status=StepStatus.SUCCESS,
                    started_at=step.started_at,
                    finished_at=execution.now(),
                    message="",
                    step_path=step.path,
                    attempts=step.attempts,
                )
            )
