"""What the interpreter asks of a step type; each type has one executor, in a file of its own."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol

from callsheet.runs.control import Control
from callsheet.runs.execution import Execution
from callsheet.runs.scope import Scope
from callsheet.runs.state import StepState
from callsheet.scenario.json import Json, JsonObject


class Resumption(Enum):
    """What becomes of an attempt that was at work when its process ended."""

    GO_ON = auto()
    """It goes on: all that it did is in the journal."""
    RETRY = auto()
    """It is made again."""
    FAIL = auto()
    """It fails with `OutcomeUnknown`."""
    ASK = auto()
    """A person decides whether it is made again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt of one execution of a step.

    Attributes:
        scope: of the list that the step stands in.
        state: the step's; `state.attempts` numbers the attempts from 1.
        resumed: whether an earlier process was at work on the step already.
    """

    scope: Scope
    state: StepState
    resumed: bool

    @property
    def execution(self) -> Execution:
        """The run."""
        return self.scope.execution

    @property
    def path(self) -> str:
        """What tells this attempt from the others: the step's path, and the number of a later attempt behind `@`."""
        return self.state.path if self.state.attempts == 1 else f"{self.state.path}@{self.state.attempts}"

    def inside(self, part: str = "", roots: JsonObject | None = None, control: Control | None = None) -> Scope:
        """The scope of a list inside the step; `part` names the branch (`.left`) or the iteration (`[3]`)."""
        return self.scope.inside(f"{self.path}{part}.", roots, control)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an attempt gave; `errors` as in `StepFinished`."""

    output: Json = None
    errors: list[Json] | None = None


class StepExecutor(Protocol):
    """How one type of step is executed. `step` is of that type (the registry sees to it)."""

    async def prepare(self, step: Any, scope: Scope) -> Json:
        """The step's input, evaluated: it is journaled before the first attempt. Without effects.

        Raises:
            StepFailure: it cannot be evaluated or lacks something required.
            EvaluationFailed: an expression failed.
        """
        ...

    async def attempt(self, step: Any, prepared: Json, attempt: Attempt) -> Outcome:
        """Do it once.

        Raises:
            StepFailure: the attempt failed.
            EvaluationFailed: an expression failed.
            StepFailed: a step inside failed.
            Returned: a step inside ends the run.
            Interrupted: somebody wants something else.
        """
        ...

    def resumption(self, step: Any) -> Resumption:
        """What becomes of an attempt whose process ended."""
        ...

    @property
    def keeps_time(self) -> bool:
        """Whether the executor itself sees to the step's `timeout`."""
        ...
