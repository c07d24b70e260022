"""Executes `switch` steps: one of several lists."""

from callsheet.runs.block import run_steps
from callsheet.runs.executor import Attempt, Outcome
from callsheet.runs.scope import Scope
from callsheet.runs.steps.pure import PureExecutor
from callsheet.scenario.json import Json
from callsheet.scenario.steps.switch import SwitchStep


class SwitchExecutor(PureExecutor):
    """The executor of `SwitchStep`."""

    async def prepare(self, step: SwitchStep, scope: Scope) -> Json:
        """Which case is taken: its number, `default`, or null for none."""
        for number, case in enumerate(step.cases):
            if await scope.holds(case.when):
                return {"case": number}
        return {"case": None if step.default is None else "default"}

    async def attempt(self, step: SwitchStep, prepared: Json, attempt: Attempt) -> Outcome:
        """Run the steps of the case."""
        taken = prepared["case"] if isinstance(prepared, dict) else None
        steps = step.cases[taken].steps if isinstance(taken, int) else step.default if taken == "default" else None
        return Outcome() if steps is None else Outcome(output=await run_steps(steps, attempt.inside()))
