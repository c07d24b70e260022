"""Executes `sequence` steps."""

from callsheet.runs.block import run_steps
from callsheet.runs.executor import Attempt, Outcome
from callsheet.runs.steps.pure import PureExecutor
from callsheet.scenario.json import Json
from callsheet.scenario.steps.sequence import SequenceStep


class SequenceExecutor(PureExecutor):
    """The executor of `SequenceStep`."""

    async def attempt(self, step: SequenceStep, prepared: Json, attempt: Attempt) -> Outcome:
        """Run the steps."""
        return Outcome(output=await run_steps(step.steps, attempt.inside()))
