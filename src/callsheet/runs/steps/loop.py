"""Executes `loop` steps: passes until a condition holds."""

from datetime import timedelta

from callsheet.errors.steps import StepFailure
from callsheet.runs.block import run_steps
from callsheet.runs.executor import Attempt, Outcome
from callsheet.runs.scope import Scope
from callsheet.runs.steps.pure import PureExecutor
from callsheet.runs.waiting import pause
from callsheet.scenario.json import Json
from callsheet.scenario.steps.base import OnError
from callsheet.scenario.steps.loop import LoopStep


class LoopExecutor(PureExecutor):
    """The executor of `LoopStep`."""

    async def attempt(self, step: LoopStep, prepared: Json, attempt: Attempt) -> Outcome:
        """Run passes."""
        output: Json = None
        for number in range(step.max_iterations):
            inside = attempt.inside(f"[{number}]")
            if number and step.delay:
                await _delay(step, attempt.inside(f"[{number - 1}]"), step.delay)
            output = await run_steps(step.steps, inside)
            if await inside.holds(step.until):
                return Outcome(output=output)
        if step.on_exhausted is OnError.FAIL:
            message = (
                f"The loop made {step.max_iterations} passes, and '{step.until.expression.source}' did not become true."
            )
            raise StepFailure(message, code="LoopExhausted", data={"max_iterations": step.max_iterations})
        return Outcome(output=output)


async def _delay(step: LoopStep, last: Scope, seconds: float) -> None:
    """Wait from the end of the last pass on, which the journal knows."""
    ended = last.execution.state.steps[last.path(step.steps[-1].name)].finished_at
    if ended is not None:
        await pause(last, ended + timedelta(seconds=seconds))
