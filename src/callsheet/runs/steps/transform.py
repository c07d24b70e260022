"""Executes `transform` and `return` steps: their `output` is all there is to evaluate, as of any step."""

from typing import Any

from callsheet.runs.executor import Attempt, Outcome
from callsheet.runs.steps.pure import PureExecutor
from callsheet.scenario.json import Json


class TransformExecutor(PureExecutor):
    """The executor of `TransformStep` and `ReturnStep`."""

    async def attempt(self, step: Any, prepared: Json, attempt: Attempt) -> Outcome:
        """Nothing: the step's `output` is evaluated as that of any step."""
        return Outcome()
