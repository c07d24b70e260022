"""What the interpreter asks of a step type; each type has one executor, in a file of its own."""

from dataclasses import dataclass
from typing import Any, Protocol

from callsheet.runs.events import StepPath
from callsheet.runs.execution import Execution
from callsheet.scenario.json import Json


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of one execution of a step; `number` counts from 1."""

    execution: Execution
    path: StepPath
    number: int


class StepExecutor(Protocol):
    """How one type of step is executed. `step` is of that type (the registry sees to it)."""

    async def prepare(self, step: Any, execution: Execution) -> Json:
        """The step's input, evaluated: it is journaled before the first attempt. Without effects.

        Raises:
            StepFailure: it cannot be evaluated or lacks something required.
            EvaluationFailed: an expression failed.
        """
        ...

    async def attempt(self, step: Any, prepared: Json, attempt: Attempt) -> Json:
        """Do it once; the raw result.

        Raises:
            StepFailure: the attempt failed.
            Interrupted: the run's control asked for it.
        """
        ...

    def after_interruption(self, step: Any) -> bool:
        """Whether an attempt whose end nobody knows, because its process died, is made again."""
        ...
