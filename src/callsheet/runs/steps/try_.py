"""Executes `try` steps: handlers for failures, and steps that always run."""

from datetime import timedelta
from typing import Final

from callsheet.runs.block import run_steps
from callsheet.runs.control import Interrupted, Wish
from callsheet.runs.ended import Returned, StepFailed
from callsheet.runs.events import RunError
from callsheet.runs.executor import Attempt, Outcome
from callsheet.runs.scope import error_root
from callsheet.runs.steps.pure import PureExecutor
from callsheet.scenario.json import Json
from callsheet.scenario.model import Step
from callsheet.scenario.steps.fail import UNCATCHABLE
from callsheet.scenario.steps.try_ import Handler, TryStep

CLEANUP: Final = timedelta(seconds=60)
"""How long the steps of `finally` may take when the run was cancelled or is out of time."""


class TryExecutor(PureExecutor):
    """The executor of `TryStep`."""

    async def attempt(self, step: TryStep, prepared: Json, attempt: Attempt) -> Outcome:
        """Run the body, a handler when it fails, and `finally` in any case."""
        ended: StepFailed | Returned | Interrupted | None = None
        output: Json = None
        try:
            output = await _body(step, attempt)
        except (StepFailed, Returned) as exc:
            ended = exc
        except Interrupted as exc:
            if exc.wish.lets_go:
                raise
            ended = exc
        if step.finally_ is not None:
            await _finally(step.finally_, attempt, ended)
        if ended is not None:
            raise ended
        return Outcome(output=output)


async def _body(step: TryStep, attempt: Attempt) -> Json:
    try:
        return await run_steps(step.steps, attempt.inside())
    except StepFailed as exc:
        handler = _handler(step, exc.error)
        if handler is None:
            raise
        return await run_steps(handler.steps, attempt.inside(roots={"error": error_root(exc.error)}))


def _handler(step: TryStep, error: RunError) -> Handler | None:
    if error.code in UNCATCHABLE:
        return None
    return next((each for each in step.catch if "*" in each.errors or error.code in each.errors), None)


async def _finally(
    steps: tuple[Step, ...], attempt: Attempt, ended: StepFailed | Returned | Interrupted | None
) -> None:
    """Run the last steps; what fails in them counts only when the body, or its handler, came to its last step."""
    try:
        if isinstance(ended, Interrupted):
            await _clean_up(steps, attempt)
        else:
            await run_steps(steps, attempt.inside())
    except StepFailed:
        if ended is None:
            raise


async def _clean_up(steps: tuple[Step, ...], attempt: Attempt) -> None:
    """Run the last steps of what is cancelled or out of time: nothing but letting go of the run interrupts them."""
    deadline = attempt.execution.now() + CLEANUP
    why = f"The {CLEANUP.seconds} s that 'finally' has after an interruption ended"
    with attempt.scope.time_limit(deadline, why, cleaning_up=True) as scope:
        try:
            await run_steps(steps, attempt.inside(control=scope.control))
        except Interrupted as exc:
            if exc.wish is not Wish.TIMEOUT:
                raise
