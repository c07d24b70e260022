"""The attempts of one execution of a step: its time limit, its retries, and going on after a crash."""

from datetime import datetime, timedelta
from typing import Final

from callsheet.errors.steps import StepFailure
from callsheet.errors.tools import HeldCallLost
from callsheet.runs.control import Interrupted, Wish
from callsheet.runs.ended import StepFailed
from callsheet.runs.events import RunError, StepRetrying
from callsheet.runs.execution import failure_code
from callsheet.runs.executor import Attempt, Outcome, Resumption
from callsheet.runs.questions import ELICITATION
from callsheet.runs.retry import retry_delay
from callsheet.runs.state import StepState
from callsheet.runs.waiting import HELD, ask, pause
from callsheet.scenario.expressions import EvaluationFailed, EvaluationLimitExceeded
from callsheet.scenario.json import Json
from callsheet.scenario.model import Step
from callsheet.scenario.steps.tool import ToolStep

MOST_LOST: Final = 5
"""How often in a row a lost call is made again: a server that forgets every one of them would be called for ever."""

_IMMEDIATELY: Final = 0.0


async def attempts(step: Step, attempt: Attempt) -> Outcome:
    """Make attempts until one succeeds or no other one is allowed.

    Raises:
        StepFailure, EvaluationFailed, StepFailed: the last attempt failed.
        Returned: a step inside ends the run.
        Interrupted: somebody wants something else.
    """
    execution, state = attempt.execution, attempt.state
    retry = step.retry or (execution.scenario.defaults.retry if isinstance(step, ToolStep) else None)
    lost = 0
    while True:
        try:
            return await _attempt(step, attempt)
        except HeldCallLost as exc:
            lost += 1
            await _go_on_unknown(
                step, attempt, f"{exc} Whether the tool did its work is not known.", again=lost <= MOST_LOST
            )
            continue
        except (StepFailure, EvaluationFailed, StepFailed) as exc:
            error = fault_of(exc, state)
            delay = retry_delay(retry, error, state.failures + 1, execution.around.entropy)
            if delay is None:
                raise
        await _retry(attempt, error, delay)


async def take_up(step: Step, attempt: Attempt) -> None:
    """Go on with a step that was at work when its process ended.

    Raises:
        StepFailure: `OutcomeUnknown`, when that is what the author wants, or the person who was asked.
        Interrupted: somebody wants something else.
    """
    execution, state = attempt.execution, attempt.state
    if state.retrying is not None:
        begins = _begin(state)
        if begins > execution.now() or execution.was_parked_before(begins):  # it had not begun: nothing is unknown
            await pause(attempt.scope, begins, HELD)
            return
    if state.task is not None or _is_asked(state):  # where the call is stands in the journal
        return
    if execution.around.executors[type(step)].resumption(step) is not Resumption.GO_ON:
        what = f"The process ended during attempt {state.attempts} of step '{state.path}';"
        await _go_on_unknown(step, attempt, f"{what} whether the tool did its work is not known.")


async def _go_on_unknown(step: Step, attempt: Attempt, message: str, *, again: bool = True) -> None:
    """Do what the author wants when it is not known what an attempt did; fail when it may not be made `again`."""
    execution, state = attempt.execution, attempt.state
    resumption = execution.around.executors[type(step)].resumption(step)
    unknown = RunError(code="OutcomeUnknown", message=message, step=state.path, attempt=state.attempts)
    if resumption is Resumption.FAIL or not again:
        raise StepFailure(message, code="OutcomeUnknown")
    if resumption is Resumption.ASK:
        answer = await ask(attempt, {"kind": "approval", "message": f"{message} Call it again?"}, until=None)
        if answer.value.get("approved") is not True:
            raise StepFailure(
                f"{message} {answer.by or 'Somebody'} decided not to call it again.", code="OutcomeUnknown"
            )
    await _retry(attempt, unknown, _IMMEDIATELY, interrupted=True)


def _is_asked(state: StepState) -> bool:
    return state.waiting is not None and state.waiting[1].waits_for.get("kind") == ELICITATION


def fault_of(exc: StepFailure | EvaluationFailed | StepFailed, state: StepState) -> RunError:
    """The error as the journal keeps it; what a step inside failed with stays as it is."""
    if isinstance(exc, StepFailed):
        return exc.error
    data: Json = exc.data if isinstance(exc, StepFailure) else None
    if isinstance(exc, EvaluationLimitExceeded):
        data = {"limit": exc.limit, "value": exc.value}
    return RunError(code=failure_code(exc), message=str(exc), step=state.path, attempt=state.attempts, data=data)


async def _attempt(step: Step, attempt: Attempt) -> Outcome:
    executor = attempt.execution.around.executors[type(step)]
    if step.timeout is None or executor.keeps_time:
        return await executor.attempt(step, attempt.state.input, attempt)
    deadline = _begin(attempt.state) + timedelta(seconds=step.timeout)
    with attempt.scope.time_limit(
        deadline, f"The timeout of {step.timeout:g} s of step '{attempt.state.path}' ended"
    ) as scope:
        limited = Attempt(scope=scope, state=attempt.state, resumed=attempt.resumed)
        try:
            return await executor.attempt(step, attempt.state.input, limited)
        except Interrupted as exc:
            if exc.wish is not Wish.TIMEOUT or exc.source is not scope.control:
                raise
            raise StepFailure(f"{exc.why}.", code="Timeout") from exc


def _begin(state: StepState) -> datetime:
    """When the present attempt begins, or began."""
    if state.retrying is None:
        return state.started_at
    return state.retrying.at + timedelta(seconds=state.retrying.delay)


async def _retry(attempt: Attempt, error: RunError, delay: float, *, interrupted: bool = False) -> None:
    execution, state = attempt.execution, attempt.state
    error = await execution.cleaned(error)
    attempt.scope.control.check()
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
        await pause(attempt.scope, _begin(state), HELD)
