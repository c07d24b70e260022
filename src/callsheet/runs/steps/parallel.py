"""Executes `parallel` steps: all branches at once, the first failure cancels the others."""

from callsheet.runs.block import failed_before, run_steps
from callsheet.runs.branches import Branches
from callsheet.runs.control import Control
from callsheet.runs.ended import StepFailed
from callsheet.runs.events import RunError
from callsheet.runs.executor import Attempt, Outcome
from callsheet.runs.state import StepState
from callsheet.runs.steps.pure import PureExecutor
from callsheet.scenario.json import Json, JsonObject
from callsheet.scenario.steps.parallel import ParallelStep


class ParallelExecutor(PureExecutor):
    """The executor of `ParallelStep`."""

    async def attempt(self, step: ParallelStep, prepared: Json, attempt: Attempt) -> Outcome:
        """Run the branches."""
        names = tuple(step.branches)
        outputs: JsonObject = dict.fromkeys(names)
        earlier = _first_failure(step, attempt) if attempt.resumed else None
        first = None if earlier is None else earlier.error

        async def branch(number: int, control: Control) -> None:
            name = names[number]
            outputs[name] = await run_steps(step.branches[name], attempt.inside(f".{name}", control=control))

        def failed(number: int, error: RunError) -> bool:
            nonlocal first
            first = first or error
            return True

        branches = Branches(attempt.execution, attempt.scope.control, branch, failed)
        width = min(len(names), step.max_concurrency or len(names))
        await branches.run(iter(range(len(names))), width, ended_early=first is not None)
        if first is not None:
            raise StepFailed(first)
        return Outcome(output=outputs)


def _first_failure(step: ParallelStep, attempt: Attempt) -> StepState | None:
    """The failure that ended the branches before the process did."""
    found = [
        state
        for name, steps in step.branches.items()
        if (state := failed_before(steps, attempt.inside(f".{name}"))) is not None
    ]
    return min(found, key=lambda state: state.seq, default=None)
